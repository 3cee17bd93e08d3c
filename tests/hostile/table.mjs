// Hostile requests as data: what is sent, byte for byte, and what the contract answers.
//   name     what it tries
//   bytes    (context) => text (latin1), buffer, or a list of them; context: { port, token, host }
//   status   the answer, or a list of those that are right; 'none': the connection ends without one
//   closes   true: the server ends the connection after it
//   errors   a member that the problem's `errors` must name
//   detail   a piece that the problem's `detail` must hold
//   headers  { name: pattern } that the answer must carry
import { gzipSync } from 'node:zlib';
import { badTokens } from './tokens.mjs';

const crlf = '\r\n';
const bytesOf = (text) => Buffer.from(text, 'utf8');

export const request = ({ method = 'GET', target = '/', host, token, headers = {}, body, version = 'HTTP/1.1', length = true }) => {
  const lines = [`${method} ${target} ${version}`];
  if (host !== null) lines.push(`Host: ${host ?? 'localhost'}`);
  if (token) lines.push(`Authorization: Bearer ${token}`);
  for (const [name, value] of Object.entries(headers)) lines.push(`${name}: ${value}`);
  const payload = body === undefined ? Buffer.alloc(0) : Buffer.isBuffer(body) ? body : bytesOf(body);
  if (body !== undefined && length) lines.push(`Content-Length: ${payload.length}`);
  return Buffer.concat([Buffer.from(lines.join(crlf) + crlf + crlf, 'latin1'), payload]);
};

const jsonType = { 'Content-Type': 'application/json' };
const post = (c, body, headers = {}) => request({ method: 'POST', target: '/api/orders', token: c.token, headers: { ...jsonType, ...headers }, body });
// A POST whose head is written by hand, token and type included.
const rawPost = (c, fields, body = '') =>
  `POST /api/orders HTTP/1.1${crlf}Host: localhost${crlf}Authorization: Bearer ${c.token}${crlf}Content-Type: application/json${crlf}${fields}${crlf}${crlf}${body}`;
const get = (c, target, headers = {}) => request({ target, token: c.token, headers });
const good = '{"items":[{"productId":"AZ-700","quantity":1}]}';
const line = (text) => `{"items":[${text}]}`;

const bodies = (rows) => rows.map(([name, body, more = {}]) => ({ name: `body: ${name}`, bytes: (c) => post(c, body), status: 400, ...more }));

const malformedJson = bodies([
  ['empty', ''],
  ['white space only', ' \r\n\t '],
  ['not JSON', 'nope'],
  ['cut off', '{"items":[{"productId":"AZ-700"'],
  ['a value and more', `${good} x`],
  ['two values', good + good],
  ['single quotes', good.replaceAll('"', "'")],
  ['a comment', `/* hi */${good}`],
  ['a trailing comma', '{"items":[{"productId":"AZ-700","quantity":1,}]}'],
  ['NaN', line('{"productId":"AZ-700","quantity":NaN}')],
  ['Infinity', line('{"productId":"AZ-700","quantity":Infinity}')],
  ['a hexadecimal number', line('{"productId":"AZ-700","quantity":0x10}')],
  ['a leading zero', line('{"productId":"AZ-700","quantity":01}')],
  ['a leading plus', line('{"productId":"AZ-700","quantity":+1}')],
  ['60,000 opening brackets', '['.repeat(60_000)],
  ['10,000 nested objects', `${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`],
  ['depth below items', `{"items":${'['.repeat(30_000)}${']'.repeat(30_000)}}`],
  ['depth in a member nobody asked for', `{"items":[{"productId":"AZ-700","quantity":1}],"x":${'['.repeat(1_000)}${']'.repeat(1_000)}}`],
  ['a byte that is no UTF-8', Buffer.from('{"items":[{"productId":"AZ\xff700","quantity":1}]}', 'latin1')],
  ['an overlong slash', Buffer.from('{"items":[{"productId":"AZ\xc0\xaf700","quantity":1}]}', 'latin1')],
  ['a surrogate in UTF-8', Buffer.from('{"items":[{"productId":"AZ\xed\xa0\x80700","quantity":1}]}', 'latin1')],
  ['a code point above U+10FFFF', Buffer.from('{"items":[{"productId":"AZ\xf4\x90\x80\x80","quantity":1}]}', 'latin1')],
  ['UTF-8 cut off at the end', Buffer.from('{"items":"\xe2\x82', 'latin1')],
  ['a lone high surrogate', line('{"productId":"\\ud800","quantity":1}')],
  ['a lone low surrogate', line('{"productId":"AZ\\udc00","quantity":1}')],
  ['surrogates the wrong way round', line('{"productId":"\\udc00\\ud800","quantity":1}')],
  ['a byte order mark', Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), bytesOf(good)])],
  ['UTF-16', Buffer.from(`\ufeff${good}`, 'utf16le')],
  ['a raw line feed in a string', line('{"productId":"AZ\n700","quantity":1}')],
  ['a raw NUL', `${good}\0`],
  ['an unknown escape', line('{"productId":"\\x41Z-700","quantity":1}')],
]);

