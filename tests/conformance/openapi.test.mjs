// Live answers of every operation, held against services/order-accept/openapi.yaml: status, headers, media type and schema.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, describe, test } from 'node:test';
import Ajv2020 from 'ajv/dist/2020.js';
import { parse } from 'yaml';
import { uuid7 } from '../support/ids.mjs';
import { someone, startServer } from '../support/server.mjs';
import { claims, sign } from '../support/tokens.mjs';

const file = new URL('../../services/order-accept/openapi.yaml', import.meta.url);
const document = parse(await readFile(file, 'utf8'));
const ajv = new Ajv2020({ strict: false, allErrors: true, validateFormats: true });
ajv.addFormat('uuid', /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i);
ajv.addFormat('date-time', (text) => !Number.isNaN(Date.parse(text)));
ajv.addFormat('uri-reference', (text) => !/\s/.test(text));
ajv.addFormat('int64', true);
ajv.addSchema(document, 'api');

const resolve = (value) => (value?.$ref ? resolve(value.$ref.slice(2).split('/').reduce((at, part) => at[part.replaceAll('~1', '/').replaceAll('~0', '~')], document)) : value);
// Schemas refer into the document: let them be read from there.
const absolute = (schema) => JSON.parse(JSON.stringify(schema).replaceAll('"$ref":"#/', '"$ref":"api#/'));
const validators = new Map();
function valid(schema, value, what) {
  const text = JSON.stringify(schema);
  if (!validators.has(text)) validators.set(text, ajv.compile(absolute(schema)));
  const check = validators.get(text);
  assert.ok(check(value), `${what}: ${ajv.errorsText(check.errors)} in ${JSON.stringify(value).slice(0, 500)}`);
}

const seen = new Set();
function conforms(method, path, answer) {
  const operation = document.paths[path]?.[method];
  assert.ok(operation, `${method} ${path} is not described`);
  const response = resolve(operation.responses[answer.status]);
  assert.ok(response, `${method} ${path} answered ${answer.status}, which is not described: ${answer.text.slice(0, 200)}`);
  seen.add(`${method} ${path} ${answer.status}`);
  for (const [name, header] of Object.entries(response.headers ?? {})) {
    const { required, schema } = resolve(header);
    const value = answer.headers.get(name);
    if (value === null) assert.ok(!required, `${name} is missing`);
    else valid(schema, resolve(schema).type === 'integer' ? Number(value) : value, name);
  }
  if (!response.content) return assert.equal(answer.text, '', 'a body where none is described');
  const type = (answer.headers.get('content-type') ?? '').split(';')[0].trim();
  const media = response.content[type];
  assert.ok(media, `content type ${type} is not described`);
  if (/json$/.test(type)) valid(media.schema, answer.json, 'body');
}

let server;
const user = someone('openapi');
const order = { items: [{ productId: 'AZ-700', quantity: 1 }] };
let made;
let orderId;
before(async () => {
  server = await startServer();
  made = await server.order(user);
  ({ orderId } = await server.completed(user, made.json.correlationId));
});
after(() => server?.stop());

