// The shop on one page: sign in, choose, order, and watch the order go its way. An order is known by its correlationId from whichever
// side it is heard of first, the answer to the POST or the hub; a status only ever rises, and each is told once.
const $ = (id) => document.getElementById(id);
const rank = { Accepted: 0, Processing: 1, Failed: 2, Completed: 3 };
const pageSize = 12;
const pollEvery = 30_000;

const money = (value) => Number(value).toLocaleString('en', { minimumFractionDigits: 2, maximumFractionDigits: 2 });
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const jitter = (ms) => ms * (0.5 + Math.random() / 2);
const waiting = (order) => rank[order.status] < rank.Failed;
const say = (text) => { $('say').textContent = text; $('trouble').textContent = ''; };
const complain = (error) => { $('trouble').textContent = error.message ?? String(error); $('say').textContent = ''; };

function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith('on')) node.addEventListener(name.slice(2), value);
    else if (value !== undefined && value !== false) node.setAttribute(name, value);
  }
  node.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return node;
}

function uuid7() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  new DataView(bytes.buffer).setBigUint64(0, (BigInt(Date.now()) << 16n) | BigInt(0x7000 | ((bytes[6] & 15) << 8) | bytes[7]));
  bytes[8] = 0x80 | (bytes[8] & 0x3f);
  return Array.from(bytes, (b) => b.toString(16).padStart(2, '0')).join('').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}

// ---- who, and talking to the API

let session = JSON.parse(sessionStorage.getItem('session') ?? 'null');

class Problem extends Error {
  constructor(status, body, retryAfter) {
    const details = Object.entries(body?.errors ?? {}).map(([where, whys]) => `${where}: ${whys.join(' ')}`);
    super([body?.detail || body?.title || `The shop answered ${status}.`, ...details].join(' '));
    Object.assign(this, { status, retryAfter });
  }
}

async function ask(path, options = {}) {
  let reply;
  const signal = AbortSignal.any([AbortSignal.timeout(15_000), options.signal].filter(Boolean));
  try {
    reply = await fetch(path, { cache: 'no-store', ...options, signal });
  } catch (error) {
    if (options.signal?.aborted) throw error;
    throw new Problem(0, { detail: error.name === 'TimeoutError' ? 'The shop took too long to answer.' : 'The shop can’t be reached.' });
  }
  const body = await reply.json().catch(() => null);
  if (!reply.ok) throw new Problem(reply.status, body, Number(reply.headers.get('Retry-After')) || undefined);
  return body;
}

async function newToken(userId) {
  session = await ask('/dev/token', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ userId }) })
    .catch((error) => { throw error.status === 404 ? new Error('This shop gives out no tokens: it does so in Development only.') : error; });
  sessionStorage.setItem('session', JSON.stringify(session));
}

async function token() {
  if (Date.parse(session.expiresAtUtc) - Date.now() < 60_000) await newToken(session.userId);
  return session.token;
}

// One more try with a fresh token: the shop may have been started anew since.
async function call(path, options = {}) {
  const withToken = async () => ask(path, { ...options, headers: { ...options.headers, Authorization: `Bearer ${await token()}` } });
  try {
    return await withToken();
  } catch (error) {
    if (error.status !== 401) throw error;
    await newToken(session.userId);
    return withToken();
  }
}

// ---- catalogue and basket

const basket = new Map(); // productId → { product, quantity }
let shown = 0;
let searching = new AbortController();

async function list(more = false) {
  if (!more) shown = 0;
  searching.abort();
  searching = new AbortController();
  const { signal } = searching;
  try {
    const q = $('q').value.trim();
    const page = await call(`/api/products?${new URLSearchParams({ offset: shown, size: pageSize, ...(q && { q }) })}`, { signal });
    if (signal.aborted) return;
    shown += page.items.length;
    $('found').textContent = page.total === 0 ? 'Nothing fits these words.' : `${shown} of ${page.total} subscriptions`;
    const cards = page.items.map(card);
    $('products').replaceChildren(...(more ? $('products').children : []), ...cards);
    if (more) cards[0]?.querySelector('input').focus();
    $('more').hidden = shown >= page.total || page.items.length === 0;
  } catch (error) {
    if (!signal.aborted) complain(error);
  }
}

function card(product) {
  const id = product.externalProductId;
  return el('li', { class: 'card' },
    el('img', { src: product.imageUrl, alt: '', width: 320, height: 200, loading: 'lazy' }),
    el('h3', {}, product.name),
    el('p', { class: 'facts' }, `${id} · ${product.vendor}`),
    product.discount > 0 ? el('p', { class: 'discount' }, `${product.discount} % off`) : null,
    el('p', { class: 'price' }, el('strong', {}, money(product.price)), product.billingPeriod === 'Annual' ? ' a year' : ' a month'),
    stepper(product));
}

