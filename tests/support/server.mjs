// Starts and stops a shop of one's own: a free port, a data directory that goes away, a known signing key.
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

export const signingKey = '9f4c1d7ae2b85306c4d1f0a97b6e2358d0c4b1a2f3e49586';
export const issuer = 'contoso-order-notification-dev';
export const audience = 'contoso-spa-dev';

export async function freePort() {
  const probe = createServer();
  await new Promise((resolve, reject) => probe.once('error', reject).listen(0, '127.0.0.1', resolve));
  const { port } = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

// The program under test: --server PATH of run.mjs, or CONTOSO_SERVER.
export function serverPath() {
  const path = process.env.CONTOSO_SERVER;
  if (!path) throw new Error('say which program to test: CONTOSO_SERVER=…/contoso-shop, or node tests/run.mjs --server …/contoso-shop');
  return path;
}

export class Server {
  #log = [];
  constructor(options = {}) {
    this.path = options.path ?? serverPath();
    this.environment = options.environment ?? 'Development';
    this.settings = { ...options.settings };
    this.data = options.data;
    this.port = options.port;
    this.patience = options.patience ?? 30_000;
  }
  get url() { return `http://127.0.0.1:${this.port}`; }
  get log() { return this.#log.join(''); }

  async start() {
    this.port ??= await freePort();
    if (!this.data) this.ownData = this.data = await mkdtemp(join(tmpdir(), 'contoso-test-'));
    const env = { ...process.env, ...this.settings };
    if (this.environment === 'Development') env.DevJwt__SigningKey = signingKey;
    this.child = spawn(this.path, ['serve', '--port', String(this.port), '--data', this.data, '--environment', this.environment],
      { env, stdio: ['ignore', 'pipe', 'pipe'] });
    this.exited = new Promise((resolve) => this.child.once('exit', (code, signal) => { this.ended = { code, signal }; resolve(this.ended); }));
    this.child.once('error', (error) => { this.#log.push(`${error.message}\n`); this.ended ??= { code: null, signal: null, error }; });
    for (const stream of [this.child.stdout, this.child.stderr])
      stream.setEncoding('utf8').on('data', (text) => {
        this.#log.push(text);
        if (this.#log.length > 2000) this.#log.splice(0, 1000);
      });
    await this.ready();
    return this;
  }

  async ready() {
    for (const until = Date.now() + this.patience; ;) {
      if (this.ended) throw new Error(`the server ended before it was ready (${JSON.stringify(this.ended)}):\n${this.log.slice(-4000)}`);
      const up = await fetch(`${this.url}/health/ready`, { signal: AbortSignal.timeout(2000) }).then((r) => r.arrayBuffer().then(() => r.ok), () => false);
      if (up) return;
      if (Date.now() > until) throw new Error(`the server is not ready after ${this.patience} ms:\n${this.log.slice(-4000)}`);
      await pause(20);
    }
  }

  alive() { return this.child && !this.ended; }

  // By its own id, never by name.
  async kill(signal = 'SIGKILL') {
    if (this.alive()) this.child.kill(signal);
    return this.exited;
  }

  async stop() {
    if (this.alive()) {
      this.child.kill('SIGTERM');
      const done = await Promise.race([this.exited, pause(30_000, undefined, { ref: false })]);
      if (!done) await this.kill('SIGKILL');
    }
    if (this.ownData) await rm(this.ownData, { recursive: true, force: true });
    return this.ended;
  }

  async token(userId) {
    const answer = await fetch(`${this.url}/dev/token`, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ userId }) });
    if (answer.status !== 200) throw new Error(`/dev/token answered ${answer.status}: ${await answer.text()}`);
    return (await answer.json()).token;
  }

  // A fetch with the user's token; the body, when there is one, as JSON.
  async call(user, path, { method = 'GET', body, headers = {}, token } = {}) {
    const sent = { ...headers };
    token ??= user && await this.tokenOf(user);
    if (token) sent.Authorization = `Bearer ${token}`;
    if (body !== undefined) sent['Content-Type'] ??= 'application/json';
    const answer = await fetch(this.url + path, { method, headers: sent, body: body === undefined ? undefined : JSON.stringify(body), redirect: 'manual' });
    const text = await answer.text();
    let json;
    try { json = JSON.parse(text); } catch { json = undefined; }
    return { status: answer.status, headers: answer.headers, text, json };
  }

  #tokens = new Map();
  async tokenOf(user) {
    if (!this.#tokens.has(user)) this.#tokens.set(user, await this.token(user));
    return this.#tokens.get(user);
  }

  order(user, items = [{ productId: 'AZ-700', quantity: 1 }], headers = {}) {
    return this.call(user, '/api/orders', { method: 'POST', body: { items }, headers });
  }

  async completed(user, correlationId, limit = 20_000) {
    for (const until = Date.now() + limit; Date.now() < until; await pause(20)) {
      const { status, json } = await this.call(user, `/api/orders/${correlationId}/status`);
      if (status === 200 && (json.status === 'Completed' || json.status === 'Failed')) return json;
    }
    throw new Error(`${correlationId} did not end within ${limit} ms`);
  }
}

export const startServer = (options) => new Server(options).start();

// The value of a metric without labels, or the sum over its labels; 0 when it is not there.
export function metric(text, name) {
  let sum = 0;
  for (const line of text.split('\n')) {
    const [, found, value] = /^([a-zA-Z_:][\w:]*)(?:\{[^}]*\})? (\S+)/.exec(line) ?? [];
    if (found === name) sum += Number(value);
  }
  return sum;
}

let counter = 0;
// A user that no other test knows.
export const someone = (name = 'test') => `${name}-${process.pid}-${Date.now().toString(36)}-${++counter}`;
