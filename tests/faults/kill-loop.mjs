// Kills the shop with SIGKILL at seeded random moments while the load client orders, starts it again at once, and lets the client's ledger
// judge: every 201 is exactly one order in the end. node tests/faults/kill-loop.mjs --server PATH [--rounds 20] [--seed N] [--rate R]
//   --negative-control   the server acknowledges before its work is durable (a build with failpoints): a loss must be found
//   --failpoint NAME     (a build with failpoints) instead of SIGKILL from outside, the server dies at this place: before-commit, …; may be repeated
//   --keep               keep the data directory and the ledger
// Exit code: 0 as wanted, 1 not, 2 it could not run.
import { spawn } from 'node:child_process';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Server } from '../support/server.mjs';

// The same numbers for the same seed (mulberry32).
export function seeded(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

// Counts the lines of a growing ledger by kind, without reading any twice.
class Tail {
  constructor(path) { this.path = path; }
  counts = { I: 0, A: 0, N: 0, R: 0 };
  #at = 0;
  #rest = '';
  async read() {
    let file;
    try { file = await open(this.path); } catch { return this.counts; }
    try {
      const buffer = Buffer.alloc(1 << 20);
      for (;;) {
        const { bytesRead } = await file.read(buffer, 0, buffer.length, this.#at);
        if (bytesRead === 0) break;
        this.#at += bytesRead;
        const lines = (this.#rest + buffer.toString('latin1', 0, bytesRead)).split('\n');
        this.#rest = lines.pop();
        for (const line of lines) if (line[0] in this.counts && line[1] === ' ') ++this.counts[line[0]];
      }
    } finally { await file.close(); }
    return this.counts;
  }
}

function client(path, args) {
  const child = spawn(path, ['load', ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  const said = { out: '', err: '' };
  child.stdout.setEncoding('utf8').on('data', (t) => { said.out += t; });
  child.stderr.setEncoding('utf8').on('data', (t) => { said.err += t; });
  const ended = new Promise((done) => child.once('close', (code, signal) => done({ code, signal, ...said })));
  return { child, ended };
}

// At once; with failpoints the place may lie in the start itself, so that it takes several.
async function startAgain(server, dieAt, last) {
  for (let tries = 0; ; ++tries) {
    server.ended = undefined;
    if (dieAt) last || tries === 5 ? delete server.settings.CONTOSO_FAILPOINT : dieAt();
    try {
      return await server.start();
    } catch (error) {
      if (!dieAt || tries === 5 || server.ended?.signal !== 'SIGKILL') throw error;
    }
  }
}

const parsed = (text) => { try { return JSON.parse(text); } catch { return null; } };

export async function killLoop(options) {
  const o = { rounds: 20, seed: 1, rate: 2000, users: 20, settle: 30, least: 200, most: 1500, negativeControl: false, failpoints: [], hits: 40, say: () => {}, ...options };
  const random = seeded(o.seed);
  const folder = await mkdtemp(join(tmpdir(), 'contoso-kill-'));
  const ledger = join(folder, 'ledger');
  const server = new Server({
    path: o.server, data: join(folder, 'data'),
    settings: o.negativeControl ? { CONTOSO_FAILPOINT: 'ack-before-effect:*:fail' } : {},
  });
  const dieAt = o.failpoints.length === 0 ? null : () => {
    const place = o.failpoints[Math.floor(random() * o.failpoints.length)];
    server.settings.CONTOSO_FAILPOINT = `${place}:${1 + Math.floor(random() * o.hits)}:kill`;
    return server.settings.CONTOSO_FAILPOINT;
  };
  const rounds = [];
  const tail = new Tail(ledger);
  let driver;
  try {
    await server.start();
    // Longer than all rounds can take; it is told to stop when they are over.
    driver = client(o.client ?? o.server, ['--url', server.url, '--rate', String(o.rate), '--seconds', '36000', '--users', String(o.users), '--connections', '16',
      '--window', '8', '--retry', '--give-up', '120', '--settle', String(o.settle), '--seed', String(o.seed), '--ledger', ledger, '--json', '--quiet']);
    let gone = null;
    driver.ended.then((e) => { gone = e; });
    for (let until = Date.now() + 60_000; (await tail.read()).A === 0; await pause(20)) {
      if (gone) throw new Error(`the load client ended: ${gone.err}`);
      if (Date.now() > until) throw new Error(`no order was accepted: ${server.log.slice(-2000)}`);
    }
    for (let round = 1; round <= o.rounds; ++round) {
      const before = { ...await tail.read() };
      const began = performance.now();
      if (dieAt && round > 1) await Promise.race([server.exited, pause(o.most, undefined, { ref: false })]); // a place that is not reached is killed from outside
      else await pause(Math.round(o.least + random() * (o.most - o.least)));
      if (gone) throw new Error(`the load client ended: ${gone.err}${gone.out}`);
      if (!server.alive() && !(dieAt && server.ended.signal === 'SIGKILL')) throw new Error(`the server ended by itself: ${JSON.stringify(server.ended)}\n${server.log.slice(-4000)}`);
      await server.kill('SIGKILL');
      const lived = Math.round(performance.now() - began);
      const killed = performance.now();
      const after = { ...await tail.read() };
      const place = server.settings.CONTOSO_FAILPOINT ?? '';
      await startAgain(server, dieAt, round === o.rounds);
      const back = performance.now() - killed;
      rounds.push({ round, lived, accepted: after.A - before.A, told: after.N - before.N, open: after.I - after.A - after.R, waiting: after.A - after.N, back: Math.round(back), place });
      o.say(rounds.at(-1));
    }
    await pause(o.least);
    driver.child.kill('SIGINT');
    const judged = await driver.ended;
    const live = parsed(judged.out);
    if (!live) throw new Error(`the load client gave no verdict (${judged.code ?? judged.signal}): ${judged.err}`);
    const checked = await client(o.client ?? o.server, ['--url', server.url, '--verify', ledger, '--settle', String(o.settle), '--json', '--quiet']).ended;
    const stored = parsed(checked.out);
    if (!stored) throw new Error(`the ledger could not be verified (${checked.code ?? checked.signal}): ${checked.err}`);
    const kept = live.kept && stored.kept && live.accepted > 0 && stored.accepted === live.accepted;
    const lost = Math.max(live.lost, stored.lost);
    return { rounds, live, stored, kept, lost, asWanted: o.negativeControl ? lost > 0 : kept, folder };
  } finally {
    if (driver && driver.child.exitCode === null) driver.child.kill('SIGKILL');
    await server.stop();
    if (!o.keep) await rm(folder, { recursive: true, force: true });
  }
}

async function main() {
  const { values: v } = parseArgs({
    options: {
      server: { type: 'string' }, client: { type: 'string' }, rounds: { type: 'string', default: '20' }, seed: { type: 'string' }, rate: { type: 'string', default: '2000' },
      users: { type: 'string', default: '20' }, settle: { type: 'string', default: '30' }, 'negative-control': { type: 'boolean', default: false },
      failpoint: { type: 'string', multiple: true, default: [] },
      keep: { type: 'boolean', default: false },
    },
  });
  const path = v.server ?? process.env.CONTOSO_SERVER;
  if (!path) throw new Error('say --server PATH');
  const seed = Number(v.seed ?? Date.now() % 1_000_000);
  console.log(`seed ${seed}, ${v.rounds} rounds, ${v.rate} orders/s${v['negative-control'] ? ', negative control: a loss is wanted' : ''}`);
  console.log('round  lived ms  accepted      told  unanswered  waiting  back after ms');
  const cell = (n, width) => String(n).padStart(width);
  const result = await killLoop({
    server: resolve(path), client: v.client && resolve(v.client), rounds: Number(v.rounds), seed, rate: Number(v.rate), users: Number(v.users), settle: Number(v.settle),
    negativeControl: v['negative-control'], failpoints: v.failpoint, keep: v.keep,
    say: (r) => console.log(`${cell(r.round, 5)}${cell(r.lived, 10)}${cell(r.accepted, 10)}${cell(r.told, 10)}${cell(r.open, 12)}${cell(r.waiting, 9)}${cell(r.back, 15)}  ${r.place}`),
  });
  const { live, stored } = result;
  console.log(`client  accepted ${live.accepted}  completed ${live.completed}  failed ${live.failed}  unanswered ${live.unanswered}  retries ${live.retries}  reconnects ${live.reconnects}  found by asking ${live.byStatus}`);
  console.log(`client  lost ${live.lost}  doubled ${live.doubled}  foreign ${live.foreign}  regressed ${live.regressed}  unexpected ${live.unexpected}`);
  console.log(`server  orders ${stored.rows}  lost ${stored.lost}  doubled ${stored.doubled}  foreign ${stored.foreign}  altered ${stored.altered}`);
  for (const text of [...live.oddities, ...stored.examples]) console.log(`        ${text}`);
  const slowest = Math.max(...result.rounds.map((r) => r.back));
  console.log(`${result.rounds.length} kills, back after ${slowest} ms at most: ${result.asWanted ? 'as wanted' : 'NOT as wanted'}${v['negative-control'] ? ` (${result.lost} lost)` : ''}`);
  if (v.keep) console.log(`kept: ${result.folder}`);
  process.exitCode = result.asWanted ? 0 : 1;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await main().catch((error) => {
    console.error(`kill-loop: ${error.message}`);
    process.exitCode = 2;
  });
}
