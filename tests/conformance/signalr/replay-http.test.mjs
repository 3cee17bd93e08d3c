// Every HTTP exchange that was captured from the reference server, again: status line, headers and body. Not compared are Date and Server,
// and the order of headers; what differs on purpose stands in differences.mjs and nowhere else.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { after, describe, test } from 'node:test';
import { negotiate } from '../../support/hub-wire.mjs';
import { request, sendRequest } from '../../support/raw-http.mjs';
import { signalrServer } from '../../support/signalr-server.mjs';
import { startServer } from '../../support/server.mjs';
import { b64, claims, now, sign } from '../../support/tokens.mjs';
import { RawWebSocket } from '../../support/websocket.mjs';
import { differing, unused } from './differences.mjs';

const server = await signalrServer();
// Who may connect and CORS are a service's, not the library's: these captures are held against the shop's own hub.
const shop = server.has('order') || !process.env.CONTOSO_SERVER ? undefined : await startServer();
const order = shop?.url ?? (server.has('order') ? server.variant('order') : undefined);
after(async () => { await shop?.stop(); await server.stop(); });
const captured = async (file) => JSON.parse(await readFile(new URL(`../../fixtures/http/${file}.json`, import.meta.url), 'utf8')).cases;
const pause = (ms) => new Promise((go) => setTimeout(go, ms));

const jwts = {
  valid: () => sign(claims('u1')),
  'expired 100 s ago': () => sign(claims('u1', { exp: now() - 100 })),
  'expired 10 s ago': () => sign(claims('u1', { exp: now() - 10 })),
  'signature altered': () => altered(sign(claims('u1'))),
  'no exp, wrong signature': () => altered(sign(claims('u1', { exp: undefined }))),
  'alg none, empty signature': () => `${b64({ alg: 'none', typ: 'JWT' })}.${b64(claims('u1'))}.`,
  'no user id claim': () => sign(claims(undefined)),
};
const altered = (token) => token.replace(/\.([^.]{4})([^.]*)$/, (_, start, rest) => `.${start === 'AAAA' ? 'BBBB' : 'AAAA'}${rest}`);

// {connectionToken}, {connectionId}, {jwt:…}, {16 random bytes, base64}. Of a header that stands twice the later one is meant.
function filled({ method, target, headers, body }, ids = {}) {
  const fill = (text) => text.replace(/\{(jwt:)?([^}]+)\}/g, (all, jwt, name) => {
    if (jwt) return jwts[name]();
    return name.startsWith('16 random bytes') ? randomBytes(16).toString('base64') : ids[name] ?? all;
  });
  const last = new Map(headers.map((h) => [h.split(':')[0].toLowerCase(), fill(h)]));
  return { method, target: fill(target), headers: [...last.values()], body };
}

