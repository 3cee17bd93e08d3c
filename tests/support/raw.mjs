// HTTP as bytes: sends exactly what it is given on one connection and reads what comes back, for as long as it comes.
import { connect } from 'node:net';

// { status, reason, headers (lower-case names, Map), body } of every answer that is whole.
function readAnswers(bytes, head) {
  const answers = [];
  let rest = bytes;
  for (;;) {
    const end = rest.indexOf('\r\n\r\n');
    if (end < 0) return answers;
    const [line, ...fields] = rest.subarray(0, end).toString('latin1').split('\r\n');
    const [, status, reason] = /^HTTP\/1\.[01] (\d{3}) ?(.*)$/.exec(line) ?? [];
    if (!status) return answers;
    const headers = new Map(fields.map((f) => [f.slice(0, f.indexOf(':')).toLowerCase(), f.slice(f.indexOf(':') + 1).trim()]));
    const bodyless = head || status < 200 || status === '204' || status === '304';
    const chunked = headers.get('transfer-encoding') === 'chunked';
    let length = bodyless ? 0 : Number(headers.get('content-length') ?? 0);
    let body = rest.subarray(end + 4, end + 4 + length);
    if (chunked && !bodyless) {
      const last = rest.indexOf('\r\n0\r\n\r\n', end + 2);
      if (last < 0) return answers;
      length = last + 7 - (end + 4);
      body = rest.subarray(end + 4, last);
    } else if (body.length < length) {
      return answers;
    }
    if (Number(status) >= 200) answers.push({ status: Number(status), reason, headers, body: body.toString('utf8') });
    rest = rest.subarray(end + 4 + length);
  }
}

// `pieces`: strings (latin1) or buffers, written one after the other. Resolves when the server ended the connection, or
// when `answers` have come (and then `linger` ms passed without its end), or after `limit` ms.
export function exchange(port, pieces, { answers = 1, limit = 15_000, linger = 300, head = false, host = '127.0.0.1', end = false } = {}) {
  return new Promise((resolve) => {
    const socket = connect({ port, host });
    const parts = [];
    let closed = false;
    let reset = false;
    let lingering;
    const finish = () => {
      clearTimeout(timer);
      clearTimeout(lingering);
      socket.destroy();
      const bytes = Buffer.concat(parts);
      resolve({ bytes, answers: readAnswers(bytes, head), closed, reset, timedOut: !closed && !lingering });
    };
    const timer = setTimeout(finish, limit);
    socket.on('data', (data) => {
      parts.push(data);
      if (!lingering && readAnswers(Buffer.concat(parts), head).length >= answers) lingering = setTimeout(finish, linger);
    });
    socket.on('end', () => { closed = true; finish(); });
    socket.on('error', (error) => {
      closed = true;
      reset = error.code === 'ECONNRESET' || error.code === 'EPIPE';
      finish();
    });
    socket.on('close', () => { closed = true; finish(); });
    socket.on('connect', async () => {
      for (const piece of [pieces].flat()) {
        const bytes = typeof piece === 'string' ? Buffer.from(piece, 'latin1') : piece;
        // Who has been answered stops writing: a write into a closed connection would cost the answer that is waiting to be read.
        for (let at = 0; at < bytes.length && parts.length === 0; at += 65_536) {
          if (socket.destroyed) return;
          if (!socket.write(bytes.subarray(at, at + 65_536))) await new Promise((go) => { for (const event of ['drain', 'close', 'data']) socket.once(event, go); });
        }
      }
      if (end) socket.end();
    });
  });
}

export const json = (answer) => { try { return JSON.parse(answer.body); } catch { return undefined; } };
