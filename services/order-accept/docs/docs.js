// Draws /openapi.yaml: operations, parameters, schemas, replies, and a form per operation to try it. Knows what that file uses, no more.
import { parseYaml } from './yaml.js';

const $ = (id) => document.getElementById(id);
const methods = ['get', 'post', 'put', 'patch', 'delete'];
let api;

function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith('on')) node.addEventListener(name.slice(2), value);
    else if (value === true) node.setAttribute(name, '');
    else if (value !== false && value !== undefined && value !== null) node.setAttribute(name, value);
  }
  node.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined));
  return node;
}

// Text in which `…` is code.
const prose = (text) => (text ?? '').split('`').map((part, i) => (i % 2 ? el('code', {}, part) : part));

function deref(node) {
  const seen = new Set();
  while (node?.$ref) {
    if (seen.has(node.$ref)) throw new Error(`${node.$ref} refers to itself`);
    seen.add(node.$ref);
    node = node.$ref.slice(2).split('/').reduce((at, step) => at?.[step], api) ?? fail(`${node.$ref} is not there`);
  }
  return node;
}

function fail(why) {
  throw new Error(why);
}

const refName = (node) => node?.$ref?.split('/').at(-1);
const isSchemaRef = (node) => node?.$ref?.startsWith('#/components/schemas/');

// ---- schemas

function typeOf(schema) {
  if (isSchemaRef(schema)) return [el('a', { href: `#schema-${refName(schema)}` }, refName(schema))];
  const s = deref(schema);
  const choice = s.oneOf ?? s.anyOf;
  if (choice) return choice.flatMap((one, i) => (i ? [' or ', ...typeOf(one)] : typeOf(one)));
  if (s.type === 'array') return ['array of ', ...typeOf(s.items)];
  if (s.type === 'object' && s.additionalProperties?.type) return ['object: name to ', ...typeOf(s.additionalProperties)];
  return [[s.type ?? 'any'].flat().join(' or ') + (s.format ? ` (${s.format})` : '')];
}

function limitsOf(schema) {
  const s = deref(schema);
  const range = (low, high, unit) => (low === undefined && high === undefined ? [] : [
    low !== undefined && high !== undefined ? `${low} to ${high}${unit}` : low !== undefined ? `at least ${low}${unit}` : `at most ${high}${unit}`]);
  const words = [
    ...range(s.minimum, s.maximum, ''), ...range(s.minLength, s.maxLength, ' characters'), ...range(s.minItems, s.maxItems, ' items'),
    ...(s.const !== undefined ? [`always ${JSON.stringify(s.const)}`] : []), ...(s.default !== undefined ? [`default ${s.default}`] : []),
  ];
  return [
    ...words.map((text) => el('span', { class: 'limit' }, text)),
    ...(s.enum ?? []).map((value) => el('code', { class: 'limit' }, String(value))),
    ...(s.pattern ? [el('code', { class: 'limit pattern' }, s.pattern)] : []),
  ];
}

function row(name, required, schema, description) {
  return el('tr', {},
    el('th', { scope: 'row' }, el('code', {}, name), required ? el('span', { class: 'required', title: 'required' }, ' required') : null),
    el('td', {}, el('span', { class: 'type' }, typeOf(schema)), ' ', isSchemaRef(schema) ? [] : limitsOf(schema)),
    el('td', {}, prose(description ?? (isSchemaRef(schema) ? '' : deref(schema).description))));
}

const table = (label, rows) => el('div', { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': label }, el('table', {},
  el('thead', { class: 'visually-hidden' }, el('tr', {}, ['Name', 'Type', 'Meaning'].map((t) => el('th', { scope: 'col' }, t)))), el('tbody', {}, rows)));

function schemaView(schema, label) {
  const s = deref(schema);
  if (!s.properties) return el('p', {}, el('span', { class: 'type' }, typeOf(s)), ' ', limitsOf(s));
  return table(label, Object.entries(s.properties).map(([name, member]) => row(name, s.required?.includes(name), member)));
}

