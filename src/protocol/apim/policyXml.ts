import { Failure } from '../failure.ts';

/** An element of a policy document; text among its content is trimmed. */
export interface PolicyElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly content: readonly (PolicyElement | string)[];
}

/** No policy is nested so deeply; a hostile one must not overflow the stack. */
const DEEPEST = 100;

const NAME = /[A-Za-z_][\w.:-]*/y;
const SPACE = /\s*/y;

/**
 * Reads a policy document in the format `rawxml`: XML in which an expression, `@(…)` or `@{…}`, may hold quotes, `&` and
 * `<` as they are. Comments and the spaces between elements are left out. Returns a `Failure` (`InvalidPolicy`) that names
 * line and column instead of throwing. Source: azure-docs api-management-policy-expressions.md.
 */
export function parsePolicy(text: string): PolicyElement | Failure {
  try {
    return new PolicyReader(text.replaceAll('\r\n', '\n')).document();
  } catch (error) {
    if (error instanceof Failure) return error;
    throw error;
  }
}

/** The document as text, one element a line. */
export function writePolicy(element: PolicyElement, indent = ''): string {
  const { name, content } = element;
  const start = `${indent}<${name}${attributesText(element)}`;
  const [only] = content;
  if (only === undefined) return `${start} />`;
  if (content.length === 1 && typeof only === 'string')
    return `${start}>${escaped(only, /[&<>]/g)}</${name}>`;
  const inside = `${indent}  `;
  const lines = content.map((part) =>
    typeof part === 'string' ? inside + escaped(part, /[&<>]/g) : writePolicy(part, inside),
  );
  return [`${start}>`, ...lines, `${indent}</${name}>`].join('\n');
}

/** Whether two documents say the same: spaces, comments and the order of attributes do not count. */
export function samePolicy(one: PolicyElement, other: PolicyElement): boolean {
  return writePolicy(withSortedAttributes(one)) === writePolicy(withSortedAttributes(other));
}

function withSortedAttributes({ name, attributes, content }: PolicyElement): PolicyElement {
  const sorted = Object.entries(attributes).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return {
    name,
    attributes: Object.fromEntries(sorted),
    content: content.map((part) => (typeof part === 'string' ? part : withSortedAttributes(part))),
  };
}

/** The elements of a name, wherever they are, in the order of the document. */
export function elementsNamed(element: PolicyElement, name: string): readonly PolicyElement[] {
  const inside = element.content.flatMap((part) =>
    typeof part === 'string' ? [] : elementsNamed(part, name),
  );
  return element.name === name ? [element, ...inside] : inside;
}

