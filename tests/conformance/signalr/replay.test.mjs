// Every conversation that was captured from the reference server (fixtures/README.md), held again with the server under test: the same
// messages in the same order. What differs on purpose stands in differences.mjs and nowhere else.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, describe, test } from 'node:test';
import { HubWire, RS, handshake } from '../../support/hub-wire.mjs';
import { signalrServer } from '../../support/signalr-server.mjs';
import { hold, payloadOf } from '../../support/transcript.mjs';
import { differing, unused } from './differences.mjs';

const server = await signalrServer();
after(() => server.stop());

const fixture = async (path) => readFile(new URL(`../../fixtures/${path}`, import.meta.url), 'utf8');
const lines = async (path) => (await fixture(path)).split('\n').filter(Boolean).map((line) => JSON.parse(line));
const protocols = { 'hub-json': 'json', 'hub-msgpack': 'messagepack' };
const lacking = (protocol) => server.speaks(protocol) ? false : `${server.name} has no ${protocol} here`;

const lackingValues = (protocol) => lacking(protocol) || (protocol === 'messagepack' && server.plainValues);

// Sessions that are interleaved belong together.
function conversations(all) {
  const last = new Map(all.map((line, i) => [line.session, i]));
  const out = [];
  let until = -1;
  for (const [i, line] of all.entries()) {
    if (i > until) out.push([]);
    until = Math.max(until, last.get(line.session));
    out.at(-1).push(line);
  }
  return out;
}

// What the captures' hub was asked to do at connect, and what the author did without writing it down.
const atConnect = {
  'handshake and invocation in one frame, slow OnConnected': 'slow', 'hub aborts in OnConnected': 'abort', 'OnConnected throws': 'throw',
  'OnConnected throws, detailed errors': 'throw', 'OnConnected throws HubException': 'throw-hub',
  'OnConnected throws HubException, detailed errors': 'throw-hub', 'OnConnected sends': 'send', 'asked in OnConnected': 'ask',
};
function complete(name, conversation) {
  if (name !== 'WS Close frame from the client, then the same id') return conversation;
  const at = conversation.findIndex((line) => line.op === 'close');
  return conversation.toSpliced(at, 0, { session: name, dir: 'C', op: 'close', code: 1000, reason: '' });
}

// Conversations with values that are not of plain types.
const ofManyTypes = new Set(['invocation: plain calls', 'streams: server streams', 'close: result that cannot be serialized',
  'close: result that cannot be serialized, detailed errors', 'close: server to client call that cannot be serialized']);

function setting(file, name) {
  if (file === 'stateful') {
    const small = name.startsWith('replay buffer full');
    const asked = !name.startsWith('not asked');
    return { variant: small ? 'small-replay-buffer' : 'stateful', stateful: `negotiateVersion=1${asked ? '&useStatefulReconnect=true' : ''}` };
  }
  const mode = atConnect[name];
  return {
    variant: file === 'errors-detailed' || name.endsWith('detailed errors') ? 'detailed' : 'plain',
    query: mode ? `?connected=${mode}` : '',
  };
}

for (const [folder, protocol] of Object.entries(protocols))
  for (const file of ['handshake', 'invocation', 'errors', 'errors-detailed', 'streams', 'uploads', 'client-result', 'close', 'stateful'])
    describe(`${folder}/${file}`, { concurrency: 8, skip: lacking(protocol) }, async () => {
      for (const conversation of conversations(await lines(`${folder}/${file}.ndjson`))) {
        const [{ session: name }] = conversation;
        const { variant, ...how } = setting(file, name);
        const skip = protocol === 'messagepack' && server.plainValues && ofManyTypes.has(`${file}: ${name}`) && server.plainValues;
        test(name, { skip }, () => hold(differing(server, `${folder}/${file}: ${name}`, complete(name, conversation)), { hub: `${server.variant(variant)}/testhub`, ...how }));
      }
    });

const call = {
  json: (target, argument) => Buffer.from(`{"type":1,"invocationId":"1","target":"${target}","arguments":[${argument}]}${RS}`),
  messagepack: (target, argument) => {
    const body = `960180a131${(0xa0 | target.length).toString(16)}${Buffer.from(target).toString('hex')}91${argument}90`;
    return Buffer.from((body.length / 2).toString(16).padStart(2, '0') + body, 'hex');
  },
};
const argumentOf = {
  json: JSON.stringify,
  messagepack: (text) => (0xa0 | text.length).toString(16) + Buffer.from(text).toString('hex'),
};
const frameOf = (line, protocol) => (protocol === 'json' ? payloadOf(line).toString() : payloadOf(line).toString('hex'));

async function answerTo(hub, protocol, payload) {
  const wire = await HubWire.open(hub, protocol);
  try {
    wire.socket.send(protocol === 'json' ? 'text' : 'binary', payload);
    return (await wire.next(1))[0];
  } finally {
    wire.socket.destroy();
  }
}

for (const [folder, protocol] of Object.entries(protocols))
  describe(`${folder}/values-out`, { concurrency: 8, skip: lackingValues(protocol) }, async () => {
    for (const line of (await lines(`${folder}/values-out.ndjson`)).filter((l) => l.value))
      test(`Value(${line.value})`, async () => {
        const [want] = differing(server, `${folder}/values-out: ${line.value}`, [frameOf(line, protocol)]);
        assert.equal(await answerTo(`${server.variant('plain')}/testhub`, protocol, call[protocol]('Value', argumentOf[protocol](line.value))), want);
      });
  });