const wrongShapes = bodies([
  ['an array', '[]'],
  ['a string', '"items"'],
  ['null', 'null'],
  ['a number', '1'],
  ['no items', '{}', { errors: 'items' }],
  ['items null', '{"items":null}', { errors: 'items' }],
  ['items a string', '{"items":"AZ-700"}', { errors: 'items' }],
  ['items an object', '{"items":{"0":{"productId":"AZ-700","quantity":1}}}', { errors: 'items' }],
  ['no lines', '{"items":[]}', { errors: 'items' }],
  ['101 lines', line(Array(101).fill('{"productId":"AZ-700","quantity":1}').join()), { errors: 'items' }],
  ['a line that is null', line('null'), { errors: 'items[0]' }],
  ['a line that is a number', line('1'), { errors: 'items[0]' }],
  ['no productId', line('{"quantity":1}'), { errors: 'items[0].productId' }],
  ['productId a number', line('{"productId":700,"quantity":1}'), { errors: 'items[0].productId' }],
  ['productId null', line('{"productId":null,"quantity":1}'), { errors: 'items[0].productId' }],
  ['productId an array', line('{"productId":["AZ-700"],"quantity":1}'), { errors: 'items[0].productId' }],
  ['productId empty', line('{"productId":"","quantity":1}'), { errors: 'items[0].productId' }],
  ['productId of 65 characters', line(`{"productId":"${'a'.repeat(65)}","quantity":1}`), { errors: 'items[0].productId' }],
  ['productId with NUL', line('{"productId":"AZ-700\\u0000","quantity":1}'), { errors: 'items[0].productId' }],
  ['no quantity', line('{"productId":"AZ-700"}'), { errors: 'items[0].quantity' }],
  ['quantity a string', line('{"productId":"AZ-700","quantity":"1"}'), { errors: 'items[0].quantity' }],
  ['quantity 0', line('{"productId":"AZ-700","quantity":0}'), { errors: 'items[0].quantity' }],
  ['quantity -1', line('{"productId":"AZ-700","quantity":-1}'), { errors: 'items[0].quantity' }],
  ['quantity 1001', line('{"productId":"AZ-700","quantity":1001}'), { errors: 'items[0].quantity' }],
  ['quantity 2^31', line('{"productId":"AZ-700","quantity":2147483648}'), { errors: 'items[0].quantity' }],
  ['quantity 2^32+1', line('{"productId":"AZ-700","quantity":4294967297}'), { errors: 'items[0].quantity' }],
  ['quantity 2^64+1', line('{"productId":"AZ-700","quantity":18446744073709551617}'), { errors: 'items[0].quantity' }],
  ['quantity 1e999', line('{"productId":"AZ-700","quantity":1e999}'), { errors: 'items[0].quantity' }],
  ['quantity 1.5', line('{"productId":"AZ-700","quantity":1.5}'), { errors: 'items[0].quantity' }],
  ['quantity of 10,000 digits', line(`{"productId":"AZ-700","quantity":${'9'.repeat(10_000)}}`)],
  ['quantity true', line('{"productId":"AZ-700","quantity":true}'), { errors: 'items[0].quantity' }],
  ['quantity null', line('{"productId":"AZ-700","quantity":null}'), { errors: 'items[0].quantity' }],
  ['the second line bad', line('{"productId":"AZ-700","quantity":1},{"productId":"AZ-900","quantity":0}'), { errors: 'items[1].quantity' }],
  ['items twice', '{"items":[{"productId":"AZ-700","quantity":1}],"items":[{"productId":"AZ-900","quantity":1}]}'],
  ['quantity twice', line('{"productId":"AZ-700","quantity":1,"quantity":1000}')],
  ['productId twice, once escaped', line('{"productId":"AZ-700","product\\u0049d":"AZ-900","quantity":1}')],
  ['an unknown product', line('{"productId":"XX-000","quantity":1}'), { status: 404, detail: 'XX-000' }],
  ['two unknown products', line('{"productId":"XX-000","quantity":1},{"productId":"AZ-700","quantity":1},{"productId":"XX-001","quantity":1}'), { status: 404, detail: 'XX-001' }],
  ['another letter case', line('{"productId":"az-700","quantity":1}'), { status: 404, detail: 'az-700' }],
  ['SQL in an id', line(`{"productId":"' OR 1=1 --","quantity":1}`), { status: 404 }],
]);

