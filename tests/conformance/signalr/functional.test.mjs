// The official TypeScript client's functional tests (SignalR wire specification §10.2), by their upstream names, for both generations of the
// client, every transport and both protocols. In Node.js the client has one kind of HTTP client, so that dimension is one wide.
import assert from 'node:assert/strict';
import { globalAgent } from 'node:http';
import { after, describe, test as testWithoutLimit } from 'node:test';
import { Subject as RxSubject } from 'rxjs';
import { clients, connectionTo, heardOnce, messagesOf, reconnected, restAtEnd, withoutWebSocket, watched } from '../../support/signalr-client.mjs';
import { signalrServer } from '../../support/signalr-server.mjs';

process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0'; // the server's certificate is made for the day
const server = await signalrServer();
after(async () => {
  await server.stop();
  globalAgent.destroy(); // the eventsource package doesn't close a stream that was redirected
});
const base = server.variant('detailed');
const hub = `${base}/testhub`;

// A server that says nothing is a failure, not a wait.
const test = (name, options, f = options) => testWithoutLimit(name, { timeout: 30_000, ...(f !== options && options) }, f);

const transports = ['WebSockets', 'ServerSentEvents', 'LongPolling'];
const rejects = (promise, message) => assert.rejects(promise, (error) => { assert.equal(error.message, message); return true; });
const failed = (method, detail) => `An unexpected error occurred invoking '${method}' on the server. ${detail}`;
const text = async (path) => (await fetch(base + path)).text();
const onlyPlain = (protocol) => protocol === 'messagepack' && server.plainValues;
const lacking = (protocol) => !server.speaks(protocol) && `${server.name} has no ${protocol} here`;

for (const [generation, client] of Object.entries(clients))
  describe(generation, { concurrency: true }, () => {
    for (const transport of transports)
      for (const protocol of ['json', 'messagepack']) {
        if (transport === 'ServerSentEvents' && protocol === 'messagepack') continue; // the transport has no binary
        describe(`${transport}, ${protocol}`, { concurrency: 4, skip: lacking(protocol) }, () => hubTests(client, transport, protocol));
      }
    for (const transport of transports) describe(transport, { concurrency: 4 }, () => transportTests(client, transport));
    describe('hub connection', { concurrency: 4 }, () => singleTests(client));
    describe('connection', { concurrency: 4, skip: server.lacksRawConnections }, () => connectionTests(client));
  });

