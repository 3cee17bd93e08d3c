// A WebSocket as frames (RFC 6455), so that a test decides on every one and sees every one. Nothing is answered by itself.
import { randomBytes } from 'node:crypto';
import { connect } from 'node:net';

const names = { 0: 'continuation', 1: 'text', 2: 'binary', 8: 'close', 9: 'ping', 10: 'pong' };
const opcodes = Object.fromEntries(Object.entries(names).map(([code, name]) => [name, Number(code)]));

export class RawWebSocket {
  frames = []; // what came and was not taken: { op, fin, payload, code?, reason? }
  ended = null; // 'end', 'reset' or 'closed' (by us)
  #wake = new Set();
  #rest = Buffer.alloc(0);

  // The answer to the upgrade; `socket` is undefined unless it was a 101.
  static open(url, { headers = {}, limit = 10_000 } = {}) {
    const { hostname, port, pathname, search } = new URL(url);
    return new Promise((resolve, reject) => {
      const socket = connect({ host: hostname, port: Number(port) });
      socket.setNoDelay(true);
      const timer = setTimeout(() => { socket.destroy(); reject(new Error(`no answer to the upgrade of ${url} within ${limit} ms`)); }, limit);
      const lines = [`GET ${pathname}${search} HTTP/1.1`, `Host: ${hostname}:${port}`, 'Connection: Upgrade', 'Upgrade: websocket',
        'Sec-WebSocket-Version: 13', `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}`, ...Object.entries(headers).map(([k, v]) => `${k}: ${v}`)];
      let head = Buffer.alloc(0);
      socket.on('connect', () => socket.write(`${lines.join('\r\n')}\r\n\r\n`));
      socket.on('error', (error) => { clearTimeout(timer); reject(error); });
      const onData = (data) => {
        head = Buffer.concat([head, data]);
        const end = head.indexOf('\r\n\r\n');
        if (end < 0) return;
        clearTimeout(timer);
        socket.off('data', onData);
        const [statusLine, ...fields] = head.subarray(0, end).toString('latin1').split('\r\n');
        const answer = { status: Number(statusLine.split(' ')[1]), headers: new Map(fields.map((f) => [f.split(':')[0].toLowerCase(), f.slice(f.indexOf(':') + 1).trim()])) };
        if (answer.status !== 101) {
          socket.destroy();
          return resolve(answer);
        }
        answer.socket = new RawWebSocket(socket, head.subarray(end + 4));
        resolve(answer);
      };
      socket.on('data', onData);
    });
  }

  constructor(socket, first) {
    this.tcp = socket;
    socket.removeAllListeners('error');
    socket.on('data', (data) => this.#received(data));
    socket.on('end', () => this.#end('end'));
    socket.on('error', (error) => this.#end(error.code === 'ECONNRESET' || error.code === 'EPIPE' ? 'reset' : 'end'));
    socket.on('close', () => this.#end('end'));
    this.#received(first);
  }

  #end(how) {
    this.ended ??= how;
    this.#notify();
  }
  #notify() { for (const wake of [...this.#wake]) wake(); }

  #received(data) {
    this.#rest = Buffer.concat([this.#rest, data]);
    for (let frame; (frame = this.#parse());) this.frames.push(frame);
    this.#notify();
  }

  #parse() {
    const b = this.#rest;
    if (b.length < 2) return undefined;
    let length = b[1] & 0x7f;
    let at = 2;
    if (length === 126) {
      if (b.length < 4) return undefined;
      length = b.readUInt16BE(2);
      at = 4;
    } else if (length === 127) {
      if (b.length < 10) return undefined;
      length = Number(b.readBigUInt64BE(2));
      at = 10;
    }
    if (b.length < at + length) return undefined;
    const payload = b.subarray(at, at + length);
    this.#rest = b.subarray(at + length);
    const frame = { op: names[b[0] & 0x0f] ?? `opcode ${b[0] & 0x0f}`, fin: (b[0] & 0x80) !== 0, masked: (b[1] & 0x80) !== 0, payload };
    if (frame.op === 'close') {
      frame.code = payload.length >= 2 ? payload.readUInt16BE(0) : null;
      frame.reason = payload.subarray(2).toString('utf8');
    }
    return frame;
  }

  // `op`: its name, or a number for what has none.
  send(op, payload = '', { fin = true, masked = true, rsv = 0 } = {}) {
    const bytes = Buffer.from(payload);
    const header = [(fin ? 0x80 : 0) | rsv | (opcodes[op] ?? op)];
    const bit = masked ? 0x80 : 0;
    if (bytes.length < 126) header.push(bit | bytes.length);
    else if (bytes.length < 65_536) header.push(bit | 126, bytes.length >> 8, bytes.length & 0xff);
    else {
      const long = Buffer.alloc(8);
      long.writeBigUInt64BE(BigInt(bytes.length));
      header.push(bit | 127, ...long);
    }
    const key = randomBytes(4);
    const body = masked ? Buffer.from(bytes.map((b, i) => b ^ key[i & 3])) : bytes;
    if (!this.tcp.destroyed) this.tcp.write(Buffer.concat([Buffer.from(header), masked ? key : Buffer.alloc(0), body]));
  }
  text(payload) { this.send('text', payload); }
  binary(payload) { this.send('binary', payload); }
  close(code, reason = '') {
    this.send('close', code == null ? '' : Buffer.concat([Buffer.from([code >> 8, code & 0xff]), Buffer.from(reason)]));
  }
  destroy() {
    this.ended ??= 'closed';
    this.tcp.destroy();
    this.#notify();
  }
  // As if the network had gone: no FIN handshake that the peer could take for an orderly end of the byte stream.
  reset() {
    this.ended ??= 'closed';
    this.tcp.resetAndDestroy();
  }

  // True once `done()` holds; false when `limit` ms passed without it.
  until(done, limit = 10_000) {
    return new Promise((resolve) => {
      const check = () => {
        if (!done()) return;
        this.#wake.delete(check);
        clearTimeout(timer);
        resolve(true);
      };
      const timer = setTimeout(() => { this.#wake.delete(check); resolve(done()); }, limit);
      this.#wake.add(check);
      check();
    });
  }
}
