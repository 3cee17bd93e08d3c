// The hub messages on a raw WebSocket, cut out of the byte stream whatever the frames were.
import { RawWebSocket } from './websocket.mjs';

export const RS = '\x1e';
export const handshake = (protocol = 'json', version = 1) => `${JSON.stringify({ protocol, version })}${RS}`;

// The whole messages at the start of `bytes`, and what is left. JSON and the handshake end with RS, MessagePack has a length before it.
export function cutMessages(bytes, protocol, first) {
  const messages = [];
  for (;;) {
    let end;
    if (protocol === 'json' || first) {
      end = bytes.indexOf(0x1e) + 1;
      if (end === 0) return { messages, rest: bytes, first };
    } else {
      let length = 0;
      let at = 0;
      for (let shift = 0; ; shift += 7, ++at) {
        if (at >= bytes.length) return { messages, rest: bytes, first };
        length += (bytes[at] & 0x7f) * 2 ** shift;
        if ((bytes[at] & 0x80) === 0) break;
      }
      end = at + 1 + length;
      if (bytes.length < end) return { messages, rest: bytes, first };
    }
    const message = bytes.subarray(0, end);
    messages.push(protocol === 'json' || first ? message.toString('utf8') : message.toString('hex'));
    bytes = bytes.subarray(end);
    first = false;
  }
}

// One connection. `messages`: JSON and handshake answers as text, MessagePack as hex, in the order they came.
export class HubWire {
  messages = [];
  ops = []; // of the frame that each message ended in
  closed = null; // the server's close frame
  #rest = Buffer.alloc(0);
  #first;
  #op = '';

  constructor(socket, protocol = 'json', { first = true } = {}) {
    this.socket = socket;
    this.protocol = protocol;
    this.#first = first;
  }

  static async connect(url, protocol = 'json', options) {
    const { status, socket } = await RawWebSocket.open(url, options);
    if (status !== 101) throw new Error(`the upgrade of ${url} was answered ${status}`);
    return new HubWire(socket, protocol);
  }
  static async open(url, protocol = 'json', options) {
    const wire = await HubWire.connect(url, protocol, options);
    wire.text(handshake(protocol));
    const [answer] = await wire.next(1);
    if (answer !== `{}${RS}`) throw new Error(`the handshake was answered ${JSON.stringify(answer)}`);
    return wire;
  }

  #take() {
    for (const frame of this.socket.frames.splice(0)) {
      if (frame.op === 'close') this.closed ??= frame;
      if (!['text', 'binary', 'continuation'].includes(frame.op)) continue;
      if (frame.op !== 'continuation') this.#op = frame.op;
      const { messages, rest, first } = cutMessages(Buffer.concat([this.#rest, frame.payload]), this.protocol, this.#first);
      this.#rest = rest;
      this.#first = first;
      this.messages.push(...messages);
      this.ops.push(...messages.map(() => this.#op));
    }
  }

  text(payload) { this.socket.text(payload); }
  binary(payload) { this.socket.binary(payload); }
  say(...messages) { this.socket.text(messages.map((m) => JSON.stringify(m) + RS).join('')); }
  hex(payload) { this.socket.binary(Buffer.from(payload, 'hex')); }

  // Until so many messages are here, or the connection ended, or the limit is reached; they are taken.
  async next(count, limit = 10_000) {
    await this.socket.until(() => { this.#take(); return this.messages.length >= count || this.closed || this.socket.ended; }, limit);
    this.ops.splice(0, count);
    return this.messages.splice(0, count);
  }
  // Whatever comes within `ms`.
  async quiet(ms) {
    await this.socket.until(() => this.socket.ended, ms);
    this.#take();
    this.ops.splice(0);
    return this.messages.splice(0);
  }
  // The close frame's code; 'end' or 'reset' when the connection ended without one; undefined when it didn't end.
  async ends(limit = 10_000) {
    await this.socket.until(() => { this.#take(); return this.closed || this.socket.ended; }, limit);
    return this.closed ? this.closed.code : this.socket.ended ?? undefined;
  }
  async gone(limit = 10_000) {
    await this.socket.until(() => { this.#take(); return this.socket.ended; }, limit);
    return this.socket.ended;
  }
}

export async function negotiate(hub, query = 'negotiateVersion=1', headers = {}) {
  const url = new URL(hub);
  const answer = await fetch(`${url.origin}${url.pathname}/negotiate?${query}`, { method: 'POST', headers });
  if (answer.status !== 200) throw new Error(`negotiate answered ${answer.status}`);
  return answer.json();
}
