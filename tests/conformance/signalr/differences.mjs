// Where our server differs from the reference server on purpose: the only way for a replayed case to have another answer than the
// captured one. `change` makes our answer out of the captured one; a case that answers as captured all the same fails, and so does an
// entry that no case is covered by. Keys are "folder/file: name".
//   cases   keys, or patterns of them; or
//   where   (key, expected) => is it covered?

// --- changes of what is expected of an HTTP answer
const header = (line) => (expected) => ({ ...expected, headers: [...expected.headers, line].sort() });
const withoutHeader = (pattern) => (expected) => ({ ...expected, headers: expected.headers.filter((h) => !pattern.test(h)) });
const both = (...changes) => (expected) => changes.reduce((e, change) => change(e), expected);

const chunked = 'Transfer-Encoding: chunked';
const isOrder = (key) => key.startsWith('http/auth') || (key.startsWith('http/cors') && !key.includes('policy allows any origin'));
// --- of a conversation's lines
const saidInstead = (from, to) => (lines) => lines.map((line) => (line.dir !== 'S' ? line
  : { ...line, ...(line.frame && { frame: line.frame.replace(from, () => to) }), ...(line.hex && { hex: line.hex.replace(from, () => to) }) }));
const saidAfter = (asked, ...answers) => (lines) => lines.flatMap((line) => (line.dir === 'C' && (line.frame ?? line.hex) === asked
  ? [line, ...answers.map((answer) => ({ session: line.session, dir: 'S', op: line.op, [line.frame ? 'frame' : 'hex']: answer }))] : [line]));

const wrongType = (id) => {
  const text = 'HubException: Error trying to deserialize result to Int32.';
  return withLength(`950380a13${id}03d9${text.length.toString(16)}${Buffer.from(text).toString('hex')}`);
};

const alive = '{"type":3,"invocationId":"alive","result":"alive"}\x1e';

