// The official client, both of its generations, as tests use it.
import * as signalr10 from '@microsoft/signalr';
import * as signalr8 from 'signalr8';
import WebSocket from 'ws';

export const generations = { 'signalr 10': signalr10, 'signalr 8': signalr8 };

// A connection that remembers what it was told. `more`: withUrl options; `transport`: name of HttpTransportType.
export function connection(server, user, { signalr = signalr10, transport = 'WebSockets', skipNegotiation = false, token, ...more } = {}) {
  const hub = new signalr.HubConnectionBuilder()
    .withUrl(`${server.url}/hubs/order-status`, {
      transport: signalr.HttpTransportType[transport], skipNegotiation, WebSocket,
      accessTokenFactory: () => token ?? server.tokenOf(user), ...more,
    })
    .configureLogging(signalr.LogLevel.None).build();
  const heard = [];
  let wake = () => {};
  hub.on('Notification', (n) => { heard.push(n); wake(); });
  return Object.assign(hub, {
    heard,
    // The notification that fits, however long ago it came; rejects after `limit`.
    async hears(fits, limit = 20_000) {
      for (const until = Date.now() + limit; ;) {
        const found = heard.find(fits);
        if (found) return found;
        const left = until - Date.now();
        if (left <= 0) throw new Error(`not told within ${limit} ms; heard ${JSON.stringify(heard)}`);
        await new Promise((resolve) => { wake = resolve; setTimeout(resolve, left).unref(); });
      }
    },
  });
}

export async function connected(server, user, options) {
  const hub = connection(server, user, options);
  await hub.start();
  return hub;
}

export const about = (correlationId) => (n) => n.correlationId === correlationId;
