// JSON Web Tokens by hand, good and bad.
import { createHmac } from 'node:crypto';
import { audience, issuer, signingKey } from './server.mjs';

export const b64 = (value) => Buffer.from(typeof value === 'string' || Buffer.isBuffer(value) ? value : JSON.stringify(value)).toString('base64url');
export const now = () => Math.floor(Date.now() / 1000);

export const claims = (sub, more = {}) => ({ iss: issuer, aud: audience, sub, iat: now(), nbf: now(), exp: now() + 3600, ...more });
export const hs256 = (input, key = signingKey) => createHmac('sha256', key).update(input).digest('base64url');

// `header` and `payload`: objects, or texts to be taken as they stand.
export function sign(payload, { header = { alg: 'HS256', typ: 'JWT' }, key = signingKey } = {}) {
  const input = `${b64(header)}.${b64(payload)}`;
  return `${input}.${hs256(input, key)}`;
}
export const good = (sub) => sign(claims(sub));