function stepper(product) {
  const id = product.externalProductId;
  const now = () => basket.get(id)?.quantity ?? 0;
  const input = el('input', { type: 'number', min: 0, max: 1000, 'aria-label': `How many of ${id}`, 'data-product': id, value: now(), onchange: () => choose(product, input.value) });
  const step = (by, label) => el('button', { type: 'button', class: 'quiet', 'aria-label': `${label} of ${id}`, onclick: () => choose(product, now() + by) }, by > 0 ? '+' : '−');
  return el('p', { class: 'stepper' }, step(-1, 'One less'), input, step(1, 'One more'));
}

function choose(product, wanted) {
  if (placing) return drawBasket();
  const id = product.externalProductId;
  const quantity = Math.min(1000, Math.max(0, Math.trunc(Number(wanted)) || 0));
  if (quantity > 0) basket.set(id, { product, quantity });
  else basket.delete(id);
  attempt = null;
  return drawBasket();
}

function drawBasket() {
  for (const input of document.querySelectorAll('[data-product]')) input.value = basket.get(input.dataset.product)?.quantity ?? 0;
  const lines = [...basket.values()];
  const cents = lines.reduce((sum, { product, quantity }) => sum + Math.round(product.price * 100) * quantity, 0);
  const takeOut = (product) => { choose(product, 0); $('basket').querySelector('button').focus(); };
  $('lines').replaceChildren(...lines.map(({ product, quantity }) => el('li', {}, `${quantity} × ${product.externalProductId}`,
    el('button', { type: 'button', class: 'quiet', 'aria-label': `Take ${product.externalProductId} out`, onclick: () => takeOut(product) }, '×'))));
  $('count').textContent = lines.length ? `${lines.length} ${lines.length === 1 ? 'subscription' : 'subscriptions'}` : 'Nothing chosen yet.';
  $('total').textContent = lines.length ? money(cents / 100) : '';
  $('order').disabled = placing || lines.length === 0 || lines.length > 100;
  $('order').textContent = placing ? 'Placing …' : attempt ? 'Try again' : 'Place order';
}

// ---- ordering

let attempt = null; // { key, body } of an order whose fate is not known yet: tried again under the same key, so it can't be placed twice
let placing = false;

const settled = [400, 404, 413, 415, 422]; // these say that the shop has looked at the order and wants none of it
const passing = ({ status }) => status === 0 || status === 408 || status === 429 || status >= 500;

async function place() {
  attempt ??= { key: uuid7(), body: JSON.stringify({ items: [...basket].map(([productId, { quantity }]) => ({ productId, quantity })) }) };
  const pressed = performance.now();
  placing = true;
  drawBasket();
  say('Placing your order …');
  try {
    const order = await confirmed(attempt);
    attempt = null;
    basket.clear();
    merge({ ...order, pressed });
    if (waiting(orders.get(order.correlationId))) say('Order accepted. You will see here when it is done.');
  } catch (error) {
    if (settled.includes(error.status)) attempt = null;
    complain(attempt ? new Error(`${error.message} The order is not confirmed; trying again can’t place it twice.`) : error);
  } finally {
    placing = false;
    drawBasket();
  }
}

async function confirmed({ key, body }) {
  for (let tries = 1; ; tries++) {
    try {
      return await call('/api/orders', { method: 'POST', headers: { 'Content-Type': 'application/json', 'Idempotency-Key': key }, body });
    } catch (error) {
      if (!passing(error) || tries === 5) throw error;
      const seconds = Math.min(error.retryAfter ?? 2 ** (tries - 1), 30);
      say(`${error.message} Trying again in ${seconds} s; it can’t be placed twice.`);
      await pause(seconds * 1000 + Math.random() * 500);
    }
  }
}

// ---- orders and their news

const orders = new Map(); // correlationId → order, with `timeline` as far as it is known
const told = new Set(); // correlationId|status

// Takes in what is known of an order, from wherever. A lower status than the known one says nothing, but what comes with it may.
function merge(news) {
  const known = orders.get(news.correlationId);
  const order = { ...known, ...Object.fromEntries(Object.entries(news).filter(([, value]) => value !== null && value !== undefined)) };
  if (known && rank[news.status] < rank[known.status]) Object.assign(order, { status: known.status, reason: known.reason });
  if (order.heard && order.pressed) order.waited ??= order.heard - order.pressed;
  orders.set(order.correlationId, order);
  draw(order);
  // What still waits outlives a reload of the page.
  sessionStorage.setItem('waiting', JSON.stringify([...orders.values()].filter(waiting).map((o) => o.correlationId)));
}