export const differences = [
  {
    name: 'refusals carry their length',
    reason: 'the body is at hand, so it is not sent in chunks; clients see the same text',
    where: (key, expected) => key.startsWith('http/') && expected.headers.includes(chunked) && expected.body !== undefined && expected.status_line?.match(/ 4\d\d /),
    change: (expected) => both(withoutHeader(/^Transfer-Encoding/), header(`Content-Length: ${expected.body.length}`))(expected),
  },
  {
    name: 'the shop numbers its requests',
    reason: 'every answer of the shop has X-Correlation-Id, so that a user can name a request in a complaint',
    where: isOrder,
    change: header('X-Correlation-Id: {id}'),
  },
  {
    name: 'the shop lets pages read its headers',
    reason: 'Access-Control-Expose-Headers makes X-Correlation-Id, Location and Retry-After readable to the page',
    where: (key, expected) => isOrder(key) && key.startsWith('http/cors') && expected.headers.includes('Access-Control-Allow-Credentials: true') && !expected.status_line.includes(' 204 '),
    change: header('Access-Control-Expose-Headers: X-Correlation-Id, Location, Retry-After'),
  },
  {
    name: 'a refused token is not explained',
    reason: 'why a token is bad helps who forges one; its owner needs a new one anyway',
    where: (key, expected) => isOrder(key) && expected.headers.some((h) => h.includes('error_description')),
    change: (expected) => ({ ...expected, headers: expected.headers.map((h) => h.replace(/, error_description=.*/, '')) }),
  },
  {
    name: 'unknown message types are passed over',
    reason: 'there the connection never answers again; a newer client may say things that we don\'t know',
    cases: [/^hub-json\/parse: type (0|-1|10) /, /^hub-msgpack\/parse: type 10 /],
    change: (answer, key) => [...answer, key.startsWith('hub-json') ? alive : '10950380a5616c69766503a5616c697665'],
  },
  {
    name: '"invocationId":null means none',
    reason: 'some clients write it so; there it costs the connection',
    cases: [/^hub-json\/parse: invocationId null /],
    change: () => [alive],
  },
  {
    name: '.NET\'s own JSON reader is not imitated',
    reason: 'only seen with detailed errors; where in the text it failed is of no use to a client',
    cases: [/^hub-(json|msgpack)\/handshake: garbage, detailed errors$/],
    change: saidInstead('\'g\' is an invalid start of a value. LineNumber: 0 | BytePositionInLine: 0.', 'the request is not JSON.'),
  },
  {
    name: '.NET\'s own JSON writer is not imitated',
    reason: 'only seen with detailed errors; it speaks of a .NET setting',
    cases: ['hub-json/close: result that cannot be serialized, detailed errors'],
    change: saidInstead(/ArgumentException: .*(?=","allowReconnect")/, 'InvalidDataException: The result can\'t be written in the connection\'s protocol.'),
  },
  {
    name: 'an id in use costs only the call that took it',
    reason: 'there the stream that had the id first can\'t be cancelled any more, and is never completed',
    cases: ['hub-json/streams: server streams', 'hub-msgpack/streams: server streams'],
    change: (lines, key) => (key.startsWith('hub-json')
      ? saidAfter('{"type":5,"invocationId":"7"}\x1e', '{"type":1,"target":"StreamCanceled","arguments":[]}\x1e{"type":3,"invocationId":"7"}\x1e')
      : saidAfter('05930580a137', '15960180c0ae53747265616d43616e63656c65649090', '06940380a13702'))(lines),
  },
  {
    name: 'arguments are counted before they are read',
    reason: 'a wrong count is the plainer thing to be told; only seen with detailed errors',
    cases: ['hub-json/parse: more arguments after a bind failure keep the framing (detailed)'],
    change: ([first, ...rest]) => [first.replace(/Error binding arguments\..*(?="\})/, 'Invocation provides 2 argument(s) but target expects 1.'), ...rest],
  },
  {
    name: 'nil for headers means none',
    reason: 'some clients write it so; there it costs the connection',
    cases: [/^hub-msgpack\/parse: headers nil /],
    change: () => ['08950380a13103a161', '10950380a5616c69766503a5616c697665'],
  },
  {
    name: 'numbers in values of any type have the shortest form',
    reason: 'there a boxed int keeps its width, which says something to .NET only',
    cases: ['hub-msgpack/values-out: dict', 'hub-msgpack/values-out: array'],
    change: ([answer]) => [withLength(answer.slice(2).replace('d200000001', '01'))],
  },
  {
    name: 'a value of any type is a JSON value',
    reason: 'boost::json::value: bytes become base64 text, numbers int64 or double, in their shortest form; a method that wants more takes a type of its own',
    cases: ['hub-msgpack/invocation: plain calls', /^hub-msgpack\/parse: object parameter: map /],
    change: (expected, key) => (key.includes('parse')
      ? ['1d950380a1310381a1619601a178c0cb4004000000000000c3a441513d3d', ...expected.slice(1)]
      : saidInstead('10950380a231340381a16193cc01a178c0', '0f950380a231340381a1619301a178c0')(expected)),
  },
  {
    name: 'no number beyond double in a value of any type',
    reason: 'boost::json::value holds no such number; read as infinity it can\'t be written, as with a double there',
    cases: [/^hub-json\/values-in: EchoObject\(.*1e400/],
    change: () => ['{"type":7,"error":"Connection closed with an error.","allowReconnect":true}\x1e'],
  },
  {
    name: 'a push that can\'t be written is refused where it is sent',
    reason: 'the fault is the sender\'s; it is logged, and the client, who can do nothing about it, stays',
    cases: ['hub-json/close: server to client call that cannot be serialized'],
    change: (lines) => saidAfter('{"type":1,"invocationId":"2","target":"Echo","arguments":["alive?"]}\x1e', '{"type":3,"invocationId":"2","result":"alive?"}\x1e')(
      saidInstead(/^\{"type":7.*/s, '{"type":3,"invocationId":"1","result":null}\x1e')(lines.filter((line) => line.op !== 'close' && !line.event))),
  },
  {
    name: 'an answer of the wrong type is not explained',
    reason: 'where .NET\'s reader stopped is of no use to the asker',
    cases: ['hub-json/client-result: client results', 'hub-msgpack/client-result: client results'],
    change: (lines, key) => (key.startsWith('hub-json') ? saidInstead(/ The JSON value could not be converted[^"]*/, '')(lines)
      : ['3', '5'].reduce((all, id) => saidInstead(new RegExp(`^8201950380a13${id}03d97a.*`), wrongType(id))(all), lines)),
  },
  {
    name: 'event streams ask proxies not to hold them back',
    reason: 'X-Accel-Buffering: no, without which nginx keeps events until its buffer is full',
    where: (key, expected) => key.startsWith('http/') && expected.headers.includes('Content-Type: text/event-stream'),
    change: header('X-Accel-Buffering: no'),
  },
  {
    name: 'an aborted connection is unknown at once',
    reason: 'there a new socket is told 409 until the old one has ended, which tells the client nothing it could use',
    cases: [/^hub-(json|msgpack)\/stateful: hub abort, then the same id$/],
    change: (lines) => lines.map((line) => (line.event?.endsWith('HTTP 409') ? { ...line, event: line.event.replace('409', '404') } : line)),
  },
  {
    name: 'a socket that takes over lives on',
    reason: 'there it is closed at the client\'s first frame, for no known reason; and the old socket is not waited for',
    cases: [/^hub-(json|msgpack)\/stateful: second socket while the first is alive$/],
    change: (lines, key) => {
      const json = key.startsWith('hub-json');
      const open = lines.filter((line) => line.op !== 'close' && line.event !== 'TCP closed');
      const told = open.filter((line) => line.dir === 'C').slice(-2).map((line) => line.frame ?? line.hex);
      const [ack1, answer, ack2] = json ? ['{"type":8,"sequenceId":1}\x1e', '{"type":3,"invocationId":"2","result":"b"}\x1e', '{"type":8,"sequenceId":2}\x1e']
        : ['03920801', '08950380a13203a162', '03920802'];
      return saidAfter(told[1], answer, ack2)(saidAfter(told[0], ack1)(open));
    },
  },
  {
    name: 'an answer to HEAD says its length',
    reason: 'as that to GET would (RFC 9110)',
    cases: ['http/negotiate: method HEAD', 'http/dispatch: HEAD'],
    change: header('Content-Length: 0'),
  },
  {
    name: 'the shop refuses foreign origins at its hub',
    reason: 'browsers do not hold WebSockets to CORS, so another site\'s page could speak as the user; negotiate says it first',
    cases: ['http/cors: WS foreign origin, valid token', 'http/cors: negotiate valid, foreign origin'],
    change: () => ({ status_line: 'HTTP/1.1 403 Forbidden', headers: ['Content-Length: 0', 'X-Correlation-Id: {id}'], body: '' }),
  },
];

function withLength(body) {
  return (body.length / 2).toString(16).padStart(2, '0') + body;
}

const seen = new Set();
function covers(difference, key, expected) {
  const found = difference.where?.(key, expected) ? difference
    : difference.cases?.find((pattern) => (typeof pattern === 'string' ? pattern === key : pattern.test(key)));
  if (found) seen.add(found);
  return found !== undefined;
}

export function differing(server, key, expected) {
  if (server.name !== 'contoso') return expected;
  let out = expected;
  for (const difference of differences) {
    if (!covers(difference, key, expected)) continue;
    const before = JSON.stringify(out);
    out = difference.change(structuredClone(out), key);
    if (JSON.stringify(out) === before) throw new Error(`"${difference.name}" changes nothing in ${key}`);
  }
  return out;
}

// What covers no case of these folders, for the tests that have asked for all of theirs.
export function unused(server, folders) {
  if (server.name !== 'contoso') return [];
  const text = (pattern) => (pattern.source ?? pattern).replaceAll('\\', '').replace('^', '');
  const mine = (pattern) => folders.some((folder) => text(pattern).startsWith(folder));
  return [
    ...differences.flatMap((d) => d.cases ?? []).filter((pattern) => mine(pattern) && !seen.has(pattern)).map(String),
    ...(folders.includes('http') ? differences.filter((d) => d.where && !seen.has(d)).map((d) => d.name) : []),
  ];
}
