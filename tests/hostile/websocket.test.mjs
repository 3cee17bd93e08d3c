// Bad frames on an upgraded connection (RFC 6455), and bad words inside good frames (the hub protocol).
import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { someone, startServer } from '../support/server.mjs';
import { good } from '../support/tokens.mjs';
import { request } from './table.mjs';

const text = 1, binary = 2, close = 8, ping = 9, pong = 10;
const mask = Buffer.from([1, 2, 3, 4]);

// One frame as a client sends it; every part can be made wrong.
function frame(opcode, payload = '', { fin = true, rsv = 0, masked = true, length } = {}) {
  const bytes = Buffer.from(payload);
  const size = length ?? bytes.length;
  const head = size < 126 ? [size] : size < 65536 ? [126, size >> 8, size & 255] : [127, ...[7, 6, 5, 4, 3, 2, 1, 0].map((i) => Number((BigInt(size) >> BigInt(8 * i)) & 255n))];
  const first = Buffer.from([(fin ? 0x80 : 0) | (rsv << 4) | opcode, (masked ? 0x80 : 0) | head[0], ...head.slice(1)]);
  return masked ? Buffer.concat([first, mask, bytes.map((b, i) => b ^ mask[i & 3])]) : Buffer.concat([first, bytes]);
}
const hello = frame(text, '{"protocol":"json","version":1}\x1e');
const say = (record) => frame(text, `${typeof record === 'string' ? record : JSON.stringify(record)}\x1e`);

// Sends pieces after the upgrade; resolves with the texts, the close code and how the connection ended.
function talk(server, pieces, { limit = 20_000, until = () => false } = {}) {
  return new Promise((resolve, reject) => {
    const socket = connect({ port: server.port, host: '127.0.0.1' });
    let bytes = Buffer.alloc(0);
    let upgraded = false;
    const heard = { texts: [], code: null, ended: false, pongs: 0 };
    const finish = () => { clearTimeout(timer); socket.destroy(); resolve(heard); };
    const timer = setTimeout(() => { heard.timedOut = true; finish(); }, limit);
    const read = () => {
      if (!upgraded) {
        const end = bytes.indexOf('\r\n\r\n');
        if (end < 0) return;
        if (!bytes.toString('latin1').startsWith('HTTP/1.1 101')) return reject(new Error(bytes.toString('latin1')));
        upgraded = true;
        bytes = bytes.subarray(end + 4);
        for (const piece of pieces) socket.write(piece);
      }
      while (bytes.length >= 2) {
        const opcode = bytes[0] & 15;
        let size = bytes[1] & 127, at = 2;
        if (size === 126) { if (bytes.length < 4) return; size = bytes.readUInt16BE(2); at = 4; }
        else if (size === 127) { if (bytes.length < 10) return; size = Number(bytes.readBigUInt64BE(2)); at = 10; }
        if (bytes.length < at + size) return;
        const payload = bytes.subarray(at, at + size);
        bytes = bytes.subarray(at + size);
        if (opcode === close) heard.code = size >= 2 ? payload.readUInt16BE(0) : 1005;
        else if (opcode === pong) ++heard.pongs;
        else heard.texts.push(...payload.toString('utf8').split('\x1e').filter(Boolean));
        if (until(heard)) return finish();
      }
    };
    socket.on('data', (data) => { bytes = Buffer.concat([bytes, data]); read(); });
    socket.on('end', () => { heard.ended = true; finish(); });
    socket.on('error', () => { heard.ended = true; finish(); });
    socket.on('close', () => { heard.ended = true; finish(); });
    socket.write(request({
      target: '/hubs/order-status', token: good(someone('frames')),
      headers: { Connection: 'Upgrade', Upgrade: 'websocket', 'Sec-WebSocket-Version': '13', 'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==' },
    }));
  });
}

const frames = [
  ['an unmasked frame', [frame(text, 'x', { masked: false })], 1002],
  ['RSV1', [frame(text, 'x', { rsv: 4 })], 1002],
  ['RSV2', [frame(text, 'x', { rsv: 2 })], 1002],
  ['RSV3 on a ping', [frame(ping, 'x', { rsv: 1 })], 1002],
  ['opcode 3', [frame(3, 'x')], 1002],
  ['opcode 15', [frame(15, 'x')], 1002],
  ['a ping in fragments', [frame(ping, 'x', { fin: false })], 1002],
  ['a ping of 126 bytes', [frame(ping, 'x'.repeat(126))], 1002],
  ['a continuation of nothing', [frame(0, 'x')], 1002],
  ['a message inside a message', [frame(text, 'x', { fin: false }), frame(text, 'y')], 1002],
  ['text that is no UTF-8', [frame(text, Buffer.from([0xff, 0xfe]))], 1007],
  ['a surrogate in text', [frame(text, Buffer.from([0xed, 0xa0, 0x80]))], 1007],
  ['text cut off inside a character', [frame(text, Buffer.from([0xe2, 0x82]))], 1007],
  ['a close of one byte', [frame(close, 'x')], 1002],
  ['a close with code 1005', [frame(close, Buffer.from([3, 237]))], 1002],
  ['a close with code 999', [frame(close, Buffer.from([3, 231]))], 1002],
  ['a close whose reason is no UTF-8', [frame(close, Buffer.from([3, 232, 0xff]))], [1002, 1007]],
  ['a claim of 2^62 bytes', [Buffer.from([0x81, 0xff, 0x40, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4, 120])], [1002, 1009]],
  ['a claim of 2^63 bytes', [Buffer.from([0x81, 0xff, 0x80, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4, 120])], [1002, 1009]],
  ['a close in order', [frame(close, Buffer.from([3, 232]))], 1000],
  ['a close that says nothing', [frame(close)], 1000],
];

