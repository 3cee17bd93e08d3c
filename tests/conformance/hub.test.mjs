// The hub as the official clients see it (contracts §5).
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { about, connected, connection, generations } from '../support/hub.mjs';
import { uuid7 } from '../support/ids.mjs';
import { someone, startServer } from '../support/server.mjs';
import { claims, now, sign } from '../support/tokens.mjs';

let server;
const open = [];
const listen = async (...args) => {
  const hub = await connected(server, ...args);
  open.push(hub);
  return hub;
};
const offered = async (user) => {
  const answer = await server.call(user, '/hubs/order-status/negotiate?negotiateVersion=1', { method: 'POST' });
  assert.equal(answer.status, 200, answer.text);
  return answer.json.availableTransports.map((t) => t.transport);
};
before(async () => { server = await startServer(); });
after(() => server?.stop());
afterEach(() => Promise.all(open.splice(0).map((hub) => hub.stop())));

const rejects = (promise, text) => assert.rejects(promise, (error) => {
  assert.equal(error.message, text);
  return true;
});
const id = async (answer) => {
  const made = await answer;
  assert.equal(made.status, 201, made.text);
  return made.json.correlationId;
};

for (const [name, signalr] of Object.entries(generations))
  describe(name, () => {
    for (const [how, options] of [
      ['WebSockets without negotiation', { skipNegotiation: true }],
      ['WebSockets after negotiation', {}],
      ['Server-Sent Events', { transport: 'ServerSentEvents' }],
      ['long polling', { transport: 'LongPolling' }],
    ])
      test(`${how}: an order is told to its owner`, async (t) => {
        const user = someone('hub');
        if (!(await offered(user)).includes(options.transport ?? 'WebSockets')) return t.skip('this server does not offer it');
        const hub = await listen(user, { signalr, ...options });
        await hub.invoke('Ping');
        const order = await id(server.order(user));
        const told = await hub.hears(about(order));
        assert.equal(told.status, 'Completed');
        assert.ok(Number.isInteger(told.orderId) && told.orderId >= 1);
        assert.ok(Number.isInteger(told.sequence) && told.sequence > 0);
        assert.equal(told.previous, null);
        assert.deepEqual(await hub.invoke('GetCurrentStatus', order), { status: 'Completed', orderId: told.orderId });
      });

    test('a bad token is refused with the client\'s own words', async () => {
      await assert.rejects(connection(server, null, { signalr, token: 'bad' }).start(), /Unauthorized|401/);
      await assert.rejects(connection(server, null, { signalr, token: 'bad', skipNegotiation: true }).start(), /WebSocket failed to connect/);
    });
  });

describe('who is told', () => {
  test('every connection of the owner, and nobody else', async () => {
    const owner = someone('owner');
    const stranger = someone('stranger');
    const tabs = [await listen(owner), await listen(owner, { skipNegotiation: true })];
    const other = await listen(stranger);
    const order = await id(server.order(owner));
    const [first, second] = await Promise.all(tabs.map((tab) => tab.hears(about(order))));
    assert.deepEqual(first, second);
    const theirs = await id(server.order(stranger));
    await other.hears(about(theirs)); // told in order, so what was not told before it is not told at all
    assert.deepEqual(other.heard.map((n) => n.correlationId), [theirs]);
    assert.ok(!tabs.some((tab) => tab.heard.some(about(theirs))));
  });

  test('each transition once, each with the one before it', async () => {
    const user = someone('feed');
    const hub = await listen(user);
    const orders = [];
    for (let i = 0; i < 20; ++i) orders.push(await id(server.order(user)));
    for (const order of orders) await hub.hears(about(order));
    assert.equal(hub.heard.length, orders.length);
    let previous = null;
    for (const told of hub.heard) {
      assert.equal(told.previous, previous);
      assert.ok(previous === null || told.sequence > previous);
      previous = told.sequence;
    }
    assert.deepEqual(new Set(hub.heard.map((n) => n.correlationId)), new Set(orders));
  });

  test('a timeline comes with it, and its times rise', async () => {
    const user = someone('timeline');
    const hub = await listen(user);
    const order = await id(server.order(user));
    const { timeline } = await hub.hears(about(order));
    const names = timeline.steps.map((s) => s.name);
    for (const name of ['accepted', 'queued', 'processing', 'persisted']) assert.ok(names.includes(name), names.join());
    assert.ok(timeline.steps.every((s) => s.durationMs >= 0));
    const asked = await server.call(user, `/api/orders/${order}/timeline`);
    assert.equal(asked.json.correlationId, order);
    assert.ok(asked.json.steps.map((s) => s.name).includes('notified'), asked.text);
  });
});

