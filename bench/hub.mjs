// Drives the hub benchmark: starts a fresh server for every run, puts load on it, prints a table of medians and spreads.
import {execFileSync, spawn} from 'node:child_process';
import {createHmac} from 'node:crypto';
import {existsSync} from 'node:fs';
import {connect} from 'node:net';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {parseArgs} from 'node:util';

const {values: options} = parseArgs({
    options: {
        rounds: {type: 'string', default: '5'},
        seconds: {type: 'string', default: '3'},
        only: {type: 'string', default: ''},
        servers: {type: 'string', default: 'contoso,aspnet,ws,bare'},
        build: {type: 'string', default: 'build/bench'},
    },
});
const rounds = Number(options.rounds);
const build = options.build;
const key = 'a key for measurements only, of no use elsewhere';
const peer = join(tmpdir(), 'contoso-peer-aspnet');

const base64url = (text) => Buffer.from(text).toString('base64url');
const token = (() => {
    const body = `${base64url('{"alg":"HS256","typ":"JWT"}')}.${base64url(
        JSON.stringify({sub: 'CUST-0001', nameid: 'CUST-0001', exp: Math.floor(Date.now() / 1000) + 86400}))}`;
    return `${body}.${createHmac('sha256', key).update(body).digest('base64url')}`;
})();

// `commands[server](port, scenario)`: program and arguments; null: that server has no such scenario.
const commands = {
    contoso: (port) => [`${build}/bench/hub/contoso-bench-hub`, '--port', port, '--key', key],
    aspnet: (port) => ['dotnet', join(peer, 'aspnet-signalr.dll'), port, key],
    ws: (port, what) =>
        ['echo', 'void', 'broadcast', 'idle'].includes(what.scenario) ? ['node', 'bench/peers/ws/server.mjs', port] : null,
    bare: (port, what) =>
        ['echo', 'void', 'broadcast'].includes(what.scenario) ? [`${build}/bench/hub/contoso_hub_bare`, port, what.scenario, String(what.depth ?? 1)] : null,
};

const scenarios = [
    {name: 'echo, 1 in flight', scenario: 'echo', connections: 64, depth: 1},
    {name: 'echo, 16 in flight', scenario: 'echo', connections: 64, depth: 16},
    {name: 'void', scenario: 'void', connections: 64, depth: 64},
    {name: 'broadcast to 1,000', scenario: 'broadcast', connections: 1000},
    {name: 'broadcast to 10,000', scenario: 'broadcast', connections: 10000},
    ...[100, 1000, 10000, 15000].map((n) => ({name: `to one of ${n} users`, scenario: 'to-user', connections: n, depth: 8})),
    {name: 'idle, 5,000', scenario: 'idle', connections: 5000, seconds: 20},
    {name: 'connect', scenario: 'connect', extra: ['--token', token]},
    {name: 'connect with negotiate', scenario: 'connect', extra: ['--token', token, '--negotiate']},
].filter((s) => !options.only || options.only.split(',').includes(s.scenario));

const sleep = (ms) => new Promise((done) => setTimeout(done, ms));
const answers = (port) =>
    new Promise((done) => {
        const probe = connect(port, '127.0.0.1', () => (probe.destroy(), done(true)));
        probe.on('error', () => done(false));
    });

async function started(command, port) {
    // With the soft limit at the hard one: 15,000 sockets are more than some shells allow.
    const child = spawn('bash', ['-c', 'ulimit -n $(ulimit -Hn); exec taskset -c 0 "$@"', 'run', ...command], {
        stdio: ['ignore', 'ignore', 'inherit'],
    });
    for (let i = 0; i < 200; ++i) {
        if (await answers(port)) return child;
        if (child.exitCode !== null) break;
        await sleep(50);
    }
    child.kill('SIGKILL');
    throw new Error(`did not start: ${command.join(' ')}`);
}

