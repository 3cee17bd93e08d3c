// A captured conversation, held again. Frame borders are not compared, ids that the server made up are mapped.
import assert from 'node:assert/strict';
import { HubWire, cutMessages, negotiate } from './hub-wire.mjs';
import { RawWebSocket } from './websocket.mjs';

// `frame`, `hex`, or runs: literal pieces, and [x, n] for n times x.
export function payloadOf(line) {
  const runs = (pieces, encoding) => Buffer.concat(pieces.map((p) => (typeof p === 'string' ? Buffer.from(p, encoding) : Buffer.from(p[0].repeat(p[1]), encoding))));
  if (line.frame_runs) return runs(line.frame_runs, 'utf8');
  if (line.hex_runs) return runs(line.hex_runs, 'hex');
  if (line.hex !== undefined) return Buffer.from(line.hex, 'hex');
  return Buffer.from(line.frame, 'utf8');
}

const isData = (line) => ['text', 'binary', 'continuation'].includes(line.op);

// The id with which a server asks a client (spec §7): [id, where it stands], or undefined. JSON text or MessagePack hex.
function askedId(message) {
  if (message.startsWith('{')) return /^\{"type":1,"invocationId":"([^"]+)"/.exec(message)?.[1];
  const [, header] = /^[0-9a-f]{2}960180(a[1-9a-f]|b[0-9a-f])/.exec(message) ?? [];
  return header && Buffer.from(message.slice(10, 10 + 2 * (parseInt(header, 16) & 0x1f)), 'hex').toString();
}
// MessagePack: only messages shorter than 128 bytes ask or answer, so their length is one byte.
const str = (text) => (0xa0 | text.length).toString(16) + Buffer.from(text).toString('hex');
function withLength(body) {
  return (body.length / 2).toString(16).padStart(2, '0') + body;
}
function withId(message, from, to) {
  if (message.startsWith('{')) return message.replace(`"invocationId":"${from}"`, () => `"invocationId":"${to}"`);
  return withLength(message.slice(2).replace(str(from), str(to)));
}
// A client's Completion for `from`, said about `to`.
function withAnswerTo(payload, from, to) {
  const text = payload.toString();
  if (text.startsWith('{')) return Buffer.from(text.replace(`{"type":3,"invocationId":"${from}"`, () => `{"type":3,"invocationId":"${to}"`));
  const body = payload.toString('hex').slice(2);
  const answers = ['9403', '9503'].some((kind) => body.startsWith(`${kind}80${str(from)}`));
  return answers ? Buffer.from(withLength(body.replace(str(from), str(to))), 'hex') : payload;
}

// Items of streams that run at the same time come as the timers have it: each stream's own order is what counts.
function inStreamOrder(messages, streams) {
  const keyOf = (message) => {
    if (message.startsWith('{')) {
      const [, id] = /^\{"type":[23],"invocationId":"([^"]+)"/.exec(message) ?? [];
      return streams.has(id) ? id : undefined;
    }
    return [...streams].find((id) => ['940280', '940380', '950380'].some((kind) => message.slice(2).startsWith(kind + str(id))));
  };
  const out = [];
  for (let i = 0; i < messages.length;) {
    const run = [];
    while (i < messages.length && keyOf(messages[i]) !== undefined) run.push(messages[i++]);
    if (run.length > 0) out.push(...run.map((m) => [keyOf(m), m]).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)).map(([, m]) => m));
    else out.push(messages[i++]);
  }
  return out;
}

class Session {
  streams = new Set();
  pending = []; // expected and not yet compared
  greeted = false;

  // `ids`: the capture's id -> this server's; one for all sessions, since they count together.
  constructor(protocol, ids) {
    this.protocol = protocol;
    this.ids = ids;
  }
  expect(line) {
    const { messages, rest } = cutMessages(payloadOf(line), this.protocol, !this.greeted);
    assert.equal(rest.length, 0, 'the capture holds part of a message');
    this.greeted = true;
    this.pending.push(...messages);
  }
  async compare(limit) {
    const want = this.pending.splice(0);
    if (want.length === 0) return;
    const got = await this.wire.next(want.length, limit);
    const mapped = got.map((message, i) => {
      const mine = askedId(message);
      const theirs = want[i] && askedId(want[i]);
      if (!mine || !theirs) return message;
      this.ids.set(theirs, mine);
      return withId(message, mine, theirs);
    });
    assert.deepEqual(inStreamOrder(mapped, this.streams), inStreamOrder(want, this.streams));
  }
  send(line) {
    let payload = payloadOf(line);
    this.noteStreams(payload);
    for (const [theirs, mine] of this.ids) payload = withAnswerTo(payload, theirs, mine);
    this.wire.socket.send(line.op, payload);
  }
  noteStreams(payload) {
    const [, id] = /\{"type":4,"invocationId":"([^"]+)"/.exec(payload.toString()) ?? [];
    const [, header, rest] = /^[0-9a-f]{2}960480(a[1-9a-f])((?:..)*)/.exec(payload.toString('hex')) ?? [];
    if (id) this.streams.add(id);
    if (header) this.streams.add(Buffer.from(rest.slice(0, 2 * (parseInt(header, 16) & 0x0f)), 'hex').toString());
  }
}

