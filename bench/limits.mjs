// Interleaved rounds of contoso_http_limits: medians, spread, and the share of the bare loop of the same round.
import { execFileSync } from 'node:child_process';
import { parseArgs } from 'node:util';

const { values: o } = parseArgs({
  options: { rounds: { type: 'string', default: '5' }, seconds: { type: 'string', default: '3' }, connections: { type: 'string', default: '64' }, program: { type: 'string', default: 'build/bench/bench/limits/contoso_http_limits' } },
});
const line = /^ *(\d+) in flight, (\S+) +(\d+) \(([\d.]+)\)$/;
const seen = new Map(); // "depth name" → [{rate, share}]
const idle = [];
for (let round = 1; round <= Number(o.rounds); ++round) {
  const out = execFileSync(o.program, [o.seconds, o.connections], { encoding: 'utf8' });
  for (const text of out.split('\n')) {
    const m = line.exec(text);
    if (m) seen.set(`${m[1]} ${m[2]}`, [...(seen.get(`${m[1]} ${m[2]}`) ?? []), { rate: Number(m[3]), share: Number(m[4]) }]);
    const bytes = /idle connection: (\d+) bytes/.exec(text);
    if (bytes) idle.push(Number(bytes[1]));
  }
  if (process.stderr.isTTY) process.stderr.write(`\rround ${round} of ${o.rounds}`);
}
if (process.stderr.isTTY) process.stderr.write('\n');
const median = (all) => [...all].sort((a, b) => a - b)[Math.floor(all.length / 2)];
const spread = (all) => `${Math.round(((Math.max(...all) - Math.min(...all)) / median(all)) * 100)} %`;
console.log('| in flight | server | answers per server-CPU-second | spread | share of the bare loop, median (least, most) |');
console.log('| --- | --- | --- | --- | --- |');
for (const [key, runs] of seen) {
  const [depth, name] = key.split(' ');
  const rates = runs.map((r) => r.rate);
  const shares = runs.map((r) => r.share);
  console.log(`| ${depth} | ${name} | ${median(rates).toLocaleString('en')} | ${spread(rates)} | ${median(shares).toFixed(2)} (${Math.min(...shares).toFixed(2)}, ${Math.max(...shares).toFixed(2)}) |`);
}
if (idle.length > 0) console.log(`memory per idle HTTP connection: ${median(idle)} bytes`);