function hubTests(client, transport, protocol) {
  const connect = (t, { url = hub, ...options } = {}) => connectionTo(t, client, url, { transport, protocol, ...options });

  test('can invoke server method and receive result', async (t) => {
    const c = await connect(t).start();
    const message = '你好，世界！';
    assert.equal(await c.invoke('Echo', message), message);
    await c.stops();
  });
  test('using https, can invoke server method and receive result', { skip: !server.has('https') && 'no openssl here to make a certificate' }, async (t) => {
    const c = await connect(t, { url: `${server.variant('https')}/testhub` }).start();
    assert.equal(await c.invoke('Echo', '你好，世界！'), '你好，世界！');
    await c.stops();
  });
  test('can invoke server method non-blocking and not receive result', async (t) => {
    const c = await connect(t).start();
    await c.send('Echo', 'x');
    assert.equal(await c.invoke('Echo', 'y'), 'y'); // an answer to the send would be one that nobody asked for
    await c.stops();
  });
  test('can invoke server method structural object and receive structural result', { skip: onlyPlain(protocol) }, async (t) => {
    const c = connect(t);
    const told = heardOnce(c, 'CustomObject');
    await c.start();
    await c.send('SendCustomObject', { Name: 'test', Value: 42 });
    assert.deepEqual(await told, [{ Name: 'test', Value: 42 }]);
  });
  test('can stream server method and receive result', async (t) => {
    const c = await connect(t).start();
    assert.deepEqual(await messagesOf(c.stream('Stream')), ['a', 'b', 'c']);
  });
  test('can stream server method and cancel stream', async (t) => {
    const c = connect(t);
    const told = heardOnce(c, 'StreamCanceled');
    await c.start();
    const subscription = c.stream('InfiniteStream').subscribe({ next() {}, error() {}, complete() {} });
    await c.invoke('Echo', 'the stream runs');
    subscription.dispose();
    await told;
  });
  test('rethrows an exception from the server when invoking', async (t) => {
    const c = await connect(t).start();
    await rejects(c.invoke('ThrowException', 'An error occurred.'), failed('ThrowException', 'InvalidOperationException: An error occurred.'));
  });
  test('throws an exception when invoking streaming method with invoke', async (t) => {
    const c = await connect(t).start();
    await rejects(c.invoke('EmptyStream'), 'The client attempted to invoke the streaming \'EmptyStream\' method with a non-streaming invocation.');
  });
  test('throws an exception when receiving a streaming result for method called with invoke', async (t) => {
    const c = await connect(t).start();
    await rejects(c.invoke('Stream'), 'The client attempted to invoke the streaming \'Stream\' method with a non-streaming invocation.');
  });
  test('rethrows an exception from the server when streaming', async (t) => {
    const c = await connect(t).start();
    await rejects(messagesOf(c.stream('StreamThrowException', 'An error occurred.')), failed('StreamThrowException', 'InvalidOperationException: An error occurred.'));
  });
  test('throws an exception when invoking hub method with stream', async (t) => {
    const c = await connect(t).start();
    await rejects(messagesOf(c.stream('Echo', '42')), 'The client attempted to invoke the non-streaming \'Echo\' method with a streaming invocation.');
  });
  test('can receive server calls', async (t) => {
    const c = connect(t);
    const told = heardOnce(c, 'message'); // the server says Message
    await c.start();
    await c.invoke('InvokeWithString', '你好 SignalR!');
    assert.deepEqual(await told, ['你好 SignalR!']);
  });
  test('can receive server calls without rebinding handler when restarted', async (t) => {
    const c = connect(t);
    const heard = [];
    c.on('Message', (m) => heard.push(m));
    for (const message of ['first', 'second']) {
      await c.start();
      await c.invoke('InvokeWithString', message);
      await c.stops();
    }
    assert.deepEqual(heard, ['first', 'second']);
  });
  const complex = { String: 'Hello, World!', IntArray: [0x01, 0x02, 0x03, 0xff], ByteArray: protocol === 'json' ? 'qrvM' : Uint8Array.of(0xaa, 0xbb, 0xcc),
    Guid: '00010203-0405-0607-0706-050403020100', DateTime: protocol === 'json' ? '2002-04-01T10:20:15Z' : new Date(Date.UTC(2002, 3, 1, 10, 20, 15)) };
  test('can handle different types', { skip: onlyPlain(protocol) }, async (t) => {
    const c = await connect(t).start();
    assert.deepEqual(await c.invoke('EchoComplexObject', complex), complex);
  });
  test('can receive different types', { skip: onlyPlain(protocol) }, async (t) => {
    const c = await connect(t).start();
    assert.deepEqual(await c.invoke('SendComplexObject'), {
      String: 'hello world', IntArray: [1, 2, 3], ByteArray: protocol === 'json' ? 'AQID' : Uint8Array.of(1, 2, 3),
      Guid: '00010203-0405-0607-0706-050403020100', DateTime: protocol === 'json' ? '2000-01-01T00:00:00Z' : new Date(Date.UTC(2000, 0, 1)),
    });
  });
  test('can be restarted', async (t) => {
    const c = connect(t);
    const again = new Promise((resolve) => {
      let closes = 0;
      c.onclose((error) => { if (++closes === 1) resolve(error ? Promise.reject(error) : c.start().then(() => c.invoke('Echo', 'again'))); });
    });
    await c.start();
    assert.equal(await c.invoke('Echo', 'once'), 'once');
    await c.stop();
    assert.equal(await again, 'again');
  });
  for (const [kind, Subject] of [['its own subject', client.signalr.Subject], ['rxjs', RxSubject]]) {
    test(`can stream from client to server with ${kind}`, async (t) => {
      const c = await connect(t).start();
      const subject = new Subject();
      const whole = c.invoke('StreamingConcat', subject);
      for (const part of ['Hello ', 'world', '!']) subject.next(part);
      subject.complete();
      assert.equal(await whole, 'Hello world!');
    });
    test(`can stream from client to server and close with error with ${kind}`, async (t) => {
      const c = await connect(t).start();
      const subject = new Subject();
      const whole = c.invoke('StreamingConcat', subject);
      subject.next('Hello ');
      subject.error(new Error('Something bad'));
      // rxjs hands the Error itself on, and the client says what String() makes of it
      const said = await whole.then(() => 'no error', (error) => error.message);
      assert.match(said, /^An unexpected error occurred invoking 'StreamingConcat' on the server\. HubException: (Error: )?Something bad$/);
    });
  }
  for (const [name, answer, told] of [
    ['can return result to server', () => 10, '10'],
    ['can throw result to server', () => { throw new Error('from callback'); }, 'Error: from callback'],
    ['returns result error to server when no result given', () => undefined, 'Client didn\'t provide a result.'],
  ])
    test(name, async (t) => {
      const c = connect(t);
      c.on('Result', answer);
      await c.start();
      const id = await c.invoke('GetCallerConnectionId');
      assert.equal(await text(`/clientresult/${encodeURIComponent(id)}`), told);
    });
}