export function protocolOf(lines) {
  return lines.some((l) => l.dir === 'C' && isData(l) && payloadOf(l).includes('"protocol":"messagepack"')) ? 'messagepack' : 'json';
}

// Holds one conversation (or several that are interleaved) with the hub at `hub`.
//   query    what the hub's URL is opened with
//   stateful negotiate first: false, or the negotiate's query
export async function hold(lines, { hub, query = '', stateful = false, limit = 10_000, origin = new URL(hub).origin }) {
  const sessions = new Map();
  const ids = new Map();
  const attach = (session) => RawWebSocket.open(`${hub}?id=${session.token.connectionToken}`);
  const open = async (name) => {
    const session = new Session(protocolOf(lines), ids);
    sessions.set(name, session);
    if (stateful) session.token = await negotiate(hub, stateful);
    const { status, socket } = await RawWebSocket.open(hub + (session.token ? `?id=${session.token.connectionToken}` : query));
    assert.equal(status, 101);
    session.wire = new HubWire(socket, session.protocol);
    return session;
  };
  const reattach = async (session, status) => {
    const old = session.wire;
    const answer = await attach(session);
    assert.equal(answer.status, status, 'the answer to the new WebSocket on the same id');
    if (answer.socket) session.wire = new HubWire(answer.socket, session.protocol, { first: false });
    return old;
  };
  try {
    for (const [i, line] of lines.entries()) {
      const session = sessions.get(line.session) ?? await open(line.session);
      const followed = lines.slice(i + 1).find((l) => l.session === line.session);
      if (line.dir === 'S' && isData(line)) {
        session.expect(line);
        if (!(followed?.dir === 'S' && isData(followed))) await session.compare(limit);
      } else if (line.dir === 'S' && line.op === 'close') {
        const code = await session.wire.ends(limit);
        assert.deepEqual(session.wire.messages, [], 'messages before the close frame that are not in the capture');
        assert.equal(code, line.code);
        assert.equal(session.wire.closed.reason, line.reason);
      } else if (line.dir === 'S' && line.event === 'TCP closed') {
        assert.ok(['end', 'reset'].includes(await session.wire.gone(limit)), 'the server did not end the connection');
      } else if (line.dir === 'C' && isData(line)) {
        session.send(line);
      } else if (line.dir === 'C' && line.op === 'close') {
        session.wire.socket.close(line.code, line.reason);
      } else if (line.dir === 'C' && line.event === 'TCP closed by client') {
        session.wire.socket.destroy();
      } else {
        await act(line, session, { reattach, attach, origin, limit });
      }
    }
    for (const session of sessions.values())
      if (!session.wire.closed && !session.wire.socket.ended) assert.deepEqual(await session.wire.quiet(60), [], 'messages after the end of the capture');
  } finally {
    for (const session of sessions.values()) session.wire?.socket.destroy();
  }
}

const pause = (ms) => new Promise((go) => setTimeout(go, ms));

// Remarks that stand for something that was done or seen.
async function act(line, session, { reattach, attach, origin, limit }) {
  const said = line.event ?? line.note ?? '';
  const [, status] = /^new WebSocket on the same id: HTTP (\d+)/.exec(said) ?? [];
  if (status) {
    session.old = await reattach(session, Number(status));
  } else if (said.startsWith('second WebSocket on the same id: HTTP ')) {
    assert.equal((await attach(session)).status, Number(said.slice(-3)));
  } else if (said.startsWith('server code sends to the detached connection')) {
    assert.equal(await (await fetch(`${origin}/hello/${session.token.connectionId}`, { method: 'POST' })).text(), 'ok');
  } else if (said.startsWith('re-attach 17.5 s')) {
    await pause(17_500);
  } else if (said.startsWith('the old socket receives')) {
    assert.equal(await session.old.ends(limit), 1000);
  } else if (said.startsWith('closed after about 5 s')) {
    assert.equal(await session.wire.ends(20_000), 1000);
  } else if (said.startsWith('after TCP loss')) {
    await pause(300); // the server has to see the loss
  } else if (!remarks.has(said)) {
    throw new Error(`the capture says what this replay doesn't know: ${JSON.stringify(line)}`);
  }
}

const remarks = new Set([
  'one frame of 32768 x', 'the server may join both answers into one WS message', 'the second call waits for the first',
  'ids s1, s2, ... count per server process, over all connections', 're-attach', 'second WebSocket, first still open',
  'client opens a new WebSocket with the same id', 'after a graceful close', 'after WS Close 1000', 'after a server abort',
  'server with StatefulReconnectBufferSize 1000, detailed errors',
  'buffer is 10 items; then the receive loop waits, so the Echo behind it waits too',
]);
