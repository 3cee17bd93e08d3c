// The HTTP interface: what the description promises, held against live answers (contracts §2).
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { keyedCorrelationId, uuid7 } from '../support/ids.mjs';
import { metric, someone, startServer } from '../support/server.mjs';
import { good } from '../support/tokens.mjs';

let server;
const user = someone('orders');
before(async () => { server = await startServer(); });
after(() => server?.stop());
const key = () => ({ 'Idempotency-Key': uuid7() });

describe('placing an order', () => {
  test('201 says where it is, what it costs, and what it is called', async () => {
    const made = await server.order(user, [{ productId: 'AZ-700', quantity: 2 }, { productId: 'AZ-900', quantity: 1 }]);
    assert.equal(made.status, 201, made.text);
    assert.equal(made.headers.get('location'), `/api/orders/${made.json.correlationId}`);
    assert.equal(made.headers.get('x-correlation-id'), made.json.correlationId);
    assert.equal(made.json.id, null);
    assert.equal(made.json.status, 'Accepted');
    assert.match(made.json.correlationId, /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    const sum = made.json.items.reduce((cents, i) => cents + Math.round(i.unitPrice * 100) * i.quantity, 0);
    assert.equal(Math.round(made.json.total * 100), sum);
    for (const [, price] of made.text.matchAll(/"(?:unitPrice|total)":([^,}]+)/g)) assert.match(price, /^\d+\.\d\d$/, 'money has two decimals');
    const done = await server.completed(user, made.json.correlationId);
    const order = await server.call(user, `/api/orders/${done.orderId}`);
    assert.deepEqual({ ...order.json, id: null, status: 'Accepted' }, made.json);
  });

  test('pages are newest first', async () => {
    const own = someone('pages');
    const ids = [];
    for (let i = 0; i < 5; ++i) ids.push((await server.order(own)).json.correlationId);
    for (const id of ids) await server.completed(own, id);
    const page = await server.call(own, '/api/orders?offset=1&size=3');
    assert.deepEqual([page.json.offset, page.json.size, page.json.total], [1, 3, 5]);
    assert.deepEqual(page.json.items.map((o) => o.correlationId), ids.reverse().slice(1, 4));
    assert.deepEqual((await server.call(own, '/api/orders?offset=99')).json.items, []);
  });

  test('a deleted order is gone, the second time too', async () => {
    const own = someone('delete');
    const made = await server.order(own);
    const { orderId } = await server.completed(own, made.json.correlationId);
    assert.equal((await server.call(own, `/api/orders/${orderId}`, { method: 'DELETE' })).status, 204);
    assert.equal((await server.call(own, `/api/orders/${orderId}`, { method: 'DELETE' })).status, 404);
    for (const path of [`/api/orders/${orderId}`, `/api/orders/${made.json.correlationId}`, `/api/orders/${made.json.correlationId}/status`, `/api/orders/${orderId}/timeline`])
      assert.equal((await server.call(own, path)).status, 404, path);
    assert.equal((await server.call(own, '/api/orders')).json.total, 0);
  });
});