describe('hub methods', () => {
  const owner = someone('methods');
  const stranger = someone('methods-stranger');
  let order;
  before(async () => {
    order = await id(server.order(owner));
    await server.completed(owner, order);
  });

  test('Ping answers nothing', async () => assert.equal(await (await listen(owner)).invoke('Ping') ?? null, null));
  test('names are matched in any letter case', async () => assert.equal(await (await listen(owner)).invoke('ping') ?? null, null));

  test('RegisterOrder answers nothing, whosever order it is', async () => {
    const [mine, theirs] = [await listen(owner), await listen(stranger)];
    for (const hub of [mine, theirs]) for (const any of [order, order.toUpperCase(), uuid7()]) assert.equal(await hub.invoke('RegisterOrder', any) ?? null, null);
    assert.equal(await theirs.invoke('GetCurrentStatus', order), null, 'registering moved the order to a stranger');
  });

  test('GetCurrentStatus is for the owner only', async () => {
    const [mine, theirs] = [await listen(owner), await listen(stranger)];
    assert.equal((await mine.invoke('GetCurrentStatus', order)).status, 'Completed');
    assert.equal((await mine.invoke('GetCurrentStatus', order.toUpperCase())).status, 'Completed');
    assert.equal(await theirs.invoke('GetCurrentStatus', order), null);
    assert.equal(await mine.invoke('GetCurrentStatus', uuid7()), null);
  });

  test('bad arguments are told in the official server\'s words', async () => {
    const hub = await listen(owner);
    for (const method of ['RegisterOrder', 'GetCurrentStatus'])
      for (const bad of ['', 'x', '00000000-0000-0000-0000-000000000000', order.replaceAll('-', ''), `{${order}}`])
        await rejects(hub.invoke(method, bad), `An unexpected error occurred invoking '${method}' on the server. HubException: Invalid correlationId`);
    await rejects(hub.invoke('Nothing'), 'Failed to invoke \'Nothing\' due to an error on the server. HubException: Method does not exist.');
    await assert.rejects(hub.invoke('Ping', 1), /Failed to invoke 'Ping' due to an error on the server\.|provides 1 argument/);
    await hub.invoke('Ping');
  });

  test('Resume of an empty feed is not complete', async () => {
    const hub = await listen(someone('nobody'));
    assert.deepEqual(await hub.invoke('Resume', 0), { complete: false, notifications: [], latest: 0 });
  });

  test('Resume gives what came after, oldest first, and only one\'s own', async () => {
    const user = someone('resume');
    const hub = await listen(user);
    const orders = [];
    for (let i = 0; i < 5; ++i) orders.push(await id(server.order(user)));
    for (const o of orders) await hub.hears(about(o));
    const sequences = hub.heard.map((n) => n.sequence);

    const second = await hub.invoke('Resume', sequences[1]);
    assert.equal(second.complete, true);
    assert.equal(second.latest, sequences[4]);
    assert.deepEqual(second.notifications, hub.heard.slice(2));
    assert.deepEqual(await hub.invoke('Resume', sequences[4]), { complete: true, notifications: [], latest: sequences[4] });
    assert.equal((await hub.invoke('Resume', sequences[0] - 7)).complete, false);
    const theirs = await (await listen(stranger)).invoke('Resume', sequences[1]);
    assert.deepEqual(theirs.notifications, []);
  });
});

describe('coming back', () => {
  test('what happened meanwhile is had by Resume', async () => {
    const user = someone('back');
    const hub = await listen(user);
    const first = await id(server.order(user));
    const { sequence } = await hub.hears(about(first));
    await hub.stop();
    const missed = await id(server.order(user));
    await server.completed(user, missed);
    const again = await listen(user, { skipNegotiation: true });
    let replay;
    for (const until = Date.now() + 20_000; ; ) { // completed in SQL a moment before it stands in the feed
      replay = await again.invoke('Resume', sequence);
      if (replay.notifications.length > 0 || Date.now() > until) break;
    }
    assert.equal(replay.complete, true);
    assert.deepEqual(replay.notifications.map((n) => [n.correlationId, n.previous]), [[missed, sequence]]);
  });

  test('after the server was killed, the feed goes on with higher numbers', async () => {
    const own = await startServer();
    try {
      const user = someone('killed');
      const hub = await connected(own, user);
      const first = await id(own.order(user));
      const { sequence } = await hub.hears(about(first));
      const closed = new Promise((resolve) => hub.onclose(resolve));
      await own.kill('SIGKILL');
      await closed;
      own.ended = undefined;
      await own.start();
      const again = await connected(own, user);
      const second = await id(own.order(user));
      const told = await again.hears(about(second));
      assert.ok(told.sequence > sequence, `${told.sequence} after ${sequence}`);
      assert.equal((await again.invoke('GetCurrentStatus', first)).status, 'Completed');
      await again.stop();
    } finally { await own.stop(); }
  });

  test('at shutdown the client is told that it may come back', async () => {
    const own = await startServer();
    try {
      const hub = connection(own, someone('shutdown'));
      await hub.start();
      hub.serverTimeoutInMilliseconds = 60_000;
      const closed = new Promise((resolve) => hub.onclose((error) => resolve(error?.message ?? null)));
      await own.kill('SIGTERM');
      assert.match(String(await closed), /Server returned an error on close|1001|null|Connection closed/);
      assert.deepEqual({ ...own.ended }, { code: 0, signal: null });
    } finally { await own.stop(); }
  });

  test('a connection ends with its token, and may come back', async () => {
    const user = someone('expiring');
    const token = sign(claims(user, { exp: now() - 27 })); // good for three more seconds of the leeway
    const hub = await listen(user, { token, skipNegotiation: true });
    await hub.invoke('Ping');
    const closed = new Promise((resolve) => hub.onclose(resolve));
    const ended = await Promise.race([closed.then(() => true), new Promise((r) => setTimeout(() => r(false), 20_000).unref())]);
    assert.ok(ended, 'an expired token kept its connection');
  });
});
