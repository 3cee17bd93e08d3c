// The load client against a shop, and against none.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { freePort, serverPath, startServer } from '../support/server.mjs';

const load = (...args) => new Promise((resolve) => {
  execFile(serverPath(), ['load', '--quiet', ...args], { timeout: 120_000 }, (error, out, err) => resolve({ code: error ? error.code : 0, out, err }));
});

describe('contoso-shop load', () => {
  let server;
  let folder;
  before(async () => {
    server = await startServer();
    folder = await mkdtemp(join(tmpdir(), 'contoso-load-'));
  });
  after(async () => {
    await server?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  test('orders at a rate, is told of each by the hub, and finds nothing broken', async () => {
    const ledger = join(folder, 'rate');
    const { code, out, err } = await load('--url', server.url, '--rate', '300', '--orders', '900', '--users', '7', '--tabs', '2', '--connections', '4', '--ledger', ledger, '--json');
    assert.equal(code, 0, out + err);
    const said = JSON.parse(out);
    assert.equal(said.accepted, 900);
    assert.equal(said.completed, 900);
    assert.equal(said.kept, true);
    assert.equal(said.gaps, 0, 'the feed had gaps though nothing failed');
    assert.equal(said.byStatus, 0, 'an order was not told though nothing failed');
    assert.equal(said.reconnects, 0);
    assert.deepEqual(said.statuses, { 201: 900 });
    assert.deepEqual(said.oddities, []);

    const checked = await load('--url', server.url, '--verify', ledger, '--json');
    assert.equal(checked.code, 0, checked.out + checked.err);
    assert.deepEqual([JSON.parse(checked.out).rows, JSON.parse(checked.out).kept], [900, true]);
  });

  test('without keys all is well too', async () => {
    const { code, out } = await load('--url', server.url, '--orders', '200', '--users', '3', '--no-keyed', '--json');
    assert.equal(code, 0, out);
    assert.equal(JSON.parse(out).completed, 200);
  });

  test('signs its own tokens when it is given the key', async () => {
    const { signingKey, issuer, audience } = await import('../support/server.mjs');
    const { code, out, err } = await load('--url', server.url, '--orders', '20', '--users', '2', '--token-key', signingKey, '--token-issuer', issuer, '--token-audience', audience, '--json');
    assert.equal(code, 0, out + err);
  });

  test('negative control: a ledger that speaks of an order the server never saw is found broken', async () => {
    const ledger = join(folder, 'forged');
    await load('--url', server.url, '--orders', '20', '--users', '2', '--ledger', ledger, '--json');
    const lines = (await readFile(ledger, 'utf8')).trimEnd().split('\n');
    const n = lines.filter((l) => l.startsWith('I ')).length;
    lines.push(`I ${n} 0 0 - -`, `A ${n} 0199a8f0-1c2d-7fd5-af35-cf26d1f3ca8d`);
    await writeFile(`${ledger}-lost`, `${lines.join('\n')}\n`);
    const lost = await load('--url', server.url, '--verify', `${ledger}-lost`, '--settle', '1', '--json');
    assert.equal(lost.code, 1, lost.out);
    assert.equal(JSON.parse(lost.out).lost, 1);

    await writeFile(`${ledger}-altered`, (await readFile(ledger, 'utf8')).replace(/^B (\d+) .*$/gm, 'B $1 AZ-700*999'));
    const altered = await load('--url', server.url, '--verify', `${ledger}-altered`, '--settle', '1', '--json');
    assert.equal(altered.code, 1, altered.out);
    assert.equal(JSON.parse(altered.out).altered, 20);

    const forgotten = lines.filter((l) => !/^[IAN] /.test(l) || l.startsWith('I 0 ') || l.startsWith('A 0 '));
    await writeFile(`${ledger}-foreign`, `${forgotten.join('\n')}\n`);
    const foreign = await load('--url', server.url, '--verify', `${ledger}-foreign`, '--settle', '1', '--json');
    assert.equal(foreign.code, 1, foreign.out);
    assert.equal(JSON.parse(foreign.out).foreign, 19);
  });

  test('says in a line why it can\'t start', async () => {
    const used = join(folder, 'used');
    await writeFile(used, 'x');
    for (const [args, text] of [
      [['--url', `http://127.0.0.1:${await freePort()}`, '--orders', '1'], /contoso load: /],
      [['--url', 'nonsense', '--orders', '1'], /not http:\/\/host:port/],
      [['--url', server.url, '--orders', '1', '--ledger', used], /one run/],
      [['--url', server.url, '--verify', used], /no ledger/],
    ]) {
      const { code, err } = await load(...args);
      assert.equal(code, 2, args.join(' '));
      assert.match(err, text);
      assert.equal(err.trim().split('\n').length, 1);
    }
  });
});