function contentView(content, label) {
  return Object.entries(content ?? {}).map(([type, body]) => el('div', {},
    el('p', {}, el('code', {}, type), ' ', el('span', { class: 'type' }, typeOf(body.schema))),
    isSchemaRef(body.schema) || !deref(body.schema).properties ? null : schemaView(body.schema, label),
    examplesOf(body).map(([title, value]) => el('figure', {}, title ? el('figcaption', {}, title) : null, el('pre', { tabindex: 0 }, JSON.stringify(value, null, 2))))));
}

const examplesOf = (body) => (body.example !== undefined ? [['', body.example]] : Object.values(body.examples ?? {}).map((e) => [e.summary, e.value]));

// ---- operations

function responseView(status, reference) {
  const response = deref(reference);
  const headers = Object.entries(response.headers ?? {});
  return el('details', { class: `reply s${status[0]}`, open: status[0] === '2' },
    el('summary', {}, el('b', {}, status), ' ', el('span', {}, prose(response.description))),
    contentView(response.content, `Body of ${status}`),
    headers.length ? table(`Headers of ${status}`, headers.map(([name, header]) => row(name, deref(header).required, deref(header).schema, deref(header).description))) : null);
}

function operationView(path, method, operation) {
  const parameters = (operation.parameters ?? []).map((p) => ({ ...deref(p), shared: Boolean(p.$ref) && deref(p).in === 'header' }))
    .sort((a, b) => a.shared - b.shared);
  const body = operation.requestBody && deref(operation.requestBody);
  const replies = Object.entries(operation.responses);
  const split = (good) => replies.filter(([status]) => (status < '400') === good).map(([status, r]) => responseView(status, r));
  return el('section', { id: operation.operationId, class: 'operation' },
    el('h3', {}, el('span', { class: `method ${method}` }, method.toUpperCase()), ' ', el('code', {}, path.split('/').flatMap((s, i) => (i ? ['/', el('wbr'), s] : [s])))),
    el('p', { class: 'summary' }, prose(operation.summary), operation.security?.length === 0 ? el('span', { class: 'open' }, 'no token') : null),
    operation.description ? el('p', {}, prose(operation.description)) : null,
    parameters.length ? [el('h4', {}, 'Parameters'), table(`Parameters of ${operation.operationId}`, parameters.map((p) =>
      row(`${p.name}`, p.required, p.schema, `In ${p.in}. ${p.description ?? ''}`)))] : null,
    body ? [el('h4', {}, 'Body'), body.description ? el('p', {}, prose(body.description)) : null, contentView(body.content, 'Body')] : null,
    el('h4', {}, 'Replies'), split(true),
    el('details', { class: 'errors' }, el('summary', {}, `Errors (${split(false).length})`), split(false)),
    tryView(path, method, operation, parameters.filter((p) => !p.shared), body));
}

function tryView(path, method, operation, parameters, body) {
  const output = el('div', { class: 'output', role: 'status' });
  const field = (p) => {
    const id = `${operation.operationId}-${p.name}`;
    const { enum: choices } = deref(p.schema);
    const input = choices
      ? el('select', { id, name: p.name }, el('option', { value: '' }, ''), choices.map((c) => el('option', {}, c)))
      : el('input', { id, name: p.name, required: Boolean(p.required), value: p.in === 'path' ? p.example : undefined, placeholder: p.example ?? deref(p.schema).default, spellcheck: 'false' });
    return el('p', {}, el('label', { for: id }, p.name), input);
  };
  const example = body && examplesOf(Object.values(body.content)[0])[0]?.[1];
  const bodyId = `${operation.operationId}-body`;
  const form = el('form', { onsubmit: send }, parameters.map(field),
    body ? el('p', {}, el('label', { for: bodyId }, 'Body'), el('textarea', { id: bodyId, name: ' body', rows: 6, spellcheck: 'false' }, JSON.stringify(example, null, 2))) : null,
    el('p', {}, el('button', {}, 'Send')), output);

  async function send(event) {
    event.preventDefault();
    const values = new FormData(form);
    const query = new URLSearchParams();
    const headers = new Headers();
    let target = path;
    try {
      if ($('token').value.trim()) headers.set('Authorization', `Bearer ${$('token').value.trim()}`);
      for (const p of parameters) {
        const value = values.get(p.name);
        if (p.in === 'path') target = target.replace(`{${p.name}}`, encodeURIComponent(value));
        else if (value !== '' && p.in === 'query') query.set(p.name, value);
        else if (value !== '') headers.set(p.name, value);
      }
      if (body) headers.set('Content-Type', Object.keys(body.content)[0]);
      if (query.size) target += `?${query}`;
      output.replaceChildren('Waiting for the answer …');
      const began = performance.now();
      const reply = await fetch(target, { method: method.toUpperCase(), headers, body: body ? values.get(' body') : undefined, cache: 'no-store' });
      const text = await reply.text();
      output.replaceChildren(
        el('p', {}, el('b', { class: reply.ok ? 'good' : 'bad' }, `${reply.status} ${reply.statusText}`), ` in ${Math.round(performance.now() - began)} ms: `, el('code', {}, `${method.toUpperCase()} ${target}`)),
        el('pre', { tabindex: 0 }, [...reply.headers].map(([name, value]) => `${name}: ${value}`).join('\n')),
        text ? el('pre', { tabindex: 0 }, pretty(text)) : el('p', {}, 'No body.'));
    } catch (error) {
      output.replaceChildren(el('p', { class: 'error' }, `No answer: ${error.message}`));
    }
  }

  return el('details', { class: 'try' }, el('summary', {}, 'Try it'), form);
}

