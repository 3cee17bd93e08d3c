// The official clients as the conformance suite uses them.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { Worker } from 'node:worker_threads';
import * as signalr10 from '@microsoft/signalr';
import { MessagePackHubProtocol as MessagePack10 } from '@microsoft/signalr-protocol-msgpack';
import * as signalr8 from 'signalr8';
import { MessagePackHubProtocol as MessagePack8 } from 'signalr8-msgpack';
import WebSocket from 'ws';

const require = createRequire(import.meta.url);

function client(name, signalr, MessagePack) {
  const { HttpConnection } = require(`${name}/dist/cjs/HttpConnection.js`); // upstream's own tests reach for it too
  return {
    signalr, MessagePack, internals: { HttpConnection, ...signalr },
    // The client inside a worker: connects, has "Hello World!" echoed, stops.
    inWorker: (url) => new Promise((resolve, reject) => {
      const worker = new Worker(`
        const { parentPort, workerData } = require('node:worker_threads');
        const { HubConnectionBuilder, HttpTransportType, LogLevel } = require(workerData.client);
        (async () => {
          const c = new HubConnectionBuilder().withUrl(workerData.url, { transport: HttpTransportType.WebSockets }).configureLogging(LogLevel.None).build();
          await c.start();
          const came = await c.invoke('Echo', 'Hello World!');
          await c.stop();
          parentPort.postMessage(came);
        })();`, { eval: true, workerData: { url, client: require.resolve(name) } });
      worker.once('error', reject);
      worker.once('message', (came) => {
        worker.terminate();
        if (came === 'Hello World!') resolve();
        else reject(new Error(`the worker was sent ${came}`));
      });
    }),
  };
}

export const clients = {
  'signalr 10.0': client('@microsoft/signalr', signalr10, MessagePack10),
  'signalr 8.0': client('signalr8', signalr8, MessagePack8),
};

// A hub connection that is stopped with its test. start() resolves to it; stops(): a clean end.
export function connectionTo(t, { signalr, MessagePack }, url, { transport, protocol = 'json', reconnect = false, ...options }) {
  const builder = new signalr.HubConnectionBuilder()
    .withUrl(url, { ...(transport && { transport: signalr.HttpTransportType[transport] }), ...options })
    .withHubProtocol(protocol === 'json' ? new signalr.JsonHubProtocol() : new MessagePack())
    .configureLogging(signalr.LogLevel.None);
  const c = (reconnect ? builder.withAutomaticReconnect([0, 0, 200, 1000]) : builder).build();
  const start = c.start.bind(c);
  t.after(() => c.stop());
  return Object.assign(c, {
    start: () => start().then(() => c),
    async stops() {
      const closed = new Promise((resolve) => { c.onclose(resolve); });
      await c.stop();
      assert.equal(await closed, undefined);
    },
  });
}

export const heardOnce = (c, method) => new Promise((resolve) => { c.on(method, (...args) => resolve(args)); });

export const messagesOf = (stream) => new Promise((resolve, reject) => {
  const items = [];
  stream.subscribe({ next: (item) => items.push(item), error: reject, complete: () => resolve(items) });
});

// As upstream does it: the client's own server timeout is fired. Resolves to the new id.
export async function reconnected(c) {
  const steps = [];
  const done = new Promise((resolve, reject) => {
    c.onreconnecting(() => steps.push('reconnecting'));
    c.onreconnected((id) => { steps.push('reconnected'); resolve(id); });
    c.onclose((error) => reject(error ?? new Error('closed instead of reconnected')));
  });
  c.serverTimeout();
  const id = await done;
  assert.deepEqual(steps, ['reconnecting', 'reconnected']);
  return id;
}

// An HTTP client that remembers what was asked and how it was answered.
export function watched({ signalr }) {
  const inner = new signalr.DefaultHttpClient({ log() {} });
  class Watched extends signalr.HttpClient {
    requests = [];
    async send(request) {
      const entry = { method: request.method, url: request.url, withCredentials: request.withCredentials };
      this.requests.push(entry);
      entry.answer = inner.send(request);
      const answer = await entry.answer;
      entry.status = answer.statusCode;
      return answer;
    }
    settled() { return Promise.allSettled(this.requests.map((r) => r.answer)); }
    getCookieString(url) { return inner.getCookieString(url); }
  }
  return new Watched();
}

// What makes the client fall back: constructors that can't connect.
class Broken {
  constructor() { throw new Error('not here'); }
}
export const withoutWebSocket = (withoutEventSource) => ({ WebSocket: Broken, ...(withoutEventSource && { EventSource: Broken }) });

// A plain WebSocket: one echo, then close() by this side.
export const restAtEnd = (url, message) => new Promise((resolve, reject) => {
  const socket = new WebSocket(url);
  let came;
  socket.on('open', () => socket.send(message));
  socket.on('message', (data) => { came = data.toString(); socket.close(); });
  socket.on('error', reject);
  socket.addEventListener('close', ({ code, wasClean: clean }) => resolve({ came, code, clean }));
});