function transportTests(client, transport) {
  const connect = (t, { url = hub, ...options } = {}) => connectionTo(t, client, url, { transport, ...options });

  test('can connect to hub with authorization', async (t) => {
    const token = await text('/generateJwtToken');
    const c = await connect(t, { url: `${base}/authorizedhub`, accessTokenFactory: () => token }).start();
    assert.equal(await c.invoke('Echo', 'Hello World!'), 'Hello World!');
    await c.stops();
  });
  test('can connect to hub with authorization using async token factory', async (t) => {
    const c = await connect(t, { url: `${base}/authorizedhub`, accessTokenFactory: () => text('/generateJwtToken') }).start();
    assert.equal(await c.invoke('Echo', 'Hello World!'), 'Hello World!');
    await c.stops();
  });
  test('can get error from unauthorized hub connection', async (t) => {
    await rejects(connect(t, { url: `${base}/authorizedhub` }).start(), 'Failed to complete negotiation with the server: Error: Unauthorized: Status code \'401\'');
  });
  if (transport !== 'LongPolling')
    test('terminates if no messages received within timeout interval', async (t) => {
      const c = connect(t);
      const closed = new Promise((resolve) => { c.onclose(resolve); });
      await c.start();
      c.serverTimeoutInMilliseconds = 200;
      await c.invoke('Echo', 'resets the timer with the new limit');
      assert.equal((await closed)?.message, 'Server timeout elapsed without receiving a message from the server.');
    });
  test('preserves cookies between requests', async (t) => {
    const c = await connect(t).start();
    assert.equal(await c.invoke('GetCookie', 'testCookie'), 'testValue');
    assert.equal(await c.invoke('GetCookie', 'testCookie2'), 'testValue2');
    await c.stops();
  });
  test('expired cookies are not preserved', async (t) => {
    const c = await connect(t).start();
    assert.equal(await c.invoke('GetCookie', 'expiredCookie'), null);
  });
  test('can reconnect', async (t) => {
    const c = await connect(t, { reconnect: true }).start();
    const first = c.connectionId;
    assert.equal(await c.invoke('GetCallerConnectionId'), first);
    const id = await reconnected(c);
    assert.notEqual(id, first);
    assert.equal(await c.invoke('GetCallerConnectionId'), id);
  });
  test('can change url in reconnecting state', async (t) => {
    const c = await connect(t, { reconnect: true }).start();
    const first = c.connectionId;
    c.onreconnecting(() => { c.baseUrl = `${hub}?change=true`; });
    await reconnected(c);
    assert.notEqual(c.connectionId, first);
    assert.equal(await c.invoke('Echo', 'x'), 'x');
  });
  test('sets the user agent header', async (t) => {
    const c = await connect(t).start();
    assert.match(await c.invoke('GetHeader', 'User-Agent'), /^Microsoft SignalR\/\d+\.\d+ \(.*NodeJS/);
  });
  test('overwrites library headers with user headers', async (t) => {
    const c = await connect(t, { headers: { 'User-Agent': 'Custom Agent', 'X-HEADER': 'VALUE' } }).start();
    assert.equal(await c.invoke('GetHeader', 'User-Agent'), 'Custom Agent');
    assert.equal(await c.invoke('GetHeader', 'X-HEADER'), 'VALUE');
  });
}

function singleTests(client) {
  const connect = (t, { url = hub, ...options } = {}) => connectionTo(t, client, url, options);

  test('can reconnect after negotiate redirect', async (t) => {
    const c = await connect(t, { url: `${base}/redirect?numRedirects=0&baseUrl=${base}`, reconnect: true }).start();
    const before = await c.invoke('GetNumRedirects');
    assert.equal(await c.invoke('GetCallerConnectionId'), c.connectionId);
    await reconnected(c);
    assert.ok(await c.invoke('GetNumRedirects') > before);
    assert.equal(await c.invoke('GetCallerConnectionId'), c.connectionId);
  });
  test('can reconnect after skipping negotiation', async (t) => {
    const c = await connect(t, { transport: 'WebSockets', skipNegotiation: true, reconnect: true }).start();
    const first = await c.invoke('GetCallerConnectionId');
    assert.equal(await reconnected(c), undefined);
    assert.notEqual(await c.invoke('GetCallerConnectionId'), first);
  });
  test('connection id matches server side connection id', async (t) => {
    const c = await connect(t, { reconnect: true }).start();
    assert.equal(await c.invoke('GetCallerConnectionId'), c.connectionId);
    await reconnected(c);
    assert.equal(await c.invoke('GetCallerConnectionId'), c.connectionId);
  });
  test('connection id is alwys null is negotiation is skipped', async (t) => {
    const c = await connect(t, { transport: 'WebSockets', skipNegotiation: true, reconnect: true }).start();
    assert.equal(c.connectionId, null);
    await reconnected(c);
    assert.equal(c.connectionId, null);
  });
  test('allows Server-Sent Events when negotiating for JSON protocol', async (t) => {
    const c = await connect(t, { url: `${base}/testhub-nowebsockets` }).start();
    assert.equal(await c.invoke('GetActiveTransportName'), 'ServerSentEvents');
  });
  test('skips Server-Sent Events when negotiating for MessagePack protocol', { skip: lacking('messagepack') }, async (t) => {
    const c = await connect(t, { url: `${base}/testhub-nowebsockets`, protocol: 'messagepack' }).start();
    assert.equal(await c.invoke('GetActiveTransportName'), 'LongPolling');
  });
  for (const [without, fallback] of [[['EventSource'], 'ServerSentEvents'], [['EventSource', 'again'], 'LongPolling']])
    test(`transport falls back from WebSockets to ${fallback}`, async (t) => {
      const watch = watched(client);
      const c = connect(t, { httpClient: watch, ...withoutWebSocket(without.length > 1) });
      await c.start();
      assert.equal(await c.invoke('GetActiveTransportName'), fallback);
      assert.equal(watch.requests.filter((r) => r.url.includes('/negotiate')).length, without.length + 1);
    });
  test('over LongPolling it sends DELETE request and waits for poll to terminate', async (t) => {
    const watch = watched(client);
    const c = await connect(t, { transport: 'LongPolling', httpClient: watch }).start();
    await c.stop();
    const [deleted] = watch.requests.filter((r) => r.method === 'DELETE');
    assert.equal(deleted?.status, 202);
    await Promise.race([watch.settled(), new Promise((_, fail) => setTimeout(fail, 5000, new Error('a poll was still open 5 s after stop()')).unref())]);
  });
  test('WebWorker: can use SignalR client', () => client.inWorker(hub));
}

function connectionTests(client) {
  const { HttpConnection, HttpTransportType, LogLevel, TransferFormat } = client.internals;
  const connection = (url, options = {}) => new HttpConnection(url, { logger: LogLevel.None, ...options });
  // Sends, waits for it to come back, stops; resolves to what came and how it closed.
  async function roundTrip(c, message) {
    const closed = new Promise((resolve) => { c.onclose = resolve; });
    const back = new Promise((resolve) => { c.onreceive = resolve; });
    await c.start(TransferFormat.Text);
    await c.send(message);
    const came = await back;
    await c.stop();
    assert.equal(await closed, undefined);
    return came;
  }

  test('can connect to the server without specifying transport explicitly', async () => {
    assert.equal(await roundTrip(connection(`${base}/echo`), 'Hello World!'), 'Hello World!');
  });
  for (const transport of transports) {
    const options = { transport: HttpTransportType[transport] };
    test(`over ${transport} can send and receive messages`, async () => {
      assert.equal(await roundTrip(connection(`${base}/echo`, options), 'Hello World!'), 'Hello World!');
    });
    for (const logMessageContent of [false, true])
      test(`over ${transport} ${logMessageContent ? 'does log content of messages when enabled' : 'does not log content of messages sent or received by default'}`, async () => {
        const logged = [];
        const logger = { log: (_, line) => logged.push(line) };
        await roundTrip(connection(`${base}/echo`, { ...options, logger, logMessageContent }), 'Hello Logs!');
        assert.equal(logged.some((line) => line.includes('Hello Logs!')), logMessageContent);
      });
    for (const withCredentials of [false, true])
      test(`over ${transport} honors withCredentials flag ${withCredentials}`, async () => {
        const watch = watched(client);
        await roundTrip(connection(`${base}/echo`, { ...options, withCredentials, httpClient: watch }), 'Hello World!');
        assert.ok(watch.requests.length > 0 && watch.requests.every((r) => r.withCredentials === withCredentials));
      });
    test(`over ${transport} follows HTTP redirects`, async (t) => {
      if (transport === 'WebSockets') return t.skip('upgrades are not redirected: upstream follows negotiate only');
      assert.equal(await roundTrip(connection(`${base}/echoredirect`, options), 'Hello World!'), 'Hello World!');
      return undefined;
    });
    test(`over ${transport} contains server response in error`, async () => {
      await rejects(connection(`${base}/bad-negotiate`, options).start(TransferFormat.Text),
        'Failed to complete negotiation with the server: Error: Some response from server: Status code \'400\'');
    });
  }
  test('WebSocket: can be used to connect to SignalR', async () => assert.deepEqual(await restAtEnd(`${base.replace('http', 'ws')}/echo`, 'message'), { came: 'message', code: 1000, clean: true }));
}