// Notifications as our hub sends them, and the older shape: correlationId {value}, status 0|1|2, no sequence.
function readNotification(raw) {
  const correlationId = String(raw?.correlationId?.value ?? raw?.correlationId ?? '').toLowerCase();
  const status = typeof raw?.status === 'number' ? ['Accepted', 'Processing', 'Completed'][raw.status] : raw?.status;
  if (!correlationId || !(status in rank)) return null;
  return { correlationId, status, id: raw.orderId ?? undefined, reason: raw.reason, timeline: readTimeline(raw.timeline) };
}

// { steps: [{ name, at, durationMs }], traceId, attempts }, or step name → microseconds or RFC 3339.
function readTimeline(raw) {
  if (!raw || typeof raw !== 'object') return undefined;
  if (Array.isArray(raw.steps)) return raw.steps.length ? raw : undefined;
  const time = (value) => (typeof value === 'number' ? value / 1000 : Date.parse(value));
  const steps = Object.entries(raw).filter(([, value]) => Number.isFinite(time(value)))
    .map(([name, value]) => ({ name, ms: time(value) })).sort((a, b) => a.ms - b.ms)
    .map(({ name, ms }, i, all) => ({ name, at: new Date(ms).toISOString(), durationMs: i ? ms - all[i - 1].ms : 0 }));
  return steps.length ? { steps } : undefined;
}

// `history` is what happened before this page was here: it adds to what is listed, and is not told.
function hear(raw, history = false) {
  const news = readNotification(raw);
  if (!news || (history && !orders.has(news.correlationId))) return;
  const before = orders.get(news.correlationId);
  const mark = `${news.correlationId}|${news.status}`;
  const fresh = !history && !told.has(mark) && !(before && rank[news.status] <= rank[before.status]);
  told.add(mark);
  if (before?.timeline?.steps.length > news.timeline?.steps.length) delete news.timeline;
  merge({ ...news, heard: fresh && !waiting(news) ? performance.now() : null });
  if (!before?.items) fillIn(news.correlationId);
  if (fresh && news.status === 'Completed') say(`Order ${news.id ?? ''} is complete.`);
  if (fresh && news.status === 'Failed') complain(new Error(`An order failed: ${news.reason ?? 'no reason was given'}`));
}

// An order may be heard of before anything else is known of it: this page's own POST may still be under way, so it is given a moment.
async function fillIn(correlationId) {
  await pause(jitter(2000));
  if (session && !orders.get(correlationId).items) await call(`/api/orders/${correlationId}`).then(merge, () => {});
}

async function refresh() {
  const page = await call('/api/orders?size=10');
  for (const order of page.items.toReversed()) {
    if (orders.has(order.correlationId)) hear({ ...order, orderId: order.id });
    merge(order);
  }
  // Not found is no answer here: a store that lost its memory knows the order again when it is processed.
  await Promise.all([...orders.values()].filter(waiting).map((o) => call(`/api/orders/${o.correlationId}/status`).then((state) => hear(state), () => {})));
}

function draw(order) {
  const old = document.getElementById(`o-${order.correlationId}`);
  const words = { Accepted: 'Accepted, waiting its turn', Processing: 'Being processed', Completed: 'Complete', Failed: 'Failed' };
  const item = el('li', { id: `o-${order.correlationId}`, class: `order ${order.status}`, tabindex: -1 },
    el('p', { class: 'bar' }, el('strong', {}, order.id ? `Order ${order.id}` : 'New order'), el('span', { class: 'state' }, words[order.status])),
    order.reason && order.status === 'Failed' ? el('p', { class: 'reason' }, order.reason) : null,
    order.items ? el('p', {}, order.items.map((i) => `${i.quantity} × ${i.productId}`).join(', '), ' · ', el('strong', {}, money(order.total))) : null,
    el('p', { class: 'facts' }, order.createdAt ? new Date(order.createdAt).toLocaleString() : '', order.waited > 0 ? ` · seen here ${Math.round(order.waited)} ms after you pressed` : ''),
    order.timeline ? timeline(order.timeline) : waiting(order) ? null
      : el('button', { type: 'button', class: 'quiet', 'aria-label': `Timeline of order ${order.id ?? order.correlationId}`, onclick: () => fetchTimeline(order) }, 'Timeline'));
  const focused = old?.contains(document.activeElement);
  if (old) old.replaceWith(item);
  else $('orders').insertBefore(item, [...$('orders').children].find((li) => (orders.get(li.id.slice(2)).createdAt ?? '') <= (order.createdAt ?? '9')) ?? null);
  if (focused) (item.querySelector('button') ?? item).focus();
  $('no-orders').hidden = true;
}

function fetchTimeline({ correlationId, status }) {
  call(`/api/orders/${correlationId}/timeline`).then((found) => merge({ correlationId, status, timeline: readTimeline(found) }), complain);
}

