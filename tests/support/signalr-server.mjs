// The SignalR server that the conformance suites talk to. CONTOSO_SIGNALR_URL: one that is running (the oracle); otherwise the
// program CONTOSO_SIGNALR_HUB is started here. GET /variants tells which server it is, what it speaks, and where its variants are:
// the same hub with other options, each at a base URL of its own.
import { spawn, spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';

// Resolves to the URL that the program says on its first line, "listening URL".
export async function startProgram(command, args, patience = 60_000) {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let log = '';
  child.stderr.setEncoding('utf8').on('data', (text) => { log = (log + text).slice(-20_000); });
  const exited = new Promise((resolve) => child.once('exit', (code, signal) => resolve({ code, signal })));
  const url = await Promise.race([
    new Promise((resolve, reject) => {
      child.once('error', reject);
      createInterface({ input: child.stdout }).on('line', (line) => {
        const [, found] = /^listening (http:\S+)/.exec(line) ?? [];
        if (found) resolve(found);
        else log = (log + line + '\n').slice(-20_000);
      });
    }),
    exited.then((how) => { throw new Error(`${command} ended before it listened (${JSON.stringify(how)}):\n${log}`); }),
    pause(patience, undefined, { ref: false }).then(() => { throw new Error(`${command} did not listen within ${patience} ms:\n${log}`); }),
  ]);
  return {
    url, child, exited, log: () => log,
    async stop() {
      child.kill('SIGTERM');
      if (!await Promise.race([exited, pause(15_000, undefined, { ref: false })])) child.kill('SIGKILL');
      return exited;
    },
  };
}

// A certificate for localhost that lasts a day, if there is an openssl to make it: the program's arguments.
function certificate(folder) {
  const [cert, key] = [join(folder, 'certificate.pem'), join(folder, 'key.pem')];
  const made = spawnSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '1', '-subj', '/CN=localhost',
    '-keyout', key, '-out', cert], { stdio: 'ignore' });
  return made.status === 0 ? ['--certificate', cert, '--key', key] : [];
}

export async function signalrServer() {
  let program;
  let folder;
  let url = process.env.CONTOSO_SIGNALR_URL;
  if (!url) {
    if (!process.env.CONTOSO_SIGNALR_HUB)
      throw new Error('say which SignalR server to test: node tests/run.mjs --signalr-hub PROGRAM (signalr_conformance_hub) or --signalr URL');
    folder = await mkdtemp(join(tmpdir(), 'contoso-signalr-'));
    program = await startProgram(process.env.CONTOSO_SIGNALR_HUB, certificate(folder));
    url = program.url;
  }
  const about = await (await fetch(`${url}/variants`)).json();
  return {
    url, name: about.server, protocols: about.protocols,
    // Connections without a hub (/echo): why there are none, or false.
    lacksRawConnections: !about.rawConnections && `${about.server} has hubs alone, no connections without one`,
    // MessagePack, but with values of plain types alone: why, or false.
    plainValues: about.plainValuesOnly && `${about.server} has MessagePack with plain values alone here`,
    has: (variant) => about.variants[variant] !== undefined,
    speaks: (protocol) => about.protocols.includes(protocol),
    variant(name) {
      if (!about.variants[name]) throw new Error(`this server has no variant ${name}`);
      return about.variants[name];
    },
    // How it ended: a crash or a sanitizer's finding is a failure of whoever started it.
    async stop() {
      if (!program) return;
      const how = await program.stop();
      await rm(folder, { recursive: true, force: true });
      if (how.code !== 0 && how.signal !== 'SIGTERM') throw new Error(`the server ended with ${JSON.stringify(how)}:\n${program.log()}`);
    },
  };
}