const words = [
  ['a handshake for a protocol that nobody knows', [frame(text, '{"protocol":"morse","version":1}\x1e')], /not supported/],
  ['a handshake of version 99', [frame(text, '{"protocol":"json","version":99}\x1e')], /does not support version/],
  ['a handshake that is no JSON', [frame(text, 'hi\x1e')], /unexpected error/],
  ['a handshake without a version', [frame(text, '{"protocol":"json"}\x1e')], /unexpected error/],
  ['a handshake without an end, 40 KB', [frame(text, `{"protocol":"${'x'.repeat(40_000)}`)], /canceled|unexpected/],
];

describe('bad frames', () => {
  let server;
  before(async () => { server = await startServer(); });
  after(() => server?.stop());

  for (const [name, pieces, code] of frames)
    test(name, async () => {
      const heard = await talk(server, pieces);
      assert.ok(!heard.timedOut, 'the connection stayed open');
      assert.ok([code].flat().includes(heard.code), `closed with ${heard.code}, wanted ${code}`);
      assert.deepEqual(heard.texts, []);
    });

  for (const [name, pieces, error] of words)
    test(name, async () => {
      const heard = await talk(server, pieces);
      assert.ok(!heard.timedOut, 'the connection stayed open');
      assert.match(JSON.parse(heard.texts[0] ?? '{}').error ?? '', error);
    });

  const answers = [
    ['an unknown method', { type: 1, invocationId: '1', target: 'Destroy', arguments: [] }, /HubException: Method does not exist\.$/],
    ['too many arguments', { type: 1, invocationId: '1', target: 'Ping', arguments: [1, 2] }, /provides 2 argument|Failed to invoke/i],
    ['too few arguments', { type: 1, invocationId: '1', target: 'RegisterOrder', arguments: [] }, /provides 0 argument|Failed to invoke/i],
    ['a number for an id', { type: 1, invocationId: '1', target: 'RegisterOrder', arguments: [7] }, /Failed to invoke|Invalid correlationId|binding/i],
    ['an id that is none', { type: 1, invocationId: '1', target: 'RegisterOrder', arguments: ['x'] }, /^An unexpected error occurred invoking 'RegisterOrder' on the server\. HubException: Invalid correlationId$/],
    ['the nil id', { type: 1, invocationId: '1', target: 'GetCurrentStatus', arguments: ['00000000-0000-0000-0000-000000000000'] }, /Invalid correlationId/],
    ['Resume after a text', { type: 1, invocationId: '1', target: 'Resume', arguments: ['x'] }, /./],
    ['Resume after 1e999', '{"type":1,"invocationId":"1","target":"Resume","arguments":[1e999]}', /./],
    ['a stream of a method that has none', { type: 4, invocationId: '1', target: 'Ping', arguments: [] }, /./],
  ];
  for (const [name, record, error] of answers)
    test(`${name} is answered, and the connection goes on`, async () => {
      const after = say({ type: 1, invocationId: 'alive', target: 'Ping', arguments: [] });
      const heard = await talk(server, [hello, say(record), after], { until: (h) => h.texts.some((t) => t.includes('"alive"')) });
      const completion = heard.texts.map((t) => JSON.parse(t)).find((r) => r.type === 3 && r.invocationId === '1');
      assert.match(completion?.error ?? `no error: ${JSON.stringify(heard)}`, error);
      assert.ok(heard.texts.some((t) => t.includes('"alive"')), 'the connection did not go on');
    });

  for (const [name, record] of [['words that are no JSON', 'nope'], ['a message of 70 KB', `{"type":1,"target":"Ping","arguments":["${'x'.repeat(70_000)}"]}`], ['depth', `{"type":1,"target":"Ping","arguments":${'['.repeat(5_000)}${']'.repeat(5_000)}}`]])
    test(`${name} end the connection with a Close`, async () => {
      const heard = await talk(server, [hello, say(record)]);
      assert.ok(!heard.timedOut, 'the connection stayed open');
      assert.ok(heard.texts.some((t) => t.includes('"type":7')), `no Close: ${JSON.stringify(heard)}`);
    });

  test('a flood of pings is answered in order of magnitude, and costs no one else', async () => {
    const flood = Buffer.concat(Array(5_000).fill(frame(ping, 'p')));
    const heard = await talk(server, [flood, frame(close, Buffer.from([3, 232]))]);
    assert.ok(heard.pongs > 0 || heard.ended);
    assert.equal((await server.call(null, '/health/live')).status, 200);
  });

  test('frames of one byte each are put together', async () => {
    const bytes = Buffer.from('{"protocol":"json","version":1}\x1e{"type":1,"invocationId":"1","target":"Ping","arguments":[]}\x1e');
    const pieces = [...bytes].map((b, i) => frame(i === 0 ? text : 0, Buffer.from([b]), { fin: i === bytes.length - 1 }));
    const heard = await talk(server, pieces, { until: (h) => h.texts.some((t) => t.includes('"invocationId":"1"')) });
    assert.ok(!heard.timedOut);
    assert.equal(heard.texts[0], '{}');
  });

  test('the server lives', () => assert.ok(server.alive(), server.log));
});