// JSON is indented by hand, so that 129.00 stays 129.00 and large numbers stay whole.
function pretty(text) {
  try {
    JSON.parse(text);
  } catch {
    return text;
  }
  let depth = 0;
  const line = () => `\n${'  '.repeat(depth)}`;
  return text.replace(/"(?:[^"\\]|\\.)*"|[{[]\s*[}\]]|[{}[\],:]|\s+/g, (t) => {
    if (t === '{' || t === '[') return (depth++, t + line());
    if (t === '}' || t === ']') return (depth--, line() + t);
    return t === ',' ? t + line() : t === ':' ? ': ' : t.trim();
  });
}

function draw() {
  document.title = `${api.info.title}: API reference`;
  $('title').textContent = api.info.title;
  $('version').textContent = `version ${api.info.version}, OpenAPI ${api.openapi}`;
  const groups = api.tags.map((tag) => ({ ...tag, operations: [] }));
  for (const [path, item] of Object.entries(api.paths)) {
    for (const method of methods.filter((m) => item[m])) {
      const group = groups.find((g) => g.name === item[method].tags[0]) ?? fail(`${path}: unknown tag`);
      group.operations.push({ path, method, operation: item[method] });
    }
  }
  $('reference').replaceChildren(
    el('p', { class: 'lead' }, prose(api.info.description)),
    el('p', {}, el('b', {}, 'Authorization. '), prose(Object.values(api.components.securitySchemes)[0].description)),
    ...groups.flatMap((g) => [el('h2', { id: `tag-${g.name}` }, g.name), el('p', {}, prose(g.description)), ...g.operations.map((o) => operationView(o.path, o.method, o.operation))]),
    el('h2', { id: 'schemas' }, 'Schemas'),
    ...Object.entries(api.components.schemas).map(([name, schema]) => el('section', { id: `schema-${name}`, class: 'schema' },
      el('h3', {}, name), schema.description ? el('p', {}, prose(schema.description)) : null, schemaView(schema, `Members of ${name}`))));
  $('contents').replaceChildren(
    ...groups.flatMap((g) => [el('h2', {}, g.name), el('ul', {}, g.operations.map((o) => el('li', {}, el('a', { href: `#${o.operation.operationId}` },
      el('span', { class: `method ${o.method}` }, o.method.toUpperCase()), ' ', o.path))))]),
    el('h2', {}, 'Schemas'), el('ul', {}, Object.keys(api.components.schemas).map((name) => el('li', {}, el('a', { href: `#schema-${name}` }, name)))));
  if (location.hash) document.getElementById(location.hash.slice(1))?.scrollIntoView();
}

$('access').addEventListener('submit', (event) => event.preventDefault());
try {
  const reply = await fetch('/openapi.yaml');
  if (!reply.ok) fail(`/openapi.yaml answered ${reply.status}`);
  api = parseYaml(await reply.text());
  draw();
} catch (error) {
  $('reference').replaceChildren(el('p', { class: 'error', role: 'alert' }, `The reference can't be shown: ${error.message}`));
}
