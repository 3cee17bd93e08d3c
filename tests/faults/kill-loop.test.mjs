// Three kills; the full loop is node tests/faults/kill-loop.mjs.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { serverPath, someone, startServer } from '../support/server.mjs';
import { killLoop } from './kill-loop.mjs';

// A build with failpoints (dev): what the shipped program has no places for.
const testBuild = process.env.CONTOSO_FAILPOINT_SERVER;
const skip = testBuild ? false : 'say CONTOSO_FAILPOINT_SERVER=…/contoso-shop, a dev build';
const counts = ({ live, stored }) => [live.lost, live.doubled, live.foreign, live.regressed, live.unexpected, stored.lost, stored.doubled, stored.foreign, stored.altered];

describe('failpoints', { skip }, () => {
  for (const place of ['before-commit', 'after-commit', 'checkpoint'])
    test(`death at ${place} loses and doubles nothing`, async () => {
      const result = await killLoop({ server: testBuild, client: serverPath(), rounds: 5, seed: 11, rate: 300, users: 5, settle: 30, most: 4000, failpoints: [place] });
      assert.deepEqual(counts(result), Array(9).fill(0), JSON.stringify([result.live.oddities, result.stored.examples]));
      assert.ok(result.kept);
    });

  test('negative control: a server that acknowledges too early is found out', async () => {
    const result = await killLoop({ server: testBuild, client: serverPath(), rounds: 8, seed: 5, rate: 1000, users: 5, settle: 5, negativeControl: true });
    assert.ok(result.lost > 0, 'nothing was lost, so the ledger can see nothing');
  });
});

describe('kill -9', () => {
  test('three times under load loses and doubles nothing', async () => {
    const result = await killLoop({ server: serverPath(), rounds: 3, seed: 7, rate: 500, users: 5, settle: 20 });
    assert.ok(result.live.accepted > 100, JSON.stringify(result.live));
    assert.deepEqual(
      { lost: result.live.lost, doubled: result.live.doubled, foreign: result.live.foreign, regressed: result.live.regressed, unexpected: result.live.unexpected },
      { lost: 0, doubled: 0, foreign: 0, regressed: 0, unexpected: 0 }, result.live.oddities.join('\n'));
    assert.deepEqual({ lost: result.stored.lost, doubled: result.stored.doubled, foreign: result.stored.foreign, altered: result.stored.altered },
      { lost: 0, doubled: 0, foreign: 0, altered: 0 }, result.stored.examples.join('\n'));
    assert.ok(result.kept);
  });

  test('between 201 and processing: the order is there after the restart', async () => {
    const user = someone('kill');
    const server = await startServer();
    try {
      const made = await server.order(user);
      assert.equal(made.status, 201);
      await server.kill('SIGKILL');
      server.ended = undefined;
      await server.start();
      assert.equal((await server.completed(user, made.json.correlationId)).status, 'Completed');
      assert.equal((await server.call(user, '/api/orders')).json.total, 1);
    } finally { await server.stop(); }
  });

  test('a key that was answered before the kill gives the same order after it', async () => {
    const user = someone('kill');
    const server = await startServer();
    const key = { 'Idempotency-Key': `kill-${Date.now()}` };
    try {
      const first = await server.order(user, undefined, key);
      await server.kill('SIGKILL');
      server.ended = undefined;
      await server.start();
      const again = await server.order(user, undefined, key);
      assert.equal(again.status, 201, again.text);
      assert.equal(again.json.correlationId, first.json.correlationId);
      await server.completed(user, first.json.correlationId);
      assert.equal((await server.call(user, '/api/orders')).json.total, 1);
      const other = await server.order(user, [{ productId: 'AZ-900', quantity: 9 }], key);
      assert.equal(other.status, 422);
    } finally { await server.stop(); }
  });

  test('SIGTERM ends it in order, and nothing that was accepted is lost', async () => {
    const user = someone('term');
    const server = await startServer();
    try {
      const made = await Promise.all(Array.from({ length: 50 }, () => server.order(user)));
      assert.ok(made.every((m) => m.status === 201));
      await server.kill('SIGTERM');
      assert.deepEqual({ ...server.ended }, { code: 0, signal: null }, server.log.slice(-2000));
      server.ended = undefined;
      await server.start();
      for (const m of made) assert.equal((await server.completed(user, m.json.correlationId)).status, 'Completed');
      assert.equal((await server.call(user, '/api/orders')).json.total, 50);
    } finally { await server.stop(); }
  });
});
