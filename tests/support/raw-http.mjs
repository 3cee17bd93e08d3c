// One HTTP request as it is to stand on the wire, and its answer with every header in its place.
import { connect } from 'node:net';

export class RawAnswer {
  statusLine;
  headers = []; // "Name: value", as they came
  body = Buffer.alloc(0); // without chunk framing
  whole = false;
  ended = false;
  #bytes = Buffer.alloc(0);
  #wake = new Set();

  constructor(socket, head) {
    this.socket = socket;
    this.head = head;
    socket.on('data', (data) => { this.#bytes = Buffer.concat([this.#bytes, data]); this.#read(); });
    for (const event of ['end', 'error', 'close']) socket.on(event, () => { this.ended = true; this.#notify(); });
  }
  get status() { return Number(this.statusLine?.split(' ')[1]); }
  header(name) {
    return this.headers.find((h) => h.toLowerCase().startsWith(`${name.toLowerCase()}:`))?.slice(name.length + 1).trim();
  }
  #notify() { for (const wake of [...this.#wake]) wake(); }
  #read() {
    if (this.statusLine === undefined) {
      const end = this.#bytes.indexOf('\r\n\r\n');
      if (end < 0) return;
      [this.statusLine, ...this.headers] = this.#bytes.subarray(0, end).toString('latin1').split('\r\n');
      this.#bytes = this.#bytes.subarray(end + 4);
    }
    if (this.header('transfer-encoding') === 'chunked' && !this.head) this.#readChunks();
    else {
      const length = this.head || this.status === 204 || this.status < 200 ? 0 : Number(this.header('content-length') ?? 0);
      this.body = this.#bytes.subarray(0, length);
      this.whole = this.#bytes.length >= length;
    }
    this.#notify();
  }
  #readChunks() {
    while (!this.whole) {
      const end = this.#bytes.indexOf('\r\n');
      if (end < 0) return;
      const length = parseInt(this.#bytes.subarray(0, end).toString('latin1'), 16);
      if (this.#bytes.length < end + 2 + length + 2) return;
      this.body = Buffer.concat([this.body, this.#bytes.subarray(end + 2, end + 2 + length)]);
      this.#bytes = this.#bytes.subarray(end + 2 + length + 2);
      this.whole = length === 0;
    }
  }
  until(done, limit = 10_000) {
    return new Promise((resolve) => {
      const check = () => {
        if (!done() && !this.ended) return;
        this.#wake.delete(check);
        clearTimeout(timer);
        resolve(done());
      };
      const timer = setTimeout(() => { this.#wake.delete(check); resolve(done()); }, limit);
      this.#wake.add(check);
      check();
    });
  }
  close() { this.socket.destroy(); }
}

// Sends and returns at once. `headers`: lines; Host and, with a body, Content-Length are added where they are missing.
export function sendRequest(base, { method, target, headers = [], body = '' }) {
  const { hostname, port, host } = new URL(base);
  const socket = connect({ host: hostname, port: Number(port) });
  socket.setNoDelay(true);
  const names = headers.map((h) => h.split(':')[0].toLowerCase());
  const lines = [`${method} ${target} HTTP/1.1`, `Host: ${host}`, ...headers];
  if ((body !== '' || ['POST', 'PUT', 'PATCH'].includes(method)) && !names.includes('transfer-encoding') && !names.includes('content-length'))
    lines.push(`Content-Length: ${Buffer.byteLength(body)}`);
  socket.write(`${lines.join('\r\n')}\r\n\r\n${body}`);
  return new RawAnswer(socket, method === 'HEAD');
}

export async function request(base, what, limit = 10_000) {
  const answer = sendRequest(base, what);
  const whole = await answer.until(() => answer.whole, limit);
  answer.close();
  if (!whole) throw new Error(`${what.method} ${what.target}: no whole answer within ${limit} ms (${answer.statusLine})`);
  return answer;
}
