// Resident memory of the server before and after N hub connections that do nothing, divided by N.
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { Server } from '../tests/support/server.mjs';

const { values: o } = parseArgs({ options: { connections: { type: 'string', default: '5000' }, server: { type: 'string' } } });
const program = resolve(o.server ?? ['build/bench', 'build/release'].map((b) => `${b}/services/contoso-shop/contoso-shop`).find(existsSync) ?? 'contoso-shop');
const tabs = 10;
const users = Math.max(1, Math.floor(Number(o.connections) / tabs));

const server = new Server({ path: program });
await server.start();
const residentBytes = () => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${server.child.pid}/status`, 'latin1'))[1]) * 1024;
const hubConnections = async () => {
  const text = await (await fetch(`${server.url}/metrics`)).text();
  return Number(/^signalr_connections\S* (\d+)$/m.exec(text)?.[1] ?? 0);
};

// One order a second keeps the client running; what it costs is noise beside thousands of connections.
async function connect(userCount, seconds) {
  const child = spawn(program, ['load', '--url', server.url, '--users', String(userCount), '--tabs', String(tabs), '--connections', '1', '--rate', '1', '--seconds', String(seconds), '--quiet'], { stdio: 'ignore' });
  const ended = new Promise((done) => child.once('close', done));
  for (let i = 0; i < seconds * 10 && await hubConnections() < userCount * tabs; ++i) await sleep(100);
  return { open: await hubConnections(), ended };
}

await (await connect(50, 5)).ended; // what the first ones cost is the process' own
await sleep(1000);
const before = residentBytes();
const { open, ended } = await connect(users, 30);
await sleep(3000);
const after = residentBytes();
console.log(`${open} idle hub connections of ${users} users: ${Math.round((after - before) / open)} bytes each (resident memory ${(before / 2 ** 20).toFixed(1)} → ${(after / 2 ** 20).toFixed(1)} MiB)`);
await ended;
await server.stop();
process.exitCode = open >= users * tabs ? 0 : 1;
