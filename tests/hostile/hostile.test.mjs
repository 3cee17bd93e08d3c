// Sends every row of the table, each on a connection of its own, to a shop of its own; then shows that nothing of it became an order.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { exchange, json } from '../support/raw.mjs';
import { someone, startServer } from '../support/server.mjs';
import { good } from '../support/tokens.mjs';
import { table } from './table.mjs';

const user = someone('hostile');
const witness = someone('witness');
let server;
let context;
let firstId;

async function witnessOrder() {
  const made = await server.order(witness);
  assert.equal(made.status, 201, made.text);
  const { status, orderId } = await server.completed(witness, made.json.correlationId);
  assert.equal(status, 'Completed');
  return orderId;
}

function expectProblem(answer, row) {
  const problem = json(answer);
  assert.match(answer.headers.get('content-type') ?? '', /^application\/problem\+json/, `no problem details: ${answer.body.slice(0, 200)}`);
  assert.equal(problem.status, answer.status);
  for (const member of ['type', 'title', 'detail', 'instance']) assert.equal(typeof problem[member], 'string', member);
  assert.match(problem.traceId, /^[0-9a-f]{32}$/);
  assert.match(answer.headers.get('x-correlation-id') ?? '', /^[0-9a-f-]{36}$/, 'X-Correlation-Id');
  if (row.errors) {
    assert.ok(problem.errors?.[row.errors]?.length > 0, `errors["${row.errors}"] is missing: ${JSON.stringify(problem.errors)}`);
    for (const texts of Object.values(problem.errors)) for (const text of texts) assert.equal(typeof text, 'string');
  }
  if (row.detail) assert.ok(problem.detail.includes(row.detail), `detail does not name ${row.detail}: ${problem.detail}`);
}

async function check(row) {
  const wanted = [row.status].flat();
  const got = await exchange(server.port, row.bytes(context), { end: row.end });
  const answer = got.answers[0];
  if (!answer) {
    assert.ok(wanted.includes('none'), `no answer (wanted ${wanted}), ${got.timedOut ? 'nothing came' : 'the connection ended'}: ${got.bytes.subarray(0, 200)}`);
    return;
  }
  assert.ok(wanted.includes(answer.status), `answered ${answer.status}, wanted ${wanted}: ${answer.body.slice(0, 300)}`);
  if (row.closes) assert.ok(got.closed, 'the connection stayed open');
  if (row.alone) assert.equal(got.answers.length, 1, 'what was smuggled was answered too');
  for (const [name, pattern] of Object.entries(row.headers ?? {})) assert.match(answer.headers.get(name) ?? '', pattern, name);
  if (answer.status >= 400 && !row.plain) expectProblem(answer, row);
  assert.doesNotMatch(got.bytes.toString('latin1'), /root:x:0|terminate called|Sanitizer|std::|exception/i, 'it tells about its inside');
}

describe('hostile requests', () => {
  before(async () => {
    server = await startServer();
    context = { port: server.port, token: good(user), host: 'localhost' };
    firstId = await witnessOrder();
  });
  after(() => server?.stop());

  for (const row of table) test(row.name, () => check(row));

  test('nothing of it became an order', async () => {
    assert.equal(await witnessOrder(), firstId + 1, 'an order id was used up in between');
    for (const who of [user, 'hostile-user']) {
      const orders = await server.call(null, '/api/orders', { token: good(who) });
      assert.equal(orders.status, 200);
      assert.equal(orders.json.total, 0);
    }
  });

  test('the server lives, and is well', async () => {
    assert.ok(server.alive(), server.log);
    const ready = await server.call(null, '/health/ready');
    assert.equal(ready.status, 200);
    assert.equal(ready.json.status, 'ok');
  });

  test('no token is in its log', () => {
    assert.ok(!server.log.includes(context.token.split('.')[2]), 'a signature was logged');
    assert.ok(!server.log.includes('access_token=e'), 'a query with a token was logged');
  });
});