// What is random or a time, by its name; then the headers without an order.
function seen(answer) {
  let body = answer.body.toString('utf8')
    .replace(/"negotiateVersion":0,"connectionId":"[\w-]{22}"/, '"negotiateVersion":0,"connectionId":"{id}"')
    .replace(/"connectionId":"[\w-]{22}"/, '"connectionId":"{connectionId}"').replace(/"connectionToken":"[\w-]{22}"/, '"connectionToken":"{connectionToken}"');
  let headers = answer.headers;
  const [, asked] = /^\{"type":1,"invocationId":"(s\d+)"/.exec(body) ?? [];
  if (asked) {
    headers = headers.map((h) => h.replace(`Content-Length: ${body.length}`, `Content-Length: ${body.length - asked.length + 2}`));
    body = body.replace(`"${asked}"`, '"s1"');
  }
  return { ...comparable({ status_line: answer.statusLine, headers, body }), asked };
}
function comparable({ status_line: status, headers, body = '' }) {
  return {
    status_line: status, body,
    headers: headers.filter((h) => !/^(Date|Server):/i.test(h)).map((h) => h
      .replace(/^(Sec-WebSocket-Accept): .*/, '$1: {accept}')
      .replace(/expires=[^;]+/, 'expires={time}')
      .replace(/^(X-Correlation-Id): .*/, '$1: {id}')
      .replace(/The token expired at '[^']+'/, 'The token expired at {time}')).sort(),
  };
}
function check(key, answer, response) {
  const { asked, ...got } = seen(answer);
  assert.deepEqual(got, differing(server, key, comparable(response)));
  return asked;
}
const headersOnly = (c) => c.note === 'headers only' || c.response.status_line.includes(' 101 ');

async function exchange(key, base, c, ids) {
  if (!headersOnly(c)) return check(key, await request(base, filled(c.request, ids)), c.response);
  const answer = sendRequest(base, filled(c.request, ids));
  await answer.until(() => answer.statusLine);
  answer.body = Buffer.alloc(0);
  answer.close();
  return check(key, answer, c.response);
}

describe('http/negotiate', { concurrency: 8 }, async () => {
  for (const c of await captured('negotiate')) {
    const variant = c.name.startsWith('minimum version 1') ? 'minimum-version-1' : c.name.includes('option on') ? 'stateful' : 'plain';
    test(c.name, { skip: c.request.target.startsWith('/echo') && server.lacksRawConnections }, () => exchange(`http/negotiate: ${c.name}`, server.variant(variant), c));
  }
});

for (const file of ['auth', 'cors'])
  describe(`http/${file}`, { concurrency: 8 }, async () => {
    for (const c of await captured(file)) {
      const base = c.request.target.startsWith('/testhub') ? server.variant('detailed') : order;
      test(c.name, { skip: !base && 'no shop was named (--server)' }, () => exchange(`http/${file}: ${c.name}`, base, c));
    }
  });

describe('http/dispatch', async () => {
  const base = server.variant('plain');
  const attach = {
    WS: async ({ connectionToken }) => (await RawWebSocket.open(`${base}/testhub?id=${connectionToken}`)).socket,
    SSE: async ({ connectionToken }) => {
      const answer = sendRequest(base, { method: 'GET', target: `/testhub?id=${connectionToken}`, headers: ['Accept: text/event-stream'] });
      await answer.until(() => answer.body.length > 0);
      return answer.socket;
    },
  };
  const cases = await captured('dispatch');
  const at = (name) => cases.findIndex((c) => c.name === name);
  // Cases that were tried on one connection, one after the other.
  const groups = [
    ['on a WebSocket connection', 'WS', at('POST to WS connection'), at('second WS on same token')],
    ['on an SSE connection', 'SSE', at('second SSE GET on attached connection'), at('POST on SSE connection')],
    ['before and after the first attach', undefined, at('POST before first attach'), at('second poll gets the buffered handshake answer')],
  ];
  for (const [i, c] of cases.entries()) {
    const group = groups.find(([, , from, to]) => i >= from && i <= to);
    if (group && i > group[2]) continue;
    if (!group) {
      const hub = /^\/[^?/]*/.exec(c.request.target)[0];
      test(c.name, async () => exchange(`http/dispatch: ${c.name}`, base, c, c.request.target.includes('{') ? await negotiate(base + hub) : {}));
      continue;
    }
    test(group[0], async (t) => {
      const ids = await negotiate(`${base}/testhub`);
      const attached = await attach[group[1]]?.(ids);
      for (const each of cases.slice(group[2], group[3] + 1)) await t.test(each.name, () => exchange(`http/dispatch: ${each.name}`, base, each, ids));
      attached?.destroy();
    });
  }
});

describe('http/long-polling', { concurrency: 8 }, async () => {
  const cases = await captured('long-polling');
  const letter = (c) => /^([B-Z]): /.exec(c.name)?.[1] ?? (c.name.startsWith('G') ? 'G' : 'A');
  for (const group of [...new Set(cases.map(letter))])
    test(`connection ${group}`, async (t) => {
      const base = server.variant(group === 'D' ? 'short-poll' : 'plain');
      const ids = await negotiate(`${base}/testhub`, group === 'G' ? 'negotiateVersion=0' : undefined);
      let asked;
      const send = (c) => sendRequest(base, filled({ ...c.request, body: c.request.body.replace('"s1"', `"${asked}"`) }, ids));
      const done = (c, answer, limit = 10_000) => t.test(c.name, async () => {
        assert.ok(await answer.until(() => answer.whole, limit), 'no whole answer');
        answer.close();
        asked = check(`http/long-polling: ${c.name}`, answer, c.response) ?? asked;
      });
      const mine = cases.filter((c) => letter(c) === group);
      for (let i = 0; i < mine.length; ++i) {
        const [c, next] = [mine[i], mine[i + 1]];
        if (c.name === 'E: poll 1, replaced by poll 2') {
          const first = send(c);
          await pause(400); // it has to be there first; nothing tells when
          const second = send(mine[i + 2]);
          await done(c, first);
          await done(mine[i + 1], send(mine[i + 1]));
          await done(mine[i + 2], second);
          break;
        }
        // A poll that was answered later was open when the request before it in the list was made.
        if (c.request.method !== 'GET' && next?.request.method === 'GET' && next.answered_after_s >= 0.2) {
          const poll = send(next);
          await pause(400); // it has to be there first; nothing tells when
          assert.equal(poll.statusLine, undefined, 'the poll was answered before anything happened');
          await done(c, send(c));
          await done(next, poll);
          ++i;
        } else {
          await done(c, send(c));
        }
      }
    });
});

// How messages are spread over events is a matter of timing; an event holds whole messages all the same. What /echo sends back is bytes.
function eventsOf(stream, hub) {
  if (hub === '/echo') return stream;
  return stream.replace(/data: ((?:[^\x1e\r]*\x1e)+)\r\n\r\n/g, (_, messages) => messages.replaceAll('\x1e', '\x1e\n'));
}

const lacking = (c) => (c.name.includes('messagepack') && !server.speaks('messagepack') && `${server.name} has no messagepack here`)
  || (c.request.target.startsWith('/echo') && server.lacksRawConnections);

describe('http/sse', { concurrency: 8 }, async () => {
  for (const c of await captured('sse'))
    test(c.name, { skip: lacking(c) }, async () => {
      const base = server.variant('plain');
      const [hub] = c.request.target.split('?');
      const want = c.stream.map(({ post_response: posted, chunks }) => ({
        posted, stream: eventsOf(chunks.filter((chunk) => chunk !== '<end of body>').join(''), hub), ends: chunks.includes('<end of body>'),
      }));
      const ids = await negotiate(base + hub);
      const answer = sendRequest(base, filled(c.request, ids));
      await answer.until(() => answer.statusLine);
      const got = [];
      let at = 0;
      const fresh = () => eventsOf(answer.body.subarray(at).toString(), hub);
      for (const [i, { post }] of c.stream.entries()) {
        const said = post === undefined ? undefined : await fetch(base + hub + `?id=${ids.connectionToken}`, { method: 'POST', body: post });
        await answer.until(() => fresh().length >= want[i].stream.length && (!want[i].ends || answer.whole));
        got.push({ posted: said && `${said.status} ${said.statusText}`, stream: fresh(), ends: answer.whole });
        at = answer.body.length;
      }
      await pause(40);
      const rest = fresh();
      answer.close();
      const { headers, status_line: status } = comparable({ status_line: answer.statusLine, headers: answer.headers });
      const expected = comparable(c.response);
      assert.deepEqual({ status, headers, steps: got, rest },
        differing(server, `http/sse: ${c.name}`, { status: expected.status_line, headers: expected.headers, steps: want, rest: '' }));
    });
});

test('differences.mjs names no case that does not exist', () => assert.deepEqual(unused(server, ['http']), []));
