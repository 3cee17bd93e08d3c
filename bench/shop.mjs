// Runs the scenarios of bench/run-shop.sh: a fresh server for each run, the load client beside it, CPU time from /proc/PID/stat.
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { Server } from '../tests/support/server.mjs';

const { values: v } = parseArgs({
  options: {
    server: { type: 'string' }, client: { type: 'string' }, rounds: { type: 'string', default: '5' }, seconds: { type: 'string', default: '10' },
    rates: { type: 'string', default: '1000 5000' }, users: { type: 'string', default: '50' }, connections: { type: 'string', default: '64' },
    window: { type: 'string', default: '4' }, data: { type: 'string' }, json: { type: 'string' }, 'no-keyed': { type: 'boolean', default: false },
  },
});
const program = resolve(v.server ?? ['build/bench', 'build/release'].map((b) => `${b}/services/contoso-shop/contoso-shop`).find(existsSync) ?? 'contoso-shop');
const client = resolve(v.client ?? program);
const ticks = Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));

// Fields 14 and 15, counted behind the name, which may hold anything.
function cpuSeconds(pid) {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / ticks;
}
const residentMegabytes = (pid) => Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1] ?? 0) / 1024;

const common = ['--seconds', v.seconds, '--users', v.users, '--connections', v.connections, '--window', v.window, '--settle', '60', '--json', '--quiet', ...(v['no-keyed'] ? ['--no-keyed'] : [])];
const scenarios = [
  { name: 'flat out', args: [] },
  ...v.rates.split(/\s+/).filter(Boolean).map((rate) => ({ name: `${rate}/s`, args: ['--rate', rate] })),
  { name: 'flat out, 4 tabs', args: ['--tabs', '4'] },
];

async function runOnce(scenario, round) {
  const data = mkdtempSync(join(v.data ?? tmpdir(), 'contoso-bench-'));
  const server = new Server({ path: program, data });
  await server.start();
  try {
    const before = cpuSeconds(server.child.pid);
    const child = spawn(client, ['load', '--url', server.url, '--seed', String(round), ...common, ...scenario.args], { stdio: ['ignore', 'pipe', 'inherit'] });
    let out = '';
    child.stdout.setEncoding('utf8').on('data', (text) => { out += text; });
    const clientCpu = () => { try { return cpuSeconds(child.pid); } catch { return null; } };
    let clientSeconds = 0;
    const watching = setInterval(() => { clientSeconds = clientCpu() ?? clientSeconds; }, 100);
    const code = await new Promise((done) => child.once('close', done));
    clearInterval(watching);
    const serverSeconds = cpuSeconds(server.child.pid) - before;
    const result = JSON.parse(out);
    return {
      scenario: scenario.name, round, kept: code === 0, accepted: result.acceptedPerSecond, completed: result.completedPerSecond,
      p50: result.microseconds.orderToNotification.p50 / 1000, p99: result.microseconds.orderToNotification.p99 / 1000,
      p999: result.microseconds.orderToNotification.p999 / 1000, p99of201: result.microseconds.orderTo201.p99 / 1000, orders: result.completed, behind: result.behind,
      serverCpu: serverSeconds, clientCpu: clientSeconds, perServerCpuSecond: result.completed / serverSeconds, megabytes: residentMegabytes(server.child.pid),
    };
  } finally {
    await server.stop();
    rmSync(data, { recursive: true, force: true });
  }
}

const median = (numbers) => { const s = [...numbers].sort((a, b) => a - b); return s.length % 2 ? s[s.length >> 1] : (s[s.length / 2 - 1] + s[s.length / 2]) / 2; };
const spread = (numbers) => { const m = median(numbers); return m === 0 ? 0 : (Math.max(...numbers) - Math.min(...numbers)) / m * 100; };
const shown = (n) => (n >= 100 ? Math.round(n).toLocaleString('en') : n >= 10 ? n.toFixed(1) : n.toFixed(2));

const runs = [];
for (let round = 1; round <= Number(v.rounds); ++round)
  for (const scenario of scenarios) {
    const run = await runOnce(scenario, round);
    runs.push(run);
    console.error(`round ${round}  ${scenario.name.padEnd(18)} ${shown(run.completed)}/s  p99 ${shown(run.p99)} ms  server ${shown(run.serverCpu)} CPU s${run.kept ? '' : '  BROKEN'}`);
  }

const model = cpus()[0]?.model.trim() ?? 'unknown';
console.log(`\n${cpus().length} cores (${model}), ${v.rounds} rounds of ${v.seconds} s, client on the same machine; median (spread of all rounds in % of it)\n`);
console.log('| scenario | accepted/s | completed/s | order to notification p50, p99, p99.9 ms | order to 201 p99 ms | orders per server-CPU-second | CPU s server, client | peak MB |');
console.log('| --- | --- | --- | --- | --- | --- | --- | --- |');
for (const { name } of scenarios) {
  const of = (field) => runs.filter((r) => r.scenario === name).map((r) => r[field]);
  const cell = (field) => `${shown(median(of(field)))} (${Math.round(spread(of(field)))} %)`;
  console.log(`| ${name} | ${cell('accepted')} | ${cell('completed')} | ${shown(median(of('p50')))}, ${cell('p99')}, ${shown(median(of('p999')))} | ${cell('p99of201')} | ${cell('perServerCpuSecond')} | ${shown(median(of('serverCpu')))}, ${shown(median(of('clientCpu')))} | ${shown(median(of('megabytes')))} |`);
}
const broken = runs.filter((r) => !r.kept).length;
console.log(`\n${runs.reduce((n, r) => n + r.orders, 0).toLocaleString('en')} orders in all; ${broken === 0 ? 'every ledger was clean' : `${broken} RUNS BROKE A PROMISE`}`);
if (v.json) writeFileSync(v.json, JSON.stringify(runs, null, 1));
process.exitCode = broken === 0 ? 0 : 1;