let port = 15300;
async function measure(server, what) {
    const command = commands[server](String(++port), what);
    if (!command) return null;
    const child = await started(command, port);
    try {
        const line = execFileSync('taskset', ['-c', '1', `${build}/bench/hub/contoso_hub_client`, what.scenario,
            '--port', String(port), '--pid', String(child.pid), '--connections', String(what.connections ?? 1),
            '--depth', String(what.depth ?? 1), '--seconds', String(what.seconds ?? options.seconds), ...(what.extra ?? [])],
        {encoding: 'utf8', timeout: 180_000});
        return JSON.parse(line);
    } finally {
        child.kill('SIGKILL');
        await new Promise((done) => child.once('exit', done));
    }
}

const median = (numbers) => {
    const sorted = [...numbers].sort((a, b) => a - b);
    return sorted.length % 2 ? sorted[(sorted.length - 1) / 2] : (sorted[sorted.length / 2 - 1] + sorted[sorted.length / 2]) / 2;
};
const spread = (numbers) => Math.round((100 * (Math.max(...numbers) - Math.min(...numbers))) / median(numbers));
const whole = (n) => Math.round(n).toLocaleString('en-US');

let servers = options.servers.split(',');
if (servers.includes('aspnet')) {
    try {
        execFileSync('dotnet', ['build', '-c', 'Release', '-v', 'q', '-o', peer, 'bench/peers/aspnet-signalr',
            `-p:BaseIntermediateOutputPath=${peer}-obj/`], {stdio: ['ignore', 'ignore', 'inherit']});
    } catch {
        console.error('no .NET SDK here: measured without ASP.NET Core SignalR');
        servers = servers.filter((s) => s !== 'aspnet');
    }
}
for (const program of ['contoso-bench-hub', 'contoso_hub_client', 'contoso_hub_bare'])
    if (!existsSync(`${build}/bench/hub/${program}`)) throw new Error(`${program} is not built: ./contoso build bench`);

const seen = new Map();
for (let round = 1; round <= rounds; ++round) {
    for (const what of scenarios) {
        for (const server of servers) {
            process.stderr.write(`round ${round} of ${rounds}: ${what.name}, ${server}\x1b[K\r`);
            try {
                const result = await measure(server, what);
                const place = `${what.name}|${server}`;
                if (result) seen.set(place, [...(seen.get(place) ?? []), result]);
            } catch (e) {
                console.error(`\n${what.name}, ${server}: ${e.message}`);
            }
        }
    }
}
process.stderr.write('\x1b[K');

console.log('| scenario | server | per second of server CPU | spread | × ASP.NET Core SignalR | of the bare loop | per second of wall | CPU busy, server / client |');
console.log('| --- | --- | --- | --- | --- | --- | --- | --- |');
for (const what of scenarios) {
    const rate = (server) => (seen.get(`${what.name}|${server}`) ?? []).map((r) => r.done / Math.max(r.server_cpu, 0.001));
    for (const server of servers) {
        const results = seen.get(`${what.name}|${server}`);
        if (!results) continue;
        if (what.scenario === 'idle') {
            const bytes = results.map((r) => r.bytes_each), cpu = results.map((r) => (1e6 * r.server_cpu) / r.wall / r.done);
            console.log(`| ${what.name} | ${server} | ${whole(median(bytes))} bytes each, ${median(cpu).toFixed(2)} µs/s each | ${spread(bytes)} % | | | | |`);
            continue;
        }
        const own = rate(server), ratio = (other) => rate(other).length ? (median(own) / median(rate(other))).toFixed(2) : '';
        console.log(`| ${what.name} | ${server} | ${whole(median(own))} | ${spread(own)} % | ${ratio('aspnet')} | ${ratio('bare')} | ${
            whole(median(results.map((r) => r.done / r.wall)))} | ${median(results.map((r) => r.server_cpu / r.wall)).toFixed(2)} / ${
            median(results.map((r) => r.client_cpu / r.wall)).toFixed(2)} |`);
    }
}
