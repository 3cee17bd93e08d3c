// Peers that take their time, and peers that know ids which are not theirs.
import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { exchange } from '../support/raw.mjs';
import { someone, startServer } from '../support/server.mjs';
import { good } from '../support/tokens.mjs';

describe('slow peers', () => {
  let server;
  before(async () => { server = await startServer({ settings: { Http__HeaderTimeout: '1s', Http__IdleTimeout: '2s' } }); });
  after(() => server?.stop());

  test('a head that does not end is answered 408 and closed', async () => {
    const got = await exchange(server.port, 'GET / HTTP/1.1\r\nHost: x\r\n', { limit: 10_000 });
    assert.equal(got.answers[0]?.status, 408);
    assert.ok(got.closed);
  });

  test('a head that drips is answered 408 all the same', async () => {
    const socket = connect({ port: server.port, host: '127.0.0.1' });
    let heard = '';
    let ended = false;
    socket.on('data', (d) => { heard += d; }).on('close', () => { ended = true; }).on('error', () => {});
    socket.write('GET / HTTP/1.1\r\n');
    for (let i = 0; i < 100 && !ended; ++i) {
      socket.write('X');
      await pause(100);
    }
    socket.destroy();
    assert.ok(ended, 'dripping kept the connection open');
    assert.match(heard, /^HTTP\/1\.1 408 /);
  });

  test('an idle connection is closed without a word', async () => {
    const got = await exchange(server.port, '', { limit: 15_000 });
    assert.ok(got.closed);
    assert.equal(got.bytes.length, 0);
  });

  test('200 of them leave others served', async () => {
    const held = Array.from({ length: 200 }, () => connect({ port: server.port, host: '127.0.0.1' }).on('error', () => {}));
    for (const s of held) s.write('GET / HTTP/1.1\r\nX-Slow: ');
    const answers = await Promise.all(Array.from({ length: 20 }, () => server.call(null, '/health/live')));
    for (const s of held) s.destroy();
    assert.ok(answers.every((a) => a.status === 200));
  });
});

describe("another user's ids", () => {
  const owner = someone('owner');
  const stranger = someone('stranger');
  let server;
  let order;
  let unknownOrder;
  const unknown = '0199a8f0-1c2d-7fd5-af35-000000000000';
  before(async () => {
    server = await startServer();
    const made = await server.order(owner);
    order = { ...(await server.completed(owner, made.json.correlationId)), correlationId: made.json.correlationId };
    unknownOrder = order.orderId + 1_000_000;
  });
  after(() => server?.stop());

  const routes = [
    ['GET', (o) => `/api/orders/${o.orderId}`], ['GET', (o) => `/api/orders/${o.correlationId}`], ['GET', (o) => `/api/orders/${o.correlationId.toUpperCase()}`],
    ['GET', (o) => `/api/orders/${o.correlationId}/status`], ['GET', (o) => `/api/orders/${o.correlationId}/timeline`], ['GET', (o) => `/api/orders/${o.orderId}/timeline`],
    ['DELETE', (o) => `/api/orders/${o.orderId}`],
  ];
  const sameBut = (answer) => ({ ...answer.json, traceId: '', instance: '' });
  for (const [method, path] of routes)
    test(`${method} ${path({ orderId: '{orderId}', correlationId: '{correlationId}' })}: not yours looks like not there`, async () => {
      const theirs = await server.call(stranger, path(order), { method });
      const nobodys = await server.call(stranger, path({ orderId: unknownOrder, correlationId: unknown }), { method });
      assert.equal(theirs.status, 404);
      assert.equal(nobodys.status, 404);
      assert.deepEqual(sameBut(theirs), sameBut(nobodys));
      assert.deepEqual([...theirs.headers.keys()].sort(), [...nobodys.headers.keys()].sort());
    });

  test('the owner still has it', async () => {
    for (const [method, path] of routes.filter(([m]) => m === 'GET')) assert.equal((await server.call(owner, path(order), { method })).status, 200, path(order));
    assert.equal((await server.call(stranger, '/api/orders')).json.total, 0);
  });

  test('a stranger with the same key gets an order of their own', async () => {
    const key = `shared-${Date.now()}`;
    const first = await server.order(owner, undefined, { 'Idempotency-Key': key });
    const second = await server.order(stranger, undefined, { 'Idempotency-Key': key });
    assert.equal(first.status, 201);
    assert.equal(second.status, 201);
    assert.notEqual(first.json.correlationId, second.json.correlationId);
  });

  test('a random walk over ids finds nothing', async () => {
    const token = good(stranger);
    const ids = Array.from({ length: 500 }, (_, i) => i - 5);
    const answers = await Promise.all(ids.map((id) => server.call(null, `/api/orders/${id}`, { token })));
    const mine = (await server.call(stranger, '/api/orders?size=100')).json.items.map((o) => o.id);
    answers.forEach((a, i) => { if (!mine.includes(ids[i])) assert.ok([400, 404].includes(a.status), `${ids[i]}: ${a.status}`); });
  });
});

describe('outside Development', () => {
  test('there is no /dev/token', async () => {
    const server = await startServer({
      environment: 'Production',
      settings: { Jwt__SigningKey: 'c2VjcmV0LWtleS1mb3ItdGVzdHMtb25seS0xMjM0NTY3ODkw', Jwt__Issuer: 'i', Jwt__Audience: 'a', DevJwt__SigningKey: undefined },
    });
    try {
      const answer = await server.call(null, '/dev/token', { method: 'POST', body: { userId: 'CUST-0001' } });
      assert.equal(answer.status, 404);
    } finally { await server.stop(); }
  });

  for (const [name, settings] of [
    ['without a signing key', { Jwt__Issuer: 'i', Jwt__Audience: 'a' }],
    ['with a short key', { Jwt__SigningKey: 'short', Jwt__Issuer: 'i', Jwt__Audience: 'a' }],
    ['with a placeholder for a key', { Jwt__SigningKey: 'change-me-change-me-change-me-change-me', Jwt__Issuer: 'i', Jwt__Audience: 'a' }],
    ['with a setting that nobody knows', { Jwt__SigningKey: 'c2VjcmV0LWtleS1mb3ItdGVzdHMtb25seS0xMjM0NTY3ODkw', Jwt__Issuer: 'i', Jwt__Audience: 'a', Jwt__Isuer: 'x' }],
  ])
    test(`it does not start ${name}`, async () => {
      await assert.rejects(startServer({ environment: 'Production', settings, patience: 15_000 }), /ended before it was ready/);
    });
});
