// All tests that drive the program from outside. node tests/run.mjs --server PATH [name …] [--full]
//   name   runs only files whose path holds it: hostile, conformance, e2e, faults, rooms
// Each file starts its own shop on a free port with a data directory that goes away, so that files don't disturb each other.
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
const { values, positionals } = parseArgs({ allowPositionals: true, options: { server: { type: 'string' }, jobs: { type: 'string', default: '2' } } });

const server = values.server ?? process.env.CONTOSO_SERVER;
if (!server) {
  console.error('node tests/run.mjs --server PATH [name …]');
  process.exit(64);
}
process.env.CONTOSO_SERVER = resolve(server);
if (!await stat(process.env.CONTOSO_SERVER).then((s) => s.isFile(), () => false)) {
  console.error(`there is no program at ${process.env.CONTOSO_SERVER}`);
  process.exit(66);
}

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

const files = (await testFiles(here)).filter((f) => positionals.length === 0 || positionals.some((p) => relative(here, f).includes(p)));
if (files.length === 0) {
  console.error(`no test file is named like ${positionals.join(' ')}`);
  process.exit(64);
}

// Tests are counted, files and describes are not; but a file that dies outside its tests is a failure.
let passed = 0;
let failed = 0;
let skipped = 0;
const isTest = (data) => data.details?.type !== 'suite' && !files.includes(data.name);
const stream = run({ files, concurrency: Number(values.jobs), timeout: 600_000 });
stream.on('test:pass', (data) => {
  if (data.skip !== undefined) ++skipped;
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
    if (skipped > 0) console.log(`${skipped} skipped`);
    console.log(`${passed} passed, ${failed} failed`);
    process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
  });
});
stream.compose(spec).pipe(process.stdout);