const oversize = [
  { name: 'oversize: Content-Length above the limit, body never sent', bytes: (c) => rawPost(c, 'Content-Length: 65537'), status: 413, closes: true },
  { name: 'oversize: a body of 70 KB', bytes: (c) => post(c, `{"x":"${'y'.repeat(70_000)}"}`), status: 413, closes: true },
  { name: 'oversize: 100,000 opening brackets', bytes: (c) => post(c, '['.repeat(100_000)), status: 413, closes: true },
  // What follows a refusal is thrown away up to a limit; who pours on beyond it without reading is cut off, maybe before reading the answer.
  { name: 'oversize: 100,000 lines', bytes: (c) => post(c, line(Array(100_000).fill('{"productId":"AZ-700","quantity":1}').join())), status: [413, 'none'], closes: true },
  { name: 'oversize: 70 KB in chunks', bytes: (c) => [rawPost(c, 'Transfer-Encoding: chunked'), ...Array(70).fill(`400${crlf}${'x'.repeat(1024)}${crlf}`), `0${crlf}${crlf}`], status: 413, closes: true },
  { name: 'oversize: a length of 2^64', bytes: (c) => rawPost(c, 'Content-Length: 18446744073709551616'), status: [400, 413], closes: true },
  { name: 'oversize: a length of 400 digits', bytes: (c) => rawPost(c, `Content-Length: ${'9'.repeat(400)}`), status: [400, 413], closes: true },
  { name: 'oversize: a field of 20 KB', bytes: (c) => get(c, '/api/products', { 'X-Long': 'x'.repeat(20_000) }), status: 431, closes: true },
  { name: 'oversize: 200 fields', bytes: (c) => get(c, '/api/products', Object.fromEntries(Array.from({ length: 200 }, (_, i) => [`X-${i}`, '1']))), status: 431, closes: true },
  { name: 'oversize: a head that never ends', bytes: (c) => ['GET / HTTP/1.1\r\nHost: x\r\n', ...Array(40).fill(`X-A: ${'a'.repeat(1000)}${crlf}`)], status: 431, closes: true },
  { name: 'oversize: a target of 9 KB', bytes: (c) => get(c, `/api/products?q=${'a'.repeat(9_000)}`), status: 414, closes: true },
  { name: 'oversize: a method of 20 KB', bytes: () => `${'A'.repeat(20_000)} / HTTP/1.1${crlf}Host: x${crlf}${crlf}`, status: [400, 414, 431, 501], closes: true },
  { name: 'oversize: a chunk size line that never ends', bytes: (c) => [rawPost(c, 'Transfer-Encoding: chunked'), '1;', ...Array(80).fill('x'.repeat(1000))], status: [400, 413], closes: true },
  { name: 'oversize: extensions on every chunk', bytes: (c) => [rawPost(c, 'Transfer-Encoding: chunked'), ...Array(60).fill(`1;${'e'.repeat(200)}${crlf}x${crlf}`)], status: [400, 413], closes: true },
  { name: 'oversize: endless trailers', bytes: (c) => [rawPost(c, 'Transfer-Encoding: chunked'), `0${crlf}`, ...Array(60).fill(`X-T: ${'t'.repeat(200)}${crlf}`)], status: [400, 413, 431], closes: true },
  { name: 'oversize: Expect: 100-continue for too much', bytes: (c) => rawPost(c, `Expect: 100-continue${crlf}Content-Length: 1000000`), status: 413, closes: true },
];

