// The wire vectors W1 to W33 of the SignalR wire specification (§10.4) on raw sockets, detailed errors off. Where the reference server
// itself does otherwise (marked "real" there), the vector asks what is asked of ours, and of the oracle what it does.
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { HubWire, RS, handshake, negotiate } from '../../support/hub-wire.mjs';
import { request, sendRequest } from '../../support/raw-http.mjs';
import { signalrServer } from '../../support/signalr-server.mjs';
import { RawWebSocket } from '../../support/websocket.mjs';

const server = await signalrServer();
after(() => server.stop());
const base = server.variant('plain');
const hub = `${base}/testhub`;
const real = server.name === 'aspnet';
const lacking = !server.speaks('messagepack') && `${server.name} has no messagepack here`;
const pause = (ms) => new Promise((go) => setTimeout(go, ms));

const json = (message) => JSON.stringify(message) + RS;
const echo = (id, text) => json({ type: 1, invocationId: id, target: 'Echo', arguments: [text] });
const echoed = (id, text) => json({ type: 3, invocationId: id, result: text });
const brokenOff = json({ type: 7, error: 'Connection closed with an error.', allowReconnect: true });
const open = [];
const connect = async (...args) => { const wire = await HubWire.connect(hub, ...args); open.push(wire); return wire; };
const shaken = async (...args) => { const wire = await HubWire.open(hub, ...args); open.push(wire); return wire; };
after(() => open.forEach((wire) => wire.socket.destroy()));

async function alive(wire) {
  wire.text(echo('alive', 'x'));
  assert.deepEqual(await wire.next(1), [echoed('alive', 'x')]);
}
async function closesWith(wire, ...messages) {
  assert.deepEqual(await wire.next(messages.length + 1), messages);
  assert.equal(await wire.ends(), 1000);
}