function timeline({ steps, attempts }) {
  const total = steps.reduce((sum, step) => sum + step.durationMs, 0);
  const ms = (value) => `${value < 10 ? value.toFixed(1) : Math.round(value)} ms`;
  return el('div', { class: 'timeline' },
    el('ol', {}, steps.map(({ name, at, durationMs }, i) => el('li', { class: name, title: at }, el('span', {}, name), el('b', {}, i ? `+${ms(durationMs)}` : 'start')))),
    el('p', { class: 'facts' }, `${ms(total)} in all${attempts > 1 ? `, ${attempts} attempts` : ''}`));
}

// ---- the hub

let hub = null;
let last = null; // the newest sequence up to which nothing is missing; null until the first Resume
let wake = () => {};
let catching = null;
let again = false;

function link(state, words) {
  $('link').dataset.state = state;
  $('link').textContent = words;
  $('retry').hidden = state !== 'lost';
}

// Connects, and whenever the connection ends connects again, for as long as this user is signed in. The first delay is spread over a
// second, so that a hub that goes away does not get all its users back at once.
async function stayConnected() {
  const mine = session.userId;
  const here = () => session?.userId === mine;
  for (let failures = 0; here(); failures++) {
    link('connecting', failures ? 'Connecting again …' : 'Connecting …');
    hub = new signalR.HubConnectionBuilder()
      .withUrl('/hubs/order-status', { skipNegotiation: true, transport: signalR.HttpTransportType.WebSockets, accessTokenFactory: token })
      .configureLogging(signalR.LogLevel.None).build();
    hub.on('Notification', notified);
    const ended = new Promise((resolve) => hub.onclose(resolve));
    try {
      await hub.start();
      failures = 0;
      link('live', 'Live: news of your orders arrives as it happens.');
      await catchUp();
      await ended;
    } catch {
      // A refused token looks like any other failure here: have a new one before the next try.
      if (here()) await newToken(mine).catch(() => {});
    }
    if (!here()) return;
    const delay = failures === 0 ? Math.random() * 1000 : jitter(Math.min(30_000, 500 * 2 ** failures));
    link('lost', `Connection lost. Trying again in ${Math.max(1, Math.round(delay / 1000))} s; orders go on meanwhile.`);
    await Promise.race([pause(delay), new Promise((resolve) => { wake = resolve; })]);
  }
}

function notified(raw) {
  hear(raw);
  if (typeof raw?.sequence !== 'number' || last === null || raw.sequence <= last) return;
  if (raw.previous === last || (last === 0 && raw.previous === null)) last = raw.sequence;
  else catchUp();
}

// Asks for what was missed; calls that come meanwhile share one more round.
function catchUp() {
  if (catching) again = true;
  return catching ??= (async () => {
    do {
      again = false;
      await resume().catch(complain);
    } while (again);
  })().finally(() => { catching = null; });
}

async function resume() {
  const first = last === null;
  const live = hub?.state === 'Connected';
  const missed = live ? await hub.invoke('Resume', last ?? 0).catch(() => null) : null;
  if (!missed?.complete || first) await refresh();
  for (const raw of missed?.notifications ?? []) hear(raw, first);
  if (missed) last = Math.max(last ?? 0, missed.latest ?? 0);
}

async function keepAsking() {
  for (const mine = session.userId; ;) {
    await pause(jitter(window.signalR ? pollEvery : 3000));
    if (session?.userId !== mine) return;
    if (last === null || [...orders.values()].some(waiting)) await catchUp();
  }
}

// ---- coming and going

function enter() {
  $('welcome').hidden = true;
  $('shop').hidden = $('who').hidden = false;
  $('user').textContent = session.userId;
  for (const correlationId of JSON.parse(sessionStorage.getItem('waiting') ?? '[]')) merge({ correlationId, status: 'Accepted' });
  list();
  drawBasket();
  keepAsking();
  if (window.signalR) stayConnected();
  else {
    link('asking', 'No live news here; asking every few seconds.');
    catchUp();
  }
}

$('sign-in').addEventListener('submit', async (event) => {
  event.preventDefault();
  try {
    await newToken($('user-id').value.trim());
    say('');
    enter();
    $('q').focus();
  } catch (error) {
    complain(error);
  }
});
$('sign-out').addEventListener('click', () => {
  session = null;
  sessionStorage.clear();
  hub?.stop();
  location.reload();
});
let typed;
$('q').addEventListener('input', () => { clearTimeout(typed); typed = setTimeout(list, 250); });
$('search').addEventListener('submit', (event) => { event.preventDefault(); clearTimeout(typed); list(); });
$('more').addEventListener('click', () => list(true));
$('order').addEventListener('click', place);
$('retry').addEventListener('click', () => wake());
addEventListener('online', () => wake());
if (session) enter();
