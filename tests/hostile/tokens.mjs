// Tokens that must not open the door: made by hand, most of them signed with the right key.
import { createHmac, generateKeyPairSync, sign as signWith } from 'node:crypto';
import { audience, issuer } from '../support/server.mjs';
import { b64, claims, good, hs256, now, sign } from '../support/tokens.mjs';

const user = 'hostile-user';
const jwt = (header, payload, signature) => `${b64(header)}.${b64(payload)}.${signature}`;
const none = (alg) => jwt({ alg, typ: 'JWT' }, claims(user), '');
const withHeader = (header, key) => sign(claims(user), { header: { alg: 'HS256', typ: 'JWT', ...header }, ...(key !== undefined && { key }) });
const withClaims = (more) => sign(claims(user, more));
const without = (name) => { const c = claims(user); delete c[name]; return sign(c); };
const otherHmac = (alg, digest) => {
  const input = `${b64({ alg, typ: 'JWT' })}.${b64(claims(user))}`;
  return `${input}.${createHmac(digest, '9f4c1d7ae2b85306c4d1f0a97b6e2358d0c4b1a2f3e49586').update(input).digest('base64url')}`;
};
const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const rsa = (header) => {
  const input = `${b64({ alg: 'RS256', typ: 'JWT', ...header })}.${b64(claims(user))}`;
  return `${input}.${signWith('sha256', Buffer.from(input), privateKey).toString('base64url')}`;
};
const flipped = () => {
  const [h, p, s] = good(user).split('.');
  const bytes = Buffer.from(s, 'base64url');
  bytes[0] ^= 1;
  return `${h}.${p}.${bytes.toString('base64url')}`;
};
const parts = () => good(user).split('.');
const text = (json) => sign(json);
const body = (members) => `{"iss":"${issuer}","aud":"${audience}","exp":${now() + 3600},${members}}`;

