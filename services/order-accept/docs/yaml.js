// The part of YAML 1.2 that openapi.yaml is written in: block maps and sequences, one-line flow collections, plain and quoted scalars,
// block scalars. Everything else (anchors, tags, tabs, several documents, keys twice) is an error that names its line: a reader that
// guesses would show a contract that is not there.

export function parseYaml(text) {
  const reader = new Reader(text);
  const value = reader.block(0);
  if (reader.line < reader.lines.length) reader.fail('this is indented as nothing above it');
  return value;
}

class Reader {
  constructor(text) {
    this.lines = text.split(/\r?\n/);
    this.line = 0;
    this.skipEmpty();
  }

  fail(why) {
    throw new SyntaxError(`line ${this.line + 1}: ${why}`);
  }

  get current() {
    return this.lines[this.line] ?? '';
  }

  indent() {
    const spaces = /^ */.exec(this.current)[0].length;
    if (this.current[spaces] === '\t') this.fail('a tab indents');
    return spaces;
  }

  skipEmpty() {
    while (this.line < this.lines.length && /^\s*(#.*)?$/.test(this.current)) this.line++;
  }

  next() {
    this.line++;
    this.skipEmpty();
  }

  // The map or sequence, or the lone scalar, that stands at `at`.
  block(at) {
    if (this.indent() !== at) this.fail(`expected ${at} spaces`);
    const rest = this.current.slice(at);
    if (/^(%|---|\.\.\.)/.test(rest)) this.fail('one document without directives');
    if (/^-( |$)/.test(rest)) return this.sequence(at);
    if (keyOf(rest)) return this.map(at);
    return this.inline(rest, at);
  }

  map(at) {
    const map = {};
    while (this.line < this.lines.length && this.indent() === at) {
      const found = keyOf(this.current.slice(at));
      if (!found) this.fail('expected "key: value"');
      if (Object.hasOwn(map, found.key)) this.fail(`"${found.key}" stands here twice`);
      Object.defineProperty(map, found.key, { value: this.valueAfter(found.rest, at, true), enumerable: true, writable: true, configurable: true });
    }
    return map;
  }

  sequence(at) {
    const items = [];
    while (this.line < this.lines.length && this.indent() === at && /^-( |$)/.test(this.current.slice(at))) {
      const rest = this.current.slice(at + 1).trimStart();
      if (keyOf(rest)) {
        // "- key: value" opens a map that is indented like its first key.
        const inner = this.current.length - rest.length;
        this.lines[this.line] = ' '.repeat(inner) + rest;
        items.push(this.map(inner));
      } else {
        items.push(this.valueAfter(rest, at, false));
      }
    }
    return items;
  }

  valueAfter(rest, at, inMap) {
    if (rest === '' || rest.startsWith('#')) {
      this.next();
      if (this.line >= this.lines.length) return null;
      const deeper = this.indent();
      if (deeper > at || (inMap && deeper === at && /^-( |$)/.test(this.current.slice(at)))) return this.block(deeper);
      return null;
    }
    return this.inline(rest, at);
  }

  inline(rest, at) {
    const style = /^([|>])(-?)\s*$/.exec(rest);
    if (style) return this.text(at, style[1] === '>', style[2] === '-');
    const flow = new Flow(rest, (why) => this.fail(why));
    const value = flow.value(false);
    flow.end();
    this.next();
    if (this.line < this.lines.length && this.indent() > at) this.fail('a scalar or flow collection ends on its line');
    return value;
  }

  // | keeps line ends, > folds them; a trailing - drops the last.
  text(at, folded, strip) {
    const rows = [];
    this.line++;
    const depth = this.indent();
    if (depth <= at) this.fail('a block scalar without text');
    while (this.line < this.lines.length && (this.current.trim() === '' || this.indent() >= depth)) {
      rows.push(this.current.slice(depth));
      this.line++;
    }
    while (rows.at(-1) === '') rows.pop();
    if (folded && rows.some((row) => row === '' || row.startsWith(' '))) this.fail('folded text is one paragraph');
    this.skipEmpty();
    return rows.join(folded ? ' ' : '\n') + (strip ? '' : '\n');
  }
}

function keyOf(text) {
  const m = /^(?:"((?:[^"\\]|\\.)*)"|'((?:[^']|'')*)'|([^\s"'[\]{},#&*!|>%@`?-][^#]*?|-[^\s#][^#]*?)):(?:\s+(.*))?$/.exec(text);
  if (!m || (m[3] !== undefined && m[3].includes(': '))) return null;
  const key = m[1] !== undefined ? JSON.parse(`"${m[1]}"`) : m[2] !== undefined ? m[2].replaceAll("''", "'") : m[3];
  return { key, rest: (m[4] ?? '').trim() };
}

class Flow {
  constructor(text, fail) {
    this.text = text;
    this.at = 0;
    this.fail = fail;
  }

  take(pattern) {
    pattern.lastIndex = this.at;
    const m = pattern.exec(this.text);
    if (m) this.at += m[0].length;
    return m;
  }

  end() {
    if (!this.take(/\s*(?:(?<=\s)#.*)?$/y)) this.fail(`"${this.text.slice(this.at)}" is left over`);
  }

  value(inside) {
    this.take(/\s*/y);
    if (this.take(/\{\s*/y)) return this.map();
    if (this.take(/\[\s*/y)) return this.list();
    const quoted = this.quoted();
    if (quoted !== undefined) return quoted;
    if (this.take(/[-?](?=\s|$)/y)) this.fail('a collection begins on a line of its own');
    const plain = this.take(inside ? /[^,[\]{}#"'&*!|>%@`\s](?:[^,[\]{}:#]|:(?=\S)|#(?<=\S#))*/y : /[^,[\]{}#"'&*!|>%@`\s](?:[^:#]|:(?=\S)|#(?<=\S#))*/y);
    if (!plain) this.fail(`"${this.text.slice(this.at)}" is no value`);
    return scalar(plain[0].trim());
  }

  quoted() {
    const double = this.take(/"(?:[^"\\]|\\.)*"/y);
    if (double) return JSON.parse(double[0]);
    const single = this.take(/'((?:[^']|'')*)'/y);
    return single ? single[1].replaceAll("''", "'") : undefined;
  }

  map() {
    const map = {};
    while (!this.take(/\}/y)) {
      const key = this.quoted() ?? this.take(/[^,[\]{}:#"'&*!|>%@`\s][^,[\]{}:#]*(?=:)/y)?.[0];
      if (key === undefined || !this.take(/:\s+/y)) this.fail('expected "key: value" between { and }');
      if (Object.hasOwn(map, key)) this.fail(`"${key}" stands here twice`);
      map[key] = this.value(true);
      this.separator(/(?=\})/y);
    }
    return map;
  }

  list() {
    const items = [];
    while (!this.take(/\]/y)) {
      items.push(this.value(true));
      this.separator(/(?=\])/y);
    }
    return items;
  }

  separator(close) {
    this.take(/\s*/y);
    if (!this.take(/,\s*/y) && !this.take(close)) this.fail('expected a comma or the end of the collection');
  }
}

function scalar(text) {
  if (/^(null|~)$/.test(text)) return null;
  if (/^(true|false)$/.test(text)) return text === 'true';
  if (/^[-+]?(\d+(\.\d*)?|\.\d+)([eE][-+]?\d+)?$/.test(text)) return Number(text);
  return text;
}