describe('hub-json/values-in', { concurrency: 8 }, async () => {
  for (const { target, argument, answer } of await lines('hub-json/values-in.ndjson'))
    test(`${target}(${argument})`, async () => {
      const [want] = differing(server, `hub-json/values-in: ${target}(${argument})`, [answer]);
      assert.equal(await answerTo(`${server.variant('plain')}/testhub`, 'json', call.json(target, argument)), want);
    });
});

test('hub-json/escaped-code-points', async () => {
  const { short_forms: short, escaped } = JSON.parse(await fixture('hub-json/escaped-code-points.json'));
  const form = (point) => {
    const hex = point.toString(16).toUpperCase().padStart(4, '0');
    if (short[hex]) return short[hex];
    return escaped.some(([from, to]) => point >= parseInt(from, 16) && point <= parseInt(to, 16)) ? `\\u${hex}` : String.fromCodePoint(point);
  };
  const wire = await HubWire.open(`${server.variant('plain')}/testhub`);
  for (let from = 0; from < 0x10000; from += 0x800) {
    const points = Array.from({ length: 0x800 }, (_, i) => from + i).filter((p) => p < 0xd800 || p > 0xdfff);
    if (points.length === 0) continue;
    const asked = points.map((p) => `\\u${p.toString(16).padStart(4, '0')}`).join('');
    wire.text(`{"type":1,"invocationId":"1","target":"Echo","arguments":["${asked}"]}${RS}`);
    assert.equal((await wire.next(1))[0], `{"type":3,"invocationId":"1","result":"${points.map(form).join('')}"}${RS}`);
  }
  wire.socket.destroy();
});

// The frames that are too long for the capture.
const nested = (target, depth) => `${target}${'91'.repeat(depth)}90`;
function withLength(body) {
  let prefix = '';
  for (let n = body.length / 2; ; n = Math.floor(n / 128)) {
    prefix += ((n & 0x7f) | (n > 0x7f ? 0x80 : 0)).toString(16).padStart(2, '0');
    if (n <= 0x7f) return prefix + body;
  }
}
const longFrames = {
  'completion for unknown id, 3000 nested arrays': withLength(nested('950380a17803', 3000)),
  'argument of 600 nested arrays for an object parameter': withLength(nested('950180a131aa4563686f4f626a65637491', 600)),
};
const alive = { json: `{"type":1,"invocationId":"alive","target":"Echo","arguments":["alive"]}${RS}`, messagepack: withLength('950180a5616c697665a44563686f91a5616c697665') };

for (const [folder, protocol] of Object.entries(protocols))
  describe(`${folder}/parse`, { concurrency: 8, skip: lackingValues(protocol) }, async () => {
    for (const line of await lines(`${folder}/parse.ndjson`))
      test(`${line.case} (${line.server})`, async () => {
        const payload = line.hex || line.frame || line.hex_runs ? payloadOf(line) : Buffer.from(longFrames[line.case], 'hex');
        const answer = differing(server, `${folder}/parse: ${line.case} (${line.server})`, line.answer.flatMap((a) => {
          if (typeof a === 'string') return a.split(RS).slice(0, -1).map((m) => m + RS);
          return a.items && a.items.length > 1 ? cut(a.hex) : [a.hex ?? a];
        }));
        const wire = await HubWire.open(`${server.variant(line.server)}/testhub`, protocol);
        try {
          const op = line.frame ? 'text' : 'binary'; // what is not UTF-8 can't be text
          wire.socket.send(op, payload);
          await new Promise((go) => setTimeout(go, 45));
          wire.socket.send(op, protocol === 'json' ? alive.json : Buffer.from(alive.messagepack, 'hex'));
          const messages = answer.filter((a) => a.close === undefined);
          const got = await wire.next(messages.length);
          assert.equal(got.length, messages.length, `got ${JSON.stringify(got)}`);
          for (const [i, want] of messages.entries()) {
            if (want.hex_start) assert.deepEqual([got[i].slice(0, want.hex_start.length), got[i].length / 2], [want.hex_start, want.bytes]);
            else assert.equal(got[i], want);
          }
          const [close] = answer.filter((a) => a.close !== undefined);
          if (close) assert.equal(await wire.ends(), close.close);
          else assert.deepEqual(await wire.quiet(answer.length === 0 ? 300 : 40), []);
        } finally {
          wire.socket.destroy();
        }
      });
  });

// Several MessagePack messages in one frame of the capture.
function cut(hex) {
  const out = [];
  for (let bytes = Buffer.from(hex, 'hex'); bytes.length > 0;) {
    let length = 0;
    let at = 0;
    for (let shift = 0; ; shift += 7, ++at) {
      length += (bytes[at] & 0x7f) * 2 ** shift;
      if ((bytes[at] & 0x80) === 0) break;
    }
    out.push(bytes.subarray(0, at + 1 + length).toString('hex'));
    bytes = bytes.subarray(at + 1 + length);
  }
  return out;
}

test('differences.mjs names no case that does not exist', () => assert.deepEqual(unused(server, ['hub-json', 'hub-msgpack']), []));