export const badTokens = [
  { name: 'garbage', make: () => 'garbage' },
  { name: 'three dots', make: () => '..' },
  { name: 'two parts', make: () => parts().slice(0, 2).join('.') },
  { name: 'four parts', make: () => `${good(user)}.x` },
  { name: 'five parts, as of a JWE', make: () => `${good(user)}.x.y` },
  { name: 'alg none', make: () => none('none') },
  { name: 'alg None', make: () => none('None') },
  { name: 'alg NONE', make: () => none('NONE') },
  { name: 'alg nOnE', make: () => none('nOnE') },
  { name: 'alg none beside a good signature', make: () => sign(claims(user), { header: { alg: 'none', typ: 'JWT' } }) },
  { name: 'no alg', make: () => sign(claims(user), { header: { typ: 'JWT' } }) },
  { name: 'alg null', make: () => sign(claims(user), { header: { alg: null, typ: 'JWT' } }) },
  { name: 'alg a list', make: () => sign(claims(user), { header: { alg: ['HS256'], typ: 'JWT' } }) },
  { name: 'alg hs256 in small letters', make: () => withHeader({ alg: 'hs256' }) },
  { name: 'alg twice', make: () => sign(claims(user), { header: '{"alg":"HS256","alg":"none","typ":"JWT"}' }) },
  { name: 'HS384 with the right key', make: () => otherHmac('HS384', 'sha384') },
  { name: 'HS512 with the right key', make: () => otherHmac('HS512', 'sha512') },
  { name: 'RS256 with a key of its own', make: () => rsa({}) },
  { name: 'RS256 with its key in the header', make: () => rsa({ jwk: publicKey.export({ format: 'jwk' }) }) },
  { name: 'RS256 with a good HMAC', make: () => withHeader({ alg: 'RS256' }) },
  { name: 'HS256 with a public key as its secret', make: () => withHeader({}, publicKey.export({ type: 'spki', format: 'pem' })) },
  { name: 'ES256 with r = s = 0', make: () => jwt({ alg: 'ES256', typ: 'JWT' }, claims(user), b64(Buffer.alloc(64))) },
  { name: 'another key', make: () => withHeader({}, 'another key, also long enough for HS256 to take it') },
  { name: 'an empty key', make: () => withHeader({}, '') },
  { name: 'another key, told in jwk', make: () => withHeader({ jwk: { kty: 'oct', k: b64('attacker attacker attacker attacker!') } }, 'attacker attacker attacker attacker!') },
  { name: 'another key, told by jku', make: () => withHeader({ jku: 'http://127.0.0.1:9/keys' }, 'attacker attacker attacker attacker!') },
  { name: 'another key, told by x5u', make: () => withHeader({ x5u: 'http://127.0.0.1:9/cert' }, 'attacker attacker attacker attacker!') },
  { name: 'kid of an empty file', make: () => withHeader({ kid: '../../../../dev/null' }, '') },
  { name: 'crit that nobody knows', make: () => withHeader({ crit: ['b64'], b64: false }) },
  { name: 'signature empty', make: () => `${parts().slice(0, 2).join('.')}.` },
  { name: 'signature cut short', make: () => good(user).slice(0, -4) },
  { name: 'signature one bit off', make: flipped },
  { name: 'signature padded', make: () => `${good(user)}=` },
  { name: 'signature with more behind it', make: () => `${good(user)}AAAA` },
  { name: 'signature of another token', make: () => { const [h, p] = parts(); return `${h}.${p}.${hs256('x.y')}`; } },
  { name: 'payload changed', make: () => { const [h, , s] = parts(); return `${h}.${b64(claims('admin'))}.${s}`; } },
  { name: 'payload not base64', make: () => { const input = `${parts()[0]}.!!!!`; return `${input}.${hs256(input)}`; } },
  { name: 'payload not JSON', make: () => text('not json') },
  { name: 'payload a list', make: () => sign([claims(user)]) },
  { name: 'payload with more behind it', make: () => text(`${JSON.stringify(claims(user))}x`) },
  { name: 'payload not UTF-8', make: () => sign(Buffer.from(body('"sub":"\xff\xfe"'), 'latin1')) },
  { name: 'payload nested 3,000 deep', make: () => text(body(`"sub":"a","x":${'['.repeat(1500)}${']'.repeat(1500)}`)) },
  { name: 'header not JSON', make: () => sign(claims(user), { header: 'HS256' }) },
  { name: 'header a list', make: () => sign(claims(user), { header: [{ alg: 'HS256' }] }) },
  { name: 'expired an hour ago', make: () => withClaims({ exp: now() - 3600 }) },
  { name: 'expired beyond the leeway', make: () => withClaims({ exp: now() - 120 }) },
  { name: 'no exp', make: () => without('exp') },
  { name: 'exp a string', make: () => withClaims({ exp: String(now() + 3600) }) },
  { name: 'exp null', make: () => withClaims({ exp: null }) },
  { name: 'exp negative', make: () => withClaims({ exp: -1 }) },
  { name: 'exp 1e999', make: () => text(`{"iss":"${issuer}","aud":"${audience}","exp":1e999,"sub":"${user}"}`) },
  { name: 'exp twice', make: () => text(body(`"sub":"${user}","exp":1`)) },
  { name: 'not before an hour from now', make: () => withClaims({ nbf: now() + 3600 }) },
  { name: 'another issuer', make: () => withClaims({ iss: 'https://evil.example' }) },
  { name: 'no issuer', make: () => without('iss') },
  { name: 'another audience', make: () => withClaims({ aud: 'somebody-else' }) },
  { name: 'other audiences', make: () => withClaims({ aud: ['a', 'b'] }) },
  { name: 'no audience', make: () => without('aud') },
  { name: 'sub empty', make: () => withClaims({ sub: '' }) },
  { name: 'sub of 65 characters', make: () => withClaims({ sub: 'u'.repeat(65) }) },
  { name: 'sub with NUL', make: () => withClaims({ sub: 'a\0b' }) },
  { name: 'sub with a line feed', make: () => withClaims({ sub: 'a\nb' }) },
  { name: 'sub with a blank at its start', make: () => withClaims({ sub: ' a' }) },
  { name: 'sub with a blank at its end', make: () => withClaims({ sub: 'a\u00a0' }) },
  { name: 'sub a list', make: () => withClaims({ sub: ['a'] }) },
  { name: 'sub an object', make: () => withClaims({ sub: { a: 1 } }) },
  { name: 'sub twice', make: () => text(body('"sub":"a","sub":"b"')) },
  { name: 'sub bad, nameidentifier good', make: () => withClaims({ sub: '', nameidentifier: 'admin' }) },
  { name: 'of 9 KB', make: () => withClaims({ pad: 'x'.repeat(6_500) }) },
  { name: 'of 100 KB', make: () => withClaims({ pad: 'x'.repeat(75_000) }), status: [401, 431] },
  { name: 'nobody in it', make: () => without('sub'), status: 403 },
];
