// Lays out what the program serves at /: the page, the official client, the covers; text files also as .br and .gz.
// Usage: node assemble.mjs OUT_DIR
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const out = process.argv[2];
if (!out) throw new Error('usage: node assemble.mjs OUT_DIR');

const page = readdirSync(here).filter((name) => /\.(html|js|css|svg)$/.test(name));
const vendor = ['signalr.min.js'];

rmSync(out, { recursive: true, force: true });
mkdirSync(join(out, 'vendor'), { recursive: true });
for (const name of page) copyFileSync(join(here, name), join(out, name));
for (const name of vendor) {
  copyFileSync(join(here, 'node_modules/@microsoft/signalr/dist/browser', name), join(out, 'vendor', name));
}
execFileSync(process.execPath, [join(here, '../../../libs/orders/seed/make-covers.mjs'), join(out, 'covers')]);

compress(out);

function compress(directory) {
  for (const entry of readdirSync(directory, { withFileTypes: true })) {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) compress(path);
    else if (/\.(html|js|css|svg|json)$/.test(entry.name)) compressFile(path);
  }
}

// A compressed form is kept only where it saves something.
function compressFile(path) {
  const plain = readFileSync(path);
  const quality = { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } };
  for (const [suffix, bytes] of [['.br', brotliCompressSync(plain, quality)], ['.gz', gzipSync(plain, { level: 9 })]]) {
    if (bytes.length < plain.length * 0.9) writeFileSync(path + suffix, bytes);
  }
}