describe('wire vectors', { concurrency: true }, () => {
  describe('handshake', { concurrency: true }, () => {
    test('W1 a handshake is answered {} in a text frame of its own', async () => {
      const wire = await connect();
      wire.text(handshake());
      assert.deepEqual(await wire.next(1), [`{}${RS}`]);
      assert.deepEqual(await wire.quiet(50), []);
    });
    test('W2 other order, other case, unknown members', async () => {
      const wire = await connect();
      wire.text(`{"version":1,"extra":[1],"protocol":"JSON"}${RS}`);
      assert.deepEqual(await wire.next(1), [`{}${RS}`]);
    });
    test('W3 in three frames, then two invocations in one', async () => {
      const wire = await connect();
      for (const part of ['{"proto', 'col":"json","ver', `sion":1}${RS}`]) wire.text(part);
      wire.text(echo('1', 'a') + echo('2', 'b'));
      assert.deepEqual(await wire.next(3), [`{}${RS}`, echoed('1', 'a'), echoed('2', 'b')]);
    });
    test('W4 handshake and invocation in one frame; the answer to the first is a frame of its own', async () => {
      const { socket } = await RawWebSocket.open(hub);
      socket.text(handshake() + echo('1', 'a'));
      await socket.until(() => Buffer.concat(socket.frames.map((f) => f.payload)).toString() === `{}${RS}${echoed('1', 'a')}`);
      if (!real) assert.deepEqual(socket.frames.map((f) => f.payload.toString()), [`{}${RS}`, echoed('1', 'a')]);
      else assert.equal(Buffer.concat(socket.frames.map((f) => f.payload)).toString(), `{}${RS}${echoed('1', 'a')}`);
      socket.destroy();
    });
    test('W5 unknown protocol', async () => {
      const wire = await connect();
      wire.text(handshake('dummy'));
      await closesWith(wire, `{"error":"The protocol 'dummy' is not supported."}${RS}`);
    });
    test('W6 version 9001', async () => {
      const wire = await connect();
      wire.text(handshake('json', 9001));
      await closesWith(wire, `{"error":"The server does not support version 9001 of the 'json' protocol."}${RS}`);
    });
    test('W7 version 2', async () => {
      const wire = await connect();
      wire.text(handshake('json', 2));
      assert.deepEqual(await wire.next(1), [`{}${RS}`]);
    });
    test('W8 nothing for 15 s', async () => {
      const wire = await connect();
      assert.deepEqual(await wire.next(1, 14_000), []);
      assert.deepEqual(await wire.next(1, 6_000), [`{"error":"Handshake was canceled."}${RS}`]);
      assert.equal(await wire.ends(), 1000);
    });
    test('W9 more than 32768 bytes without an end, at once', async () => {
      const wire = await connect();
      wire.text('x'.repeat(32_769));
      await closesWith(wire, `{"error":"Handshake was canceled."}${RS}`);
    });
  });

  describe('hub messages', { concurrency: true }, () => {
    test('W10 unknown target', async () => {
      const wire = await shaken();
      wire.text(`{"type":1,"target":"nope","arguments":[],"invocationId":"1"}${RS}`);
      assert.deepEqual(await wire.next(1), [json({ type: 3, invocationId: '1', error: 'Failed to invoke \'nope\' due to an error on the server. HubException: Method does not exist.' })]);
      await alive(wire);
    });
    test('W11 unknown target without an id: nothing', async () => {
      const wire = await shaken();
      wire.text(`{"type":1,"target":"nope","arguments":[]}${RS}`);
      await alive(wire);
    });
    test('W12 too many arguments; the registered spelling answers', async () => {
      const wire = await shaken();
      wire.text(`{"arguments":["a","b"],"invocationId":"2","target":"echo","type":1}${RS}`);
      assert.deepEqual(await wire.next(1), [json({ type: 3, invocationId: '2', error: 'Failed to invoke \'Echo\' due to an error on the server.' })]);
    });
    test('W13 a ping is not answered', async () => {
      const wire = await shaken();
      wire.text(json({ type: 6 }));
      assert.deepEqual(await wire.quiet(100), []);
      await alive(wire);
    });
    test('W14 an unknown message type is passed over', async () => {
      const wire = await shaken();
      wire.text(`{"type":99,"x":{}}${RS}`);
      wire.text(echo('1', 'a'));
      if (real) assert.deepEqual(await wire.quiet(300), []);
      else assert.deepEqual(await wire.next(1), [echoed('1', 'a')]);
    });
    for (const broken of ['{"type":"1"}', '[]', '{"type":1,"target":"T"}'])
      test(`W15 ${broken} breaks the connection off`, async () => {
        const wire = await shaken();
        wire.text(broken + RS);
        await closesWith(wire, brokenOff);
      });
    test('W16 a message of 32769 bytes breaks it off, 32768 are served', async () => {
      const wire = await shaken();
      const room = 32_768 - Buffer.byteLength(echo('1', ''));
      wire.text(echo('1', 'x'.repeat(room)));
      assert.deepEqual(await wire.next(1), [echoed('1', 'x'.repeat(room))]);
      wire.text(echo('1', 'x'.repeat(room + 1)));
      await closesWith(wire, brokenOff);
    });
    test('W17 a hundred invocations of 1 KB in one WebSocket message', async () => {
      const wire = await shaken();
      const text = 'y'.repeat(1024);
      wire.text(Array.from({ length: 100 }, (_, i) => echo(String(i), text)).join(''));
      assert.deepEqual(await wire.next(100), Array.from({ length: 100 }, (_, i) => echoed(String(i), text)));
    });
    test('W18 Close is answered Close', async () => {
      const wire = await shaken();
      wire.text(json({ type: 7 }));
      await closesWith(wire, json({ type: 7 }));
    });
    test('W19 messages about what isn\'t there are ignored', async () => {
      const wire = await shaken();
      for (const message of [{ type: 5, invocationId: '77' }, { type: 3, invocationId: '77' }, { type: 2, invocationId: '77', item: 1 }, { type: 8, sequenceId: 5 }, { type: 9, sequenceId: 5 }])
        wire.text(json(message));
      await alive(wire);
    });
    test('W20 one ping, then silence: closed after 30 s', async () => {
      const wire = await shaken();
      wire.text(json({ type: 6 }));
      const start = Date.now();
      const heard = [];
      while (!heard.includes(brokenOff) && Date.now() - start < 36_000) heard.push(...await wire.next(1, 36_000));
      assert.deepEqual(heard.filter((m) => m !== json({ type: 6 })), [brokenOff]);
      assert.ok(Date.now() - start > 29_000, 'too early');
      assert.equal(await wire.ends(), 1000);
    });
    test('W21 who never pings is pinged and kept', async () => {
      const wire = await shaken();
      const heard = await wire.quiet(35_000);
      assert.deepEqual(heard, [json({ type: 6 }), json({ type: 6 })]);
      await alive(wire);
    });
    test('W22 JSON in binary frames; the answers are text frames', async () => {
      const wire = await connect();
      wire.binary(handshake());
      wire.binary(echo('1', 'a'));
      await wire.socket.until(() => Buffer.concat(wire.socket.frames.map((f) => f.payload)).toString().endsWith(echoed('1', 'a')));
      assert.deepEqual([...new Set(wire.socket.frames.map((f) => f.op))], ['text']);
    });
    test('W23 MessagePack after a handshake in text', { skip: lacking }, async () => {
      const wire = await connect('messagepack');
      wire.text(handshake('messagepack'));
      await wire.socket.until(() => wire.socket.frames.length > 0);
      assert.deepEqual(wire.socket.frames.map((f) => [f.op, f.payload.toString('hex')]), [['binary', '7b7d1e']]);
      wire.hex('0b950180a130a450696e6790');
      await wire.socket.until(() => wire.socket.frames.length > 1);
      assert.deepEqual(wire.socket.frames.slice(1).map((f) => [f.op, f.payload.toString('hex')]), [['binary', '07950380a13003c0']]);
    });
    test('W24 a MessagePack length beyond 2 GB breaks it off', { skip: lacking }, async () => {
      const wire = await shaken('messagepack');
      wire.hex('ffffffff0f');
      await closesWith(wire, `259307d920${Buffer.from('Connection closed with an error.').toString('hex')}c3`);
    });
  });

  describe('HTTP', { concurrency: true }, () => {
    const ask = (method, target, more) => request(base, { method, target, ...more });
    const told = (answer) => [answer.status, answer.body.toString()];
    const poll = (id) => sendRequest(base, { method: 'GET', target: `/testhub?id=${id}` });
    const done = async (answer) => {
      assert.ok(await answer.until(() => answer.whole), 'the poll was not answered');
      answer.close();
      return told(answer);
    };
    const token = async () => (await negotiate(hub)).connectionToken;

    test('W25 POST without or with an unknown id', async () => {
      assert.deepEqual(told(await ask('POST', '/testhub')), [400, 'Connection ID required']);
      assert.deepEqual(told(await ask('POST', '/testhub?id=nope')), [404, 'No Connection with that ID']);
    });
    test('W26 PUT', async () => assert.equal((await ask('PUT', '/testhub')).status, 405));
    test('W27 GET negotiate', async () => assert.equal((await ask('GET', '/testhub/negotiate')).status, 405));
    test('W28 negotiateVersion=abc', async () => {
      assert.deepEqual(told(await ask('POST', '/testhub/negotiate?negotiateVersion=abc')), [200, '{"error":"The client requested a non-integer protocol version."}']);
    });
    test('W29 a negotiated id nobody used is gone after 18 s', async () => {
      const id = await token();
      await pause(18_000);
      assert.deepEqual(told(await ask('GET', `/testhub?id=${id}`)), [404, 'No Connection with that ID']);
    });
    test('W30 another transport on the same token', async () => {
      const id = await token();
      assert.deepEqual(await done(poll(id)), [200, '']);
      assert.deepEqual(told(await ask('GET', `/testhub?id=${id}`, { headers: ['Accept: text/event-stream'] })), [400, 'Cannot change transports mid-connection']);
    });
    test('W31 a second WebSocket on a token in use', async () => {
      const id = await token();
      const first = await RawWebSocket.open(`${hub}?id=${id}`);
      assert.equal((await RawWebSocket.open(`${hub}?id=${id}`)).status, 409);
      first.socket.destroy();
    });
    for (const shake of [false, true])
      test(`W32 long polling ends by DELETE${shake ? ', after a handshake' : ''}`, async () => {
        const id = await token();
        assert.deepEqual(await done(poll(id)), [200, '']);
        if (shake) {
          await ask('POST', `/testhub?id=${id}`, { body: handshake() });
          assert.deepEqual(await done(poll(id)), [200, `{}${RS}`]);
        }
        const waiting = poll(id);
        await pause(500); // it has to be there first; nothing tells when
        assert.equal((await ask('DELETE', `/testhub?id=${id}`)).status, 202);
        assert.deepEqual(await done(waiting), shake ? [200, json({ type: 7, allowReconnect: true })] : [204, '']);
        const [after] = await done(poll(id));
        assert.ok(after === 404 || (!real && after === 204), `the next poll was answered ${after}`);
      });
    test('W33 of two open polls the newer gets what comes', async () => {
      const id = await token();
      await done(poll(id));
      const older = poll(id);
      await pause(500); // it has to be there first; nothing tells when
      const newer = poll(id);
      assert.deepEqual(await done(older), [204, '']);
      await ask('POST', `/testhub?id=${id}`, { body: handshake() });
      assert.deepEqual(await done(newer), [200, `{}${RS}`]);
    });
  });
});