const chunked = (c, body) => rawPost(c, 'Transfer-Encoding: chunked', body);
const n = good.length.toString(16);
const smuggled = `GET /api/products HTTP/1.1${crlf}Host: localhost${crlf}${crlf}`;
const smuggling = [
  ['Content-Length and chunked', (c) => rawPost(c, `Content-Length: 4${crlf}Transfer-Encoding: chunked`, `0${crlf}${crlf}${smuggled}`)],
  ['chunked and Content-Length', (c) => rawPost(c, `Transfer-Encoding: chunked${crlf}Content-Length: ${good.length}`, `0${crlf}${crlf}`)],
  ['two lengths that differ', (c) => rawPost(c, `Content-Length: 0${crlf}Content-Length: ${good.length}`, good)],
  ['two lengths alike', (c) => rawPost(c, `Content-Length: ${good.length}${crlf}Content-Length: ${good.length}`, good)],
  ['a list of lengths', (c) => rawPost(c, `Content-Length: ${good.length}, ${good.length}`, good)],
  ['a negative length', (c) => rawPost(c, 'Content-Length: -1', good)],
  ['a length with a plus', (c) => rawPost(c, `Content-Length: +${good.length}`, good)],
  ['a hexadecimal length', (c) => rawPost(c, 'Content-Length: 0x2f', good)],
  ['a length with a fraction', (c) => rawPost(c, 'Content-Length: 47.0', good)],
  ['an empty length', (c) => rawPost(c, 'Content-Length:', good)],
  ['a length with a blank in it', (c) => rawPost(c, 'Content-Length: 4 7', good)],
  ['xchunked', (c) => rawPost(c, 'Transfer-Encoding: xchunked', `0${crlf}${crlf}`), [400, 501]],
  ['identity', (c) => rawPost(c, 'Transfer-Encoding: identity', good), [400, 501]],
  ['gzip, chunked', (c) => rawPost(c, 'Transfer-Encoding: gzip, chunked', `0${crlf}${crlf}`), [400, 501]],
  ['chunked, then identity', (c) => rawPost(c, 'Transfer-Encoding: chunked, identity', `0${crlf}${crlf}`), [400, 501]],
  ['chunked twice', (c) => rawPost(c, 'Transfer-Encoding: chunked, chunked', `0${crlf}${crlf}`), [400, 501]],
  ['two fields of chunked', (c) => rawPost(c, `Transfer-Encoding: chunked${crlf}Transfer-Encoding: chunked`, `0${crlf}${crlf}`), [400, 501]],
  ['chunked behind a vertical tab', (c) => rawPost(c, 'Transfer-Encoding: \x0bchunked', `0${crlf}${crlf}`), [400, 501]],
  ['chunked in quotes', (c) => rawPost(c, 'Transfer-Encoding: "chunked"', `0${crlf}${crlf}`), [400, 501]],
  ['chunked in HTTP/1.0', (c) => rawPost(c, 'Transfer-Encoding: chunked', `0${crlf}${crlf}`).replace('HTTP/1.1', 'HTTP/1.0')],
  ['a chunk size that is no number', (c) => chunked(c, `zz${crlf}${good}${crlf}0${crlf}${crlf}`)],
  ['an empty chunk size', (c) => chunked(c, `${crlf}${good}${crlf}0${crlf}${crlf}`)],
  ['a negative chunk size', (c) => chunked(c, `-1${crlf}${good}${crlf}0${crlf}${crlf}`)],
  ['a chunk size with 0x', (c) => chunked(c, `0x${n}${crlf}${good}${crlf}0${crlf}${crlf}`)],
  ['a chunk size of 2^72', (c) => chunked(c, `ffffffffffffffffff${crlf}${good}${crlf}0${crlf}${crlf}`), [400, 413]],
  ['a chunk without its line end', (c) => chunked(c, `${n}${crlf}${good}0${crlf}${crlf}`)],
  ['a chunk size ended by a bare LF', (c) => chunked(c, `${n}\n${good}${crlf}0${crlf}${crlf}`)],
  ['a chunk size with a blank before it', (c) => chunked(c, ` ${n}${crlf}${good}${crlf}0${crlf}${crlf}`)],
  ['a folded field', (c) => rawPost(c, `X-A: b${crlf} Transfer-Encoding: chunked${crlf}Content-Length: ${good.length}`, good)],
  ['bare LF as line ends', (c) => rawPost(c, `Content-Length: ${good.length}`, good).replaceAll(crlf, '\n')],
  ['one bare LF among the fields', (c) => rawPost(c, `X-A: b\nContent-Length: ${good.length}`, good)],
  ['a bare CR in a field', (c) => rawPost(c, `X-A: b\rTransfer-Encoding: chunked${crlf}Content-Length: ${good.length}`, good)],
  ['a blank before the colon', (c) => rawPost(c, `Content-Length : ${good.length}`, good)],
  ['a tab before the colon', (c) => rawPost(c, `Transfer-Encoding\t: chunked`, `0${crlf}${crlf}`)],
  ['a blank before the first field', (c) => `GET /api/products HTTP/1.1${crlf} Host: localhost${crlf}${crlf}`],
  ['a line without a colon', (c) => rawPost(c, `Content-Length ${good.length}`, good)],
  ['a field without a name', (c) => rawPost(c, `: x${crlf}Content-Length: ${good.length}`, good)],
  ['a field name with a bracket', (c) => rawPost(c, `X(Y): x${crlf}Content-Length: ${good.length}`, good)],
  ['a NUL in a field', (c) => rawPost(c, `X-A: a\0b${crlf}Content-Length: ${good.length}`, good)],
  ['two hosts', () => `GET /api/products HTTP/1.1${crlf}Host: localhost${crlf}Host: evil.example${crlf}${crlf}`],
  ['two hosts alike', () => `GET /api/products HTTP/1.1${crlf}Host: localhost${crlf}Host: localhost${crlf}${crlf}`],
  ['no host', () => `GET /api/products HTTP/1.1${crlf}${crlf}`],
  ['a host with a blank', () => `GET /api/products HTTP/1.1${crlf}Host: local host${crlf}${crlf}`],
  ['a host with a path', () => `GET /api/products HTTP/1.1${crlf}Host: localhost/x${crlf}${crlf}`],
].map(([name, bytes, status = 400]) => ({ name: `smuggling: ${name}`, bytes, status, closes: true, alone: true }));