function attributesText({ attributes }: PolicyElement): string {
  return Object.entries(attributes)
    .map(([name, value]) => ` ${name}="${escaped(value, /[&<>"]/g)}"`)
    .join('');
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', apos: "'", gt: '>', lt: '<', quot: '"' };
const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** An expression stays as it is, as `rawxml` wants it. */
function escaped(text: string, special: RegExp): string {
  return isExpression(text) ? text : text.replaceAll(special, (character) => ESCAPES[character] ?? '');
}

function unescaped(text: string): string {
  return text.replaceAll(/&(?:#(\d{1,7})|#x([\da-f]{1,6})|(\w{1,8}));/gi, (whole, decimal, hex, name) => {
    if (typeof name === 'string') return ENTITIES[name] ?? whole;
    const code = typeof decimal === 'string' ? Number(decimal) : Number.parseInt(String(hex), 16);
    return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
  });
}

function isExpression(text: string): boolean {
  return text.startsWith('@(') || text.startsWith('@{');
}

class PolicyReader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  document(): PolicyElement {
    this.#skipMisc();
    const element = this.#element(0);
    this.#skipMisc();
    if (this.#at < this.#text.length) throw this.#problem('nothing may follow the document');
    return element;
  }

  #element(depth: number): PolicyElement {
    if (depth > DEEPEST) throw this.#problem('the elements are nested too deeply');
    this.#expect('<');
    const name = this.#name();
    const attributes = this.#attributes();
    if (this.#take('/>')) return { name, attributes, content: [] };
    this.#expect('>');
    const content = this.#content(depth);
    const end = this.#at;
    this.#expect('</');
    if (this.#name() !== name) {
      this.#at = end;
      throw this.#problem(`</${name}> is expected`);
    }
    this.#skipSpace();
    this.#expect('>');
    return { name, attributes, content };
  }

  #attributes(): Record<string, string> {
    const attributes = new Map<string, string>();
    for (;;) {
      const before = this.#at;
      this.#skipSpace();
      if (this.#isAt('>') || this.#isAt('/>')) return Object.fromEntries(attributes);
      if (this.#at === before) throw this.#problem('a space is expected');
      const name = this.#name();
      if (attributes.has(name)) throw this.#problem(`the attribute ${name} is there twice`);
      this.#skipSpace();
      this.#expect('=');
      this.#skipSpace();
      attributes.set(name, this.#attributeValue());
    }
  }

  #attributeValue(): string {
    const quote = this.#isAt("'") ? "'" : '"';
    this.#expect(quote);
    const value = this.#isAtExpression() ? this.#expression() : this.#until(quote);
    this.#expect(quote);
    return value;
  }

  #content(depth: number): (PolicyElement | string)[] {
    const content: (PolicyElement | string)[] = [];
    const addText = (text: string): void => {
      const trimmed = text.trim();
      if (trimmed !== '') content.push(trimmed);
    };
    for (;;) {
      this.#skipSpace();
      if (this.#isAt('</')) return content;
      if (this.#isAtExpression()) addText(this.#expression());
      else if (this.#take('<!--')) this.#skipPast('-->');
      else if (this.#take('<![CDATA[')) addText(this.#skipPast(']]>'));
      else if (this.#isAt('<')) content.push(this.#element(depth + 1));
      else addText(this.#until('<'));
    }
  }

  #isAtExpression(): boolean {
    return this.#isAt('@(') || this.#isAt('@{');
  }

  /** Up to the bracket that closes it; brackets in texts of C# do not count. */
  #expression(): string {
    const start = this.#at;
    const open = this.#text.charAt(start + 1);
    const close = open === '(' ? ')' : '}';
    let depth = 0;
    for (this.#at = start + 1; this.#at < this.#text.length; this.#at++) {
      const character = this.#text.charAt(this.#at);
      if (character === '"' || character === "'") this.#skipLiteral(character);
      else if (character === open) depth += 1;
      else if (character === close) depth -= 1;
      if (depth > 0) continue;
      this.#at += 1;
      return this.#text.slice(start, this.#at);
    }
    this.#at = start;
    throw this.#problem('the expression does not end');
  }

  /** Leaves the reader at the closing quote; `@"…"` knows no escapes. */
  #skipLiteral(quote: string): void {
    const verbatim = this.#text.charAt(this.#at - 1) === '@';
    for (this.#at++; this.#at < this.#text.length; this.#at++) {
      const character = this.#text.charAt(this.#at);
      if (character === '\\' && !verbatim) this.#at += 1;
      else if (character === quote) return;
    }
  }

  #until(end: string): string {
    const found = this.#text.indexOf(end, this.#at);
    if (found < 0) throw this.#problem(`${end} is expected`);
    const text = this.#text.slice(this.#at, found);
    if (end !== '<' && text.includes('<')) throw this.#problem('an attribute may not hold "<"');
    this.#at = found;
    return unescaped(text);
  }

  #skipMisc(): void {
    for (;;) {
      this.#skipSpace();
      if (this.#take('<!--')) this.#skipPast('-->');
      else if (this.#take('<?')) this.#skipPast('?>');
      else return;
    }
  }

  #skipPast(end: string): string {
    const found = this.#text.indexOf(end, this.#at);
    if (found < 0) throw this.#problem(`${end} is expected`);
    const text = this.#text.slice(this.#at, found);
    this.#at = found + end.length;
    return text;
  }

  #name(): string {
    NAME.lastIndex = this.#at;
    const [name] = NAME.exec(this.#text) ?? [];
    if (name === undefined) throw this.#problem('a name is expected');
    this.#at += name.length;
    return name;
  }

  #skipSpace(): void {
    SPACE.lastIndex = this.#at;
    this.#at += SPACE.exec(this.#text)?.[0].length ?? 0;
  }

  #isAt(text: string): boolean {
    return this.#text.startsWith(text, this.#at);
  }

  #take(text: string): boolean {
    const taken = this.#isAt(text);
    if (taken) this.#at += text.length;
    return taken;
  }

  #expect(text: string): void {
    if (!this.#take(text)) throw this.#problem(`${text} is expected`);
  }

  #problem(what: string): Failure {
    const before = this.#text.slice(0, this.#at).split('\n');
    const column = (before.at(-1)?.length ?? 0) + 1;
    return new Failure({
      code: 'InvalidPolicy',
      origin: 'client',
      sentence: `The policy cannot be read: ${what} on line ${before.length}, column ${column}.`,
    });
  }
}