describe('the same key', () => {
  test('gives the same order, told alike', async () => {
    const own = someone('key');
    const headers = key();
    const first = await server.order(own, undefined, headers);
    assert.equal(first.json.correlationId, keyedCorrelationId(own, headers['Idempotency-Key']));
    const second = await server.order(own, undefined, headers);
    assert.equal(second.status, 201);
    assert.deepEqual({ ...second.json, id: null, status: 'Accepted' }, first.json);
    await server.completed(own, first.json.correlationId);
    const third = await server.order(own, undefined, headers);
    assert.equal(third.status, 201);
    assert.equal(third.json.status, 'Completed');
    assert.equal((await server.call(own, '/api/orders')).json.total, 1);
  });

  test('at the same moment, twenty times, is one order', async () => {
    const own = someone('twins');
    const headers = key();
    const answers = await Promise.all(Array.from({ length: 20 }, () => server.order(own, undefined, headers)));
    assert.deepEqual(new Set(answers.map((a) => a.status)), new Set([201]));
    assert.equal(new Set(answers.map((a) => a.json.correlationId)).size, 1);
    assert.equal(new Set(answers.map((a) => a.json.createdAt)).size, 1);
    await server.completed(own, answers[0].json.correlationId);
    const fence = await server.order(own); // processed behind all twins
    await server.completed(own, fence.json.correlationId);
    assert.equal((await server.call(own, '/api/orders')).json.total, 2);
  });

  test('with other items is 422, and nothing happens', async () => {
    const own = someone('reuse');
    const headers = key();
    const first = await server.order(own, [{ productId: 'AZ-700', quantity: 1 }], headers);
    for (const items of [[{ productId: 'AZ-700', quantity: 2 }], [{ productId: 'AZ-900', quantity: 1 }], [{ productId: 'AZ-700', quantity: 1 }, { productId: 'AZ-700', quantity: 1 }]]) {
      const other = await server.order(own, items, headers);
      assert.equal(other.status, 422, other.text);
      assert.equal(other.json.status, 422);
    }
    await server.completed(own, first.json.correlationId);
    assert.equal((await server.order(own, [{ productId: 'AZ-900', quantity: 1 }], headers)).status, 422);
    assert.equal((await server.call(own, '/api/orders')).json.total, 1);
  });

  test('of a deleted order answers as it was, and makes none', async () => {
    const own = someone('undelete');
    const headers = key();
    const first = await server.order(own, undefined, headers);
    const { orderId } = await server.completed(own, first.json.correlationId);
    await server.call(own, `/api/orders/${orderId}`, { method: 'DELETE' });
    const again = await server.order(own, undefined, headers);
    assert.equal(again.status, 201, again.text);
    assert.equal(again.json.correlationId, first.json.correlationId);
    await server.completed(own, (await server.order(own)).json.correlationId);
    assert.equal((await server.call(own, '/api/orders')).json.total, 1);
  });

  test('may be of any visible ASCII up to 255', async () => {
    const own = someone('keys');
    for (const text of ['a', '!~', 'k'.repeat(255), uuid7().toUpperCase(), '"quoted"', 'a,b']) {
      const made = await server.order(own, undefined, { 'Idempotency-Key': text });
      assert.equal(made.status, 201, made.text);
      assert.equal(made.json.correlationId, keyedCorrelationId(own, text));
    }
  });
});

describe('headers', () => {
  test('X-Correlation-Id comes back when it is a UUID, and never becomes an order', async () => {
    const mine = uuid7();
    assert.equal((await server.call(user, '/api/products', { headers: { 'X-Correlation-Id': mine } })).headers.get('x-correlation-id'), mine);
    assert.notEqual((await server.call(user, '/api/products', { headers: { 'X-Correlation-Id': 'x' } })).headers.get('x-correlation-id'), 'x');
    const made = await server.order(user, undefined, { 'X-Correlation-Id': mine });
    assert.notEqual(made.json.correlationId, mine);
  });

  test('a trace is carried on to the end of the order', async () => {
    const own = someone('trace');
    const trace = '4bf92f3577b34da6a3ce929d0e0e4736';
    const made = await server.order(own, undefined, { traceparent: `00-${trace}-00f067aa0ba902b7-01` });
    await server.completed(own, made.json.correlationId);
    assert.equal((await server.call(own, `/api/orders/${made.json.correlationId}/timeline`)).json.traceId, trace);
    assert.equal((await server.call(own, '/api/orders/999999999', { headers: { traceparent: `00-${trace}-00f067aa0ba902b7-01` } })).json.traceId, trace);
  });

  test('HEAD is GET without its body', async () => {
    for (const path of ['/api/products', '/api/products/AZ-700', '/health/live', '/openapi.yaml', '/']) {
      const got = await server.call(user, path);
      const head = await server.call(user, path, { method: 'HEAD' });
      assert.equal(head.status, got.status, path);
      assert.equal(head.text, '');
      assert.equal(head.headers.get('content-type'), got.headers.get('content-type'));
      if (head.headers.has('content-length')) assert.equal(head.headers.get('content-length'), got.headers.get('content-length'), path);
    }
  });
});