// [method, path of the description, target, options of call()]
const calls = () => {
  const cid = made.json.correlationId;
  const nobody = sign((({ sub: _, ...rest }) => rest)(claims('x')));
  const list = [
    ['get', '/api/products', '/api/products', {}, 200],
    ['get', '/api/products', '/api/products?q=azure&sort=-price&size=100&offset=1', {}, 200],
    ['get', '/api/products', '/api/products?size=0', {}, 400],
    ['get', '/api/products', '/api/products?sort=odd', {}, 400],
    ['get', '/api/products/{productId}', '/api/products/AZ-700', {}, 200],
    ['get', '/api/products/{productId}', '/api/products/NONE', {}, 404],
    ['post', '/api/orders', '/api/orders', { method: 'POST', body: order }, 201],
    ['post', '/api/orders', '/api/orders', { method: 'POST', body: order, headers: { 'Idempotency-Key': uuid7() } }, 201],
    ['post', '/api/orders', '/api/orders', { method: 'POST', body: { items: [] } }, 400],
    ['post', '/api/orders', '/api/orders', { method: 'POST', body: { items: [{ productId: 'NONE', quantity: 1 }] } }, 404],
    ['post', '/api/orders', '/api/orders', { method: 'POST', body: { pad: 'x'.repeat(70_000) } }, 413],
    ['post', '/api/orders', '/api/orders', { method: 'POST', body: order, headers: { 'Content-Type': 'text/plain' } }, 415],
    ['get', '/api/orders', '/api/orders', {}, 200],
    ['get', '/api/orders', '/api/orders?size=1000', {}, 400],
    ['get', '/api/orders/{id}', `/api/orders/${cid}`, {}, 200],
    ['get', '/api/orders/{id}', `/api/orders/${orderId}`, {}, 200],
    ['get', '/api/orders/{id}', `/api/orders/${uuid7()}`, {}, 404],
    ['get', '/api/orders/{correlationId}/status', `/api/orders/${cid}/status`, {}, 200],
    ['get', '/api/orders/{correlationId}/status', `/api/orders/${uuid7()}/status`, {}, 404],
    ['get', '/api/orders/{id}/timeline', `/api/orders/${cid}/timeline`, {}, 200],
    ['get', '/api/orders/{id}/timeline', `/api/orders/${orderId}/timeline`, {}, 200],
    ['get', '/api/orders/{id}/timeline', `/api/orders/${uuid7()}/timeline`, {}, 404],
    ['delete', '/api/orders/{id}', '/api/orders/999999999', { method: 'DELETE' }, 404],
    ['get', '/health/live', '/health/live', {}, 200],
    ['get', '/health/ready', '/health/ready', {}, 200],
    ['get', '/healthz', '/healthz', {}, 200],
    ['get', '/metrics', '/metrics', {}, 200],
    ['get', '/metrics', '/metrics', { headers: { 'X-Forwarded-For': '203.0.113.1' } }, 404],
    ['get', '/openapi.yaml', '/openapi.yaml', {}, 200],
    ['get', '/docs', '/docs', {}, 200],
  ];
  for (const [path, methods] of Object.entries(document.paths)) {
    const target = path.replace('{productId}', 'AZ-700').replace('{id}', cid).replace('{correlationId}', cid);
    if (path.startsWith('/api/'))
      for (const method of Object.keys(methods)) {
        list.push([method, path, target, { method: method.toUpperCase(), anonymous: true, body: method === 'post' ? order : undefined }, 401]);
        list.push([method, path, target, { method: method.toUpperCase(), token: nobody, body: method === 'post' ? order : undefined }, 403]);
      }
  }
  return list;
};

describe('the description', () => {
  test('every call is answered as it is described', async (t) => {
    for (const [method, path, target, { anonymous, ...options }, status] of calls())
      await t.test(`${method} ${target.length > 80 ? path : target} ${status}`, async () => {
        const answer = await server.call(anonymous ? null : user, target, options);
        assert.equal(answer.status, status, answer.text.slice(0, 300));
        conforms(method, path, answer);
      });
  });

  test('405 names the methods that are described', async (t) => {
    for (const [path, methods] of Object.entries(document.paths))
      await t.test(path, async () => {
        const target = path.replace('{productId}', 'AZ-700').replace('{id}', '1').replace('{correlationId}', made.json.correlationId);
        const answer = await server.call(user, target, { method: 'PUT', body: {} });
        assert.equal(answer.status, 405);
        conforms(Object.keys(methods)[0], path, answer);
        const allowed = answer.headers.get('allow').split(/\s*,\s*/).filter((m) => m !== 'HEAD' && m !== 'OPTIONS').map((m) => m.toLowerCase()).sort();
        assert.deepEqual(allowed, Object.keys(methods).sort());
      });
  });

  test('an order that is gone', async () => {
    const answer = await server.call(user, `/api/orders/${orderId}`, { method: 'DELETE' });
    conforms('delete', '/api/orders/{id}', answer);
    assert.equal(answer.status, 204);
  });

  test('a key reused', async () => {
    const headers = { 'Idempotency-Key': uuid7() };
    await server.order(user, undefined, headers);
    const answer = await server.order(user, [{ productId: 'AZ-900', quantity: 3 }], headers);
    assert.equal(answer.status, 422);
    conforms('post', '/api/orders', answer);
  });

  test('a waiting order has no id', async () => {
    const fresh = await server.order(user);
    const answer = await server.call(user, `/api/orders/${fresh.json.correlationId}`);
    conforms('get', '/api/orders/{id}', answer);
  });

  test('what is served is what is written', async () => {
    assert.equal((await server.call(null, '/openapi.yaml')).text, await readFile(file, 'utf8'));
  });

  test('every operation was called with success', () => {
    for (const [path, methods] of Object.entries(document.paths))
      for (const method of Object.keys(methods)) assert.ok([...seen].some((s) => s.startsWith(`${method} ${path} 2`)), `${method} ${path}`);
  });
});