const lines = [
  { name: 'request line: HTTP/2 preface', bytes: () => 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', status: [400, 505], closes: true },
  { name: 'request line: HTTP/2.0', bytes: () => `GET / HTTP/2.0${crlf}Host: x${crlf}${crlf}`, status: [400, 505], closes: true },
  { name: 'request line: HTTP/9.9', bytes: () => `GET / HTTP/9.9${crlf}Host: x${crlf}${crlf}`, status: [400, 505], closes: true },
  { name: 'request line: HTTP/0.9', bytes: () => `GET /${crlf}${crlf}`, status: [400, 505], closes: true },
  { name: 'request line: no version', bytes: () => `GET / FTP/1.1${crlf}Host: x${crlf}${crlf}`, status: [400, 505], closes: true },
  { name: 'request line: a TLS hello', bytes: () => Buffer.from('16030100c8010000c40303000102030405060708090a0b0c0d0e0f', 'hex'), status: [400, 'none'], closes: true, end: true },
  { name: 'request line: two blanks', bytes: () => `GET  / HTTP/1.1${crlf}Host: x${crlf}${crlf}`, status: 400, closes: true },
  { name: 'request line: a blank in the target', bytes: () => `GET /a b HTTP/1.1${crlf}Host: x${crlf}${crlf}`, status: 400, closes: true },
  { name: 'request line: a target without a slash', bytes: () => `GET api/products HTTP/1.1${crlf}Host: x${crlf}${crlf}`, status: 400 },
  { name: 'request line: raw bytes in the target', bytes: () => `GET /\xff\xfe HTTP/1.1${crlf}Host: x${crlf}${crlf}`, status: [400, 404] },
  { name: 'request line: a control character in the target', bytes: () => `GET /a\x01b HTTP/1.1${crlf}Host: x${crlf}${crlf}`, status: 400 },
  { name: 'request line: CONNECT', bytes: () => `CONNECT evil.example:443 HTTP/1.1${crlf}Host: evil.example:443${crlf}${crlf}`, status: [400, 404, 405, 501] },
  { name: 'request line: another site', bytes: () => `GET http://evil.example/etc HTTP/1.1${crlf}Host: evil.example${crlf}${crlf}`, status: [400, 404] },
  { name: 'request line: a method that nobody knows', bytes: (c) => request({ method: 'BREW', target: '/api/orders', token: c.token }), status: [405, 501] },
  { name: 'request line: a method in small letters', bytes: (c) => request({ method: 'get', target: '/api/orders', token: c.token }), status: [400, 405, 501] },
  { name: 'request line: bytes that are nothing', bytes: () => Buffer.from(Array.from({ length: 512 }, (_, i) => (i * 37 + 11) % 256)), status: [400, 'none'], closes: true, end: true },
];

const methods = [
  ['PUT', '/api/orders'], ['DELETE', '/api/orders'], ['PATCH', '/api/orders'], ['POST', '/api/products'], ['DELETE', '/api/products/AZ-700'],
  ['PUT', '/api/orders/1'], ['POST', '/api/orders/1/timeline'], ['POST', '/health/live'], ['DELETE', '/metrics'], ['GET', '/dev/token'],
].map(([method, target]) => ({
  name: `method: ${method} ${target}`, bytes: (c) => request({ method, target, token: c.token, body: method === 'GET' ? undefined : '' }), status: 405, headers: { allow: /[A-Z]/ },
}));
methods.push({ name: 'method: TRACE', bytes: (c) => request({ method: 'TRACE', target: '/api/products', token: c.token }), status: [405, 501] });

const types = [
  { name: 'type: none', bytes: (c) => request({ method: 'POST', target: '/api/orders', token: c.token, body: good }), status: 415 },
  ...['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', 'application/jsonx', 'application/xml', 'json', 'text/json;application/json', ''].map((type) => (
    { name: `type: '${type}'`, bytes: (c) => post(c, good, { 'Content-Type': type }), status: 415 })),
  { name: 'type: gzip said of plain bytes', bytes: (c) => post(c, good, { 'Content-Encoding': 'gzip' }), status: [415] },
  { name: 'type: gzip', bytes: (c) => post(c, gzipSync(good), { 'Content-Encoding': 'gzip' }), status: [400, 415] },
  { name: 'type: a form at /dev/token', bytes: () => request({ method: 'POST', target: '/dev/token', headers: { 'Content-Type': 'application/x-www-form-urlencoded' }, body: 'userId=x' }), status: [400, 415] },
  { name: 'expect: something odd', bytes: (c) => post(c, good, { Expect: '200-ok' }), status: 417, closes: true },
];

const paths = [
  ...['/../../etc/passwd', '/%2e%2e/%2e%2e/etc/passwd', '/..%2f..%2fetc%2fpasswd', '/..%5c..%5cetc%5cpasswd', '/....//....//etc/passwd', '/.git/config', '/covers/../../orders.db',
    '/docs/../../openapi.yaml', '/docs/%2e%2e/%2e%2e/openapi.yaml', '/index.html%00.svg', '/%00', '/%zz', '/%', '/%c0%ae%c0%ae/etc/passwd', '//etc/passwd.txt', '/data/development.key', '/development.key'].map((target) => (
    { name: `path: ${target}`, bytes: (c) => get(c, target), status: [400, 404] })),
  ...['/api/orders/0', '/api/orders/-1', '/api/orders/9223372036854775808', '/api/orders/1e3', '/api/orders/%31%00', '/api/orders/00000000-0000-0000-0000-000000000000',
    '/api/orders/{0199a8f0-1c2d-7e3f-8a4b-5c6d7e8f9012}', '/api/orders/0199a8f01c2d7e3f8a4b5c6d7e8f9012', `/api/orders/${'9'.repeat(2000)}`, "/api/orders/1'%20OR%201=1",
    '/api/orders/0199a8f0-1c2d-7e3f-8a4b-5c6d7e8f901g/status', '/api/orders/1/status', '/api/orders/abc/timeline', '/api/products/%00', '/api/products/AZ-700%2F', '/api/orders/1/nothing'].map((target) => (
    { name: `id: ${target.slice(0, 60)}`, bytes: (c) => get(c, target), status: [400, 404] })),
  ...['offset=-1', 'size=0', 'size=101', 'size=abc', 'size=', 'offset=1.5', 'offset=9223372036854775808', 'size=%00', 'offset=+1', 'size=1e1'].map((query) => (
    { name: `query: ?${query}`, bytes: (c) => get(c, `/api/orders?${query}`), status: 400, errors: query.slice(0, query.indexOf('=')) })),
  { name: 'query: ?sort=bogus', bytes: (c) => get(c, '/api/products?sort=bogus'), status: 400, errors: 'sort' },
  ...['0', '-1', 'abc', '00000000-0000-0000-0000-000000000000', '9223372036854775807'].map((id) => (
    { name: `delete: ${id}`, bytes: (c) => request({ method: 'DELETE', target: `/api/orders/${id}`, token: c.token }), status: [400, 404] })),
  { name: 'metrics: behind a proxy', bytes: (c) => get(c, '/metrics', { 'X-Forwarded-For': '203.0.113.9' }), status: 404 },
  { name: 'metrics: behind a proxy that says Forwarded', bytes: (c) => get(c, '/metrics', { Forwarded: 'for=203.0.113.9' }), status: 404 },
];

const keys = [
  ['empty', ''], ['of 256 characters', 'k'.repeat(256)], ['with a blank', 'a b'], ['with a tab', 'a\tb'], ['with a letter above ASCII', 'caf\xe9'], ['with DEL', 'a\x7fb'],
].map(([name, key]) => ({ name: `key: ${name}`, bytes: (c) => post(c, good, { 'Idempotency-Key': key }), status: 400 }));
keys.push({ name: 'key: two of them', bytes: (c) => rawPost(c, `Idempotency-Key: a1${crlf}Idempotency-Key: b2${crlf}Content-Length: ${good.length}`, good), status: 400 });

const tokens = badTokens.map(({ name, make, status = 401 }) => ({
  name: `token: ${name}`, bytes: () => request({ target: '/api/orders', token: make() }), status, headers: status === 401 ? { 'www-authenticate': /^Bearer.*error="invalid_token"/ } : undefined,
}));
const noTokens = [
  { name: 'token: none', bytes: () => request({ target: '/api/orders' }), status: 401, headers: { 'www-authenticate': /^Bearer$/ } },
  { name: 'token: Basic', bytes: () => request({ target: '/api/orders', headers: { Authorization: 'Basic YTpi' } }), status: 401, headers: { 'www-authenticate': /^Bearer/ } },
  { name: 'token: the word alone', bytes: () => request({ target: '/api/orders', headers: { Authorization: 'Bearer' } }), status: 401, headers: { 'www-authenticate': /^Bearer/ } },
  { name: 'token: in the query of the API', bytes: (c) => request({ target: `/api/orders?access_token=${c.token}` }), status: 401 },
  { name: 'token: two fields', bytes: (c) => request({ target: '/api/orders', token: c.token, headers: { authorization: 'Bearer x' } }), status: [400, 401] },
  { name: 'token: behind the page', bytes: (c) => request({ method: 'POST', target: '/api/orders', headers: { ...jsonType, Cookie: `access_token=${c.token}` }, body: good }), status: 401 },
];

const upgrade = (c, { target = '/hubs/order-status', headers = {}, method = 'GET', token = c.token } = {}) => request({
  method, target, token,
  headers: { Connection: 'Upgrade', Upgrade: 'websocket', 'Sec-WebSocket-Version': '13', 'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==', ...headers },
});
const hub = [
  { name: 'hub: upgrade without a token', bytes: (c) => upgrade(c, { token: null }), status: 401 },
  { name: 'hub: upgrade with a bad token', bytes: (c) => upgrade(c, { token: `${c.token}x` }), status: 401 },
  { name: 'hub: upgrade without a key', bytes: (c) => upgrade(c, { headers: { 'Sec-WebSocket-Key': '' } }), status: [400, 404] },
  { name: 'hub: upgrade with a key of 3 bytes', bytes: (c) => upgrade(c, { headers: { 'Sec-WebSocket-Key': 'YWJj' } }), status: [400, 404] },
  { name: 'hub: upgrade of version 12', bytes: (c) => upgrade(c, { headers: { 'Sec-WebSocket-Version': '12' } }), status: [400, 404, 426] },
  { name: 'hub: upgrade by POST', bytes: (c) => upgrade(c, { method: 'POST', headers: { 'Content-Length': '0' } }), status: [400, 404, 405] },
  { name: 'hub: another origin', bytes: (c) => upgrade(c, { headers: { Origin: 'https://evil.example' } }), status: 403 },
  { name: 'hub: origin null', bytes: (c) => upgrade(c, { headers: { Origin: 'null' } }), status: 403 },
  { name: 'hub: an origin that only begins like ours', bytes: (c) => upgrade(c, { headers: { Origin: 'http://localhost:4200.evil.example' } }), status: 403 },
  { name: 'hub: an origin that only ends like ours', bytes: (c) => upgrade(c, { headers: { Origin: 'http://evil-localhost:4200' } }), status: 403 },
  { name: 'hub: upgrade at the API', bytes: (c) => upgrade(c, { target: '/api/orders' }), status: [200, 400, 404, 426] },
  { name: 'hub: an id that nobody was given', bytes: (c) => upgrade(c, { target: '/hubs/order-status?id=AAAAAAAAAAAAAAAAAAAAAA' }), status: 404 },
  { name: 'hub: a poll for an id that nobody was given', bytes: (c) => get(c, '/hubs/order-status?id=AAAAAAAAAAAAAAAAAAAAAA'), status: 404 },
  { name: 'hub: a poll without an id', bytes: (c) => get(c, '/hubs/order-status'), status: 400 },
  { name: 'hub: a send without an id', bytes: (c) => request({ method: 'POST', target: '/hubs/order-status', token: c.token, body: '{}' }), status: 400 },
  { name: 'hub: negotiate without a token', bytes: () => request({ method: 'POST', target: '/hubs/order-status/negotiate?negotiateVersion=1', body: '' }), status: 401 },
].map((row) => ({ ...row, plain: true })); // the hub's refusals are SignalR's own, not problem details

export const table = [
  ...malformedJson, ...wrongShapes, ...oversize, ...smuggling, ...lines, ...methods, ...types, ...paths, ...keys, ...noTokens, ...tokens, ...hub,
];