describe('CORS', () => {
  const ours = 'http://localhost:4200';
  const preflight = (origin, path = '/api/orders', method = 'POST') => server.call(null, path, {
    method: 'OPTIONS', headers: { Origin: origin, 'Access-Control-Request-Method': method, 'Access-Control-Request-Headers': 'authorization,content-type,idempotency-key' },
  });

  test('our origin may call', async () => {
    const answer = await preflight(ours);
    assert.ok([200, 204].includes(answer.status));
    assert.equal(answer.headers.get('access-control-allow-origin'), ours);
    assert.match(answer.headers.get('access-control-allow-methods') ?? '', /POST/);
    for (const name of ['authorization', 'content-type', 'idempotency-key']) assert.ok((answer.headers.get('access-control-allow-headers') ?? '').toLowerCase().includes(name), name);
    const got = await server.call(user, '/api/products', { headers: { Origin: ours } });
    assert.equal(got.headers.get('access-control-allow-origin'), ours);
    assert.match(got.headers.get('vary') ?? '', /origin/i);
  });

  test('our origin can read refusals too', async () => {
    const answer = await server.call(null, '/api/orders', { headers: { Origin: ours } });
    assert.equal(answer.status, 401);
    assert.equal(answer.headers.get('access-control-allow-origin'), ours);
  });

  for (const origin of ['https://evil.example', 'null', 'http://localhost:4200.evil.example', 'http://evillocalhost:4200', 'https://localhost:4200', 'http://localhost:42000', 'http://LOCALHOST:4200/'])
    test(`${origin} may not`, async () => {
      assert.equal((await preflight(origin)).headers.get('access-control-allow-origin'), null);
      assert.equal((await server.call(user, '/api/products', { headers: { Origin: origin } })).headers.get('access-control-allow-origin'), null);
    });

  test('OPTIONS without a preflight names the methods', async () => {
    const answer = await server.call(user, '/api/orders', { method: 'OPTIONS' });
    assert.ok([200, 204].includes(answer.status), String(answer.status));
    assert.match(answer.headers.get('allow') ?? '', /GET.*POST|POST.*GET/);
  });
});

describe('operation', () => {
  test('metrics count what happens', async () => {
    const before = (await server.call(null, '/metrics')).text;
    const made = await server.order(user);
    await server.completed(user, made.json.correlationId);
    const after = (await server.call(null, '/metrics')).text;
    assert.notEqual(before, after);
    const rises = [...new Set([...after.matchAll(/^([a-z_]\w*)(?:\{[^}]*\})? /gm)].map((m) => m[1]))].filter((name) => metric(after, name) > metric(before, name));
    assert.ok(rises.length > 0, 'no counter rose');
    for (const line of after.split('\n').filter(Boolean)) assert.match(line, /^(# (HELP|TYPE) \S+ .*|[a-zA-Z_:][\w:]*(\{.*\})? (\d|\+Inf|NaN|-\d).*)$/);
  });

  test('the same order id is seen by everything that tells of it', async () => {
    const made = await server.order(user);
    const id = made.json.correlationId;
    const { orderId } = await server.completed(user, id);
    assert.equal((await server.call(user, `/api/orders/${id}`)).json.id, orderId);
    assert.equal((await server.call(user, `/api/orders/${orderId}`)).json.correlationId, id);
    assert.equal((await server.call(user, `/api/orders/${orderId}/timeline`)).json.correlationId, id);
  });

  test('users are told apart byte by byte', async () => {
    const lower = someone('jose');
    for (const [a, b] of [[lower, lower.toUpperCase()], [`${lower}\u00e9`, `${lower}e\u0301`]]) {
      await server.completed(a, (await server.call(null, '/api/orders', { method: 'POST', token: good(a), body: { items: [{ productId: 'AZ-700', quantity: 1 }] } })).json.correlationId);
      assert.equal((await server.call(null, '/api/orders', { token: good(b) })).json.total, 0);
      assert.equal((await server.call(null, '/api/orders', { token: good(a) })).json.total, 1);
    }
  });

  test('claims that name a user, in their order', async () => {
    const { sign, claims } = await import('../support/tokens.mjs');
    const name = someone('claim');
    const { sub: _, ...nobody } = claims('x');
    const uri = 'http://schemas.xmlsoap.org/ws/2005/05/identity/claims/nameidentifier';
    const made = await server.call(null, '/api/orders', { method: 'POST', token: good(name), body: { items: [{ productId: 'AZ-700', quantity: 1 }] } });
    await server.completed(name, made.json.correlationId);
    for (const more of [{ [uri]: name }, { nameidentifier: name }, { oid: name }, { sub: name, oid: 'other' }, { nameidentifier: name, oid: 'other' }])
      assert.equal((await server.call(null, '/api/orders', { token: sign({ ...nobody, ...more }) })).json?.total, 1, JSON.stringify(more));
  });
});
