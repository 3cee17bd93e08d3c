// RFC 4180 as far as the seed needs it: quoted fields, doubled quotes, LF or CRLF. Anything odd is an error with its line.
import { readFileSync } from 'node:fs';

export function readCsv(path) {
  const [header, ...records] = parse(new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(path)), path);
  return records.map((fields, i) => {
    if (fields.length !== header.length) throw new Error(`${path}, record ${i + 1}: ${fields.length} fields, not ${header.length}`);
    return Object.fromEntries(header.map((name, k) => [name, fields[k]]));
  });
}

function parse(text, path) {
  const records = [];
  const token = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/gy;
  for (let fields = []; token.lastIndex < text.length;) {
    const at = token.lastIndex;
    const m = token.exec(text);
    if (!m) throw new Error(`${path}, line ${text.slice(0, at).split('\n').length}: a quote where none can be`);
    fields.push(m[1] === undefined ? m[2] : m[1].replaceAll('""', '"'));
    if (m[3] !== ',') {
      records.push(fields);
      fields = [];
    }
  }
  return records;
}
