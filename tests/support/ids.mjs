// Ids as our own clients make them, and the identity of a keyed order (contracts §1).
import { createHash, randomBytes } from 'node:crypto';

const hyphens = (hex) => `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;

export function uuid7(ms = Date.now()) {
  const bytes = randomBytes(16);
  bytes.writeUIntBE(ms, 0, 6);
  bytes[6] = (bytes[6] & 0x0f) | 0x70;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  return hyphens(bytes.toString('hex'));
}

export function keyedCorrelationId(user, key) {
  const name = Buffer.from(user, 'utf8');
  const length = Buffer.alloc(4);
  length.writeUInt32BE(name.length);
  const id = createHash('sha256').update('contoso-order-v1').update(length).update(name).update(key).digest().subarray(0, 16);
  id[6] = (id[6] & 0x0f) | 0x70;
  id[8] = (id[8] & 0x3f) | 0x80;
  if (/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(key)) Buffer.from(key.replaceAll('-', ''), 'hex').copy(id, 0, 0, 6);
  return hyphens(id.toString('hex'));
}
