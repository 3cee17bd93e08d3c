// Reads every #include of the house and holds it against the plan (cmake/contoso_room.cmake). node tests/rooms/check.mjs [ROOT]
//   - a room includes only headers of rooms that it may know
//   - a port's header includes no adapter's header and no vendor's
//   - vendor headers stay where they belong
//   - a service includes no other service, and no adapter, except the composition root contoso-shop
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, posix, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

// Where a vendor's header may stand; the rest of the house does not know it.
const vendors = [
  { name: 'sqlite3.h', match: /^sqlite3\.h$/, where: ['libs/sqlite/'] },
  { name: 'Boost.Beast', match: /^boost\/beast/, where: ['libs/net/src/'] },
  { name: 'Boost.JSON', match: /^boost\/json/, where: ['libs/contracts/src/', 'libs/signalr/', 'libs/platform/src/', 'services/order-notification/src/'] },
  { name: 'OpenSSL', match: /^openssl\//, where: ['libs/base/src/', 'libs/net/src/', 'libs/contracts/src/', 'libs/platform/src/', 'libs/signalr/src/', 'libs/messaging/', 'libs/redis/src/'] },
  { name: 'CLI11', match: /^CLI\//, where: ['services/contoso-shop/'] },
  { name: 'hiredis', match: /^hiredis\b/, where: ['libs/redis/src/'] },
  { name: 'librabbitmq, Proton, SOCI, spdlog', match: /^(rabbitmq-c|amqp|proton|soci|spdlog)\b/, where: [] },
];
// In public headers only these may show: a port can be read and compiled without its adapter's vendor.
const publicVendors = [/^boost\/asio/, /^boost\/json/];
const publicVendorRooms = { 'boost/json': ['signalr'], 'sqlite3.h': ['sqlite'] };

export function readPlan(root) {
  const text = readFileSync(join(root, 'cmake/contoso_room.cmake'), 'utf8');
  const plan = new Map();
  for (const [, room, known] of text.matchAll(/^set\(CONTOSO_MAY_KNOW_(\w+) ([^)]*)\)/gm))
    plan.set(room, known.replaceAll('"', '').split(/\s+/).filter(Boolean));
  return plan;
}

function sources(folder, found = []) {
  let entries;
  try { entries = readdirSync(folder); } catch { return found; }
  for (const name of entries) {
    if (name === 'node_modules' || name === 'build' || name.startsWith('.')) continue;
    const path = join(folder, name);
    if (statSync(path).isDirectory()) sources(path, found);
    else if (/\.(hpp|cpp|h|cc)$/.test(name)) found.push(path);
  }
  return found;
}

// { kind: 'lib' | 'service', room, adapter, isPublic, isTest } of a path like libs/messaging/embedded/src/x.cpp
function place(path, plan) {
  const parts = path.split('/');
  const isTest = parts.some((p) => ['tests', 'fuzz', 'bench', 'contract'].includes(p));
  if (parts[0] === 'services') return { kind: 'service', room: parts[1], isTest, isPublic: parts.includes('include') };
  if (parts[0] !== 'libs') return null;
  const adapter = `${parts[1]}_${parts[2]}`;
  const room = plan.has(adapter) ? adapter : parts[1];
  return { kind: 'lib', room, isTest, isPublic: parts.includes('include') };
}

// The public headers of the house: include path → room. Two rooms may share a folder name (messaging/, messaging/embedded/).
function faces(root, files, plan) {
  const owner = new Map();
  for (const file of files) {
    const path = relative(root, file).split(sep).join('/');
    const at = path.indexOf('/include/');
    if (at < 0) continue;
    const where = place(path, plan);
    if (where) owner.set(path.slice(at + '/include/'.length), where);
  }
  return owner;
}

export function check(root) {
  const plan = readPlan(root);
  const files = [...sources(join(root, 'libs')), ...sources(join(root, 'services'))];
  const owner = faces(root, files, plan);
  const complaints = [];
  let includes = 0;
  for (const file of files) {
    const path = relative(root, file).split(sep).join('/');
    const here = place(path, plan);
    if (!here) continue;
    if (here.kind === 'lib' && !plan.has(here.room)) complaints.push(`${path}: the room ${here.room} is not in the plan`);
    readFileSync(file, 'utf8').split('\n').forEach((text, i) => {
      const [, opened, header] = /^\s*#\s*include\s*([<"])([^>"]+)[>"]/.exec(text) ?? [];
      if (!header) return;
      ++includes;
      const say = (what) => complaints.push(`${path}:${i + 1}: ${what} (${opened}${header}${opened === '<' ? '>' : '"'})`);
      if (header.includes('..') && place(posix.join(posix.dirname(path), header), plan)?.room !== here.room) say('an include that climbs out of its room');
      for (const vendor of vendors)
        if (vendor.match.test(header) && !here.isTest && !vendor.where.some((w) => path.startsWith(w))) say(`${vendor.name} does not belong here`);
      if (here.kind === 'lib' && here.isPublic && /^(boost|openssl|sqlite3|CLI)\b/.test(header)) {
        const special = Object.entries(publicVendorRooms).find(([prefix]) => header.startsWith(prefix));
        const fine = special ? special[1].includes(here.room) : publicVendors.some((p) => p.test(header));
        if (!fine) say('a vendor in a public header');
      }
      const there = owner.get(header);
      if (there) judge(here, there, plan, say);
    });
  }
  return { complaints, files: files.length, includes };
}

function judge(here, there, plan, say) {
  const adapter = there.kind === 'lib' && there.room.includes('_');
  if (here.kind === there.kind && here.room === there.room) return;
  if (there.kind === 'service') {
    if (here.room !== 'contoso-shop') say(`${here.room} may not know the service ${there.room}`);
    return;
  }
  if (here.kind === 'service') {
    if (adapter && here.room !== 'contoso-shop' && !here.isTest) say(`${here.room} may not know the adapter ${there.room}`);
    return;
  }
  if (here.isPublic && adapter) say(`the port ${here.room} may not know the adapter ${there.room}`);
  // A test may use what its room may not, as long as it is no service: contract suites run over every adapter.
  else if (!here.isTest && !(plan.get(here.room) ?? []).includes(there.room)) say(`${here.room} may not know ${there.room}`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const root = process.argv[2] ?? fileURLToPath(new URL('../..', import.meta.url));
  const { complaints, files, includes } = check(root);
  for (const complaint of complaints) console.error(complaint);
  console.log(`rooms: ${files} files, ${includes} includes, ${complaints.length} complaints`);
  process.exitCode = complaints.length === 0 && files > 0 ? 0 : 1;
}
