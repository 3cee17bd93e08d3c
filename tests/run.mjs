// All tests that drive programs from outside. node tests/run.mjs [--server PATH] [--signalr-hub PATH | --signalr URL] [name …]
//   name           runs only files whose path holds it: hostile, conformance, signalr, e2e, faults, rooms
//   --server       the shop; each file starts its own on a free port with a data directory that goes away, so that files don't disturb each other
//   --signalr-hub  the conformance hub (signalr_conformance_hub) for conformance/signalr; each file starts its own
//   --signalr      a running server with the same hub instead (conformance/run-oracle.mjs starts ASP.NET Core's)
import { readdir, stat } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

if (Number(process.versions.node.split('.')[0]) < 20) {
  console.error(`the tests need Node.js 20 or newer, this is ${process.versions.node}; ./contoso test brings one`);
  process.exit(69);
}
const here = fileURLToPath(new URL('.', import.meta.url));
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { server: { type: 'string' }, 'signalr-hub': { type: 'string' }, signalr: { type: 'string' }, jobs: { type: 'string', default: '2' } },
});

async function testFiles(folder) {
  const found = [];
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (entry.name === 'node_modules' || entry.name === 'fixtures') continue;
    const path = join(folder, entry.name);
    if (entry.isDirectory()) found.push(...await testFiles(path));
    else if (entry.name.endsWith('.test.mjs')) found.push(path);
  }
  return found.sort();
}

let files = (await testFiles(here)).filter((f) => positionals.length === 0 || positionals.some((p) => relative(here, f).includes(p)));
if (files.length === 0) {
  console.error(`no test file is named like ${positionals.join(' ')}`);
  process.exit(64);
}

// A program that a chosen file needs has to be said: nothing is left out without a word.
async function needs(option, variable) {
  const path = values[option] ?? process.env[variable];
  if (!path) {
    console.error(`node tests/run.mjs --${option} PATH [name …]`);
    process.exit(64);
  }
  process.env[variable] = resolve(path);
  if (await stat(process.env[variable]).then((s) => s.isFile(), () => false)) return;
  console.error(`there is no program at ${process.env[variable]}`);
  process.exit(66);
}
const ofSignalr = (file) => relative(here, file).startsWith(join('conformance', 'signalr'));
if (values.signalr) process.env.CONTOSO_SIGNALR_URL = values.signalr;
const leftOut = [];
if (positionals.length === 0 && !process.env.CONTOSO_SIGNALR_URL && !values['signalr-hub'] && !process.env.CONTOSO_SIGNALR_HUB) {
  leftOut.push('conformance/signalr, for want of --signalr-hub or --signalr');
  files = files.filter((file) => !ofSignalr(file));
}
if (files.some((file) => !ofSignalr(file))) await needs('server', 'CONTOSO_SERVER');
if (files.some(ofSignalr) && !process.env.CONTOSO_SIGNALR_URL) await needs('signalr-hub', 'CONTOSO_SIGNALR_HUB');

// Tests are counted, files and describes are not; but a file that dies outside its tests is a failure.
let passed = 0;
let failed = 0;
const skipped = new Map(); // why -> how many
const isTest = (data) => data.details?.type !== 'suite' && !files.includes(data.name);
const stream = run({ files, concurrency: Number(values.jobs), timeout: 600_000 });
stream.on('test:pass', (data) => {
  if (data.skip !== undefined) skipped.set(data.skip, (skipped.get(data.skip) ?? 0) + 1);
  else if (isTest(data)) ++passed;
});
const failures = [];
stream.on('test:fail', (data) => {
  const own = data.details?.error?.failureType !== 'subtestsFailed';
  if (!own) return;
  ++failed;
  failures.push(`${data.file ? relative(here, data.file) : ''}: ${data.name}`);
});
stream.on('end', () => {
  // The spec reporter has its own end; this line is the last.
  setImmediate(() => {
    for (const name of failures) console.log(`failed  ${name}`);
    for (const what of leftOut) console.log(`not run: ${what}`);
    for (const [why, count] of skipped) console.log(`${count} skipped: ${why}`);
    console.log(`${passed} passed, ${failed} failed`);
    process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
  });
});
stream.compose(spec).pipe(process.stdout);
