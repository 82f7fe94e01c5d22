import { Failure } from '../failure.ts';
import type { PlacedElement, Span } from './policyXml.ts';

/** A document that is none. */
export class InvalidPolicy extends Failure {
  /** What is wrong, without the place. */
  readonly what: string;
  /** Where in the text. */
  readonly offset: number;

  constructor(what: string, offset: number, { line, column }: LineColumn) {
    super({
      code: 'InvalidPolicy',
      origin: 'client',
      sentence: `The policy cannot be read: ${what} on line ${line}, column ${column}.`,
    });
    this.what = what;
    this.offset = offset;
  }
}

/** Both count from 1, as API Management does. */
export interface LineColumn {
  readonly line: number;
  readonly column: number;
}

export function lineColumnAt(text: string, offset: number): LineColumn {
  const before = text.slice(0, offset).split('\n');
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
}

/** No policy is nested so deeply; a hostile one must not overflow the stack. */
const DEEPEST = 100;

const NAME = /[A-Za-z_][\w.:-]*/y;
const SPACE = /\s*/y;
const NOTE = /\/\/[^\n]*|\/\*[^]*?\*\//y;

interface Attributes {
  readonly attributes: Readonly<Record<string, string>>;
  readonly attributeSpans: Readonly<Record<string, Span>>;
}

/** Reads a policy document, and knows where everything stands in its text. Throws `InvalidPolicy`. */
export class PolicyReader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  document(): PlacedElement {
    this.#skipMisc();
    const element = this.#element(0);
    this.#skipMisc();
    if (this.#at < this.#text.length) throw this.#problem('nothing may follow the document');
    return element;
  }

  #element(depth: number): PlacedElement {
    if (depth > DEEPEST) throw this.#problem('the elements are nested too deeply');
    const start = this.#at;
    this.#expect('<');
    const name = this.#name();
    const attributes = this.#attributes();
    if (this.#take('/>')) return { name, ...attributes, content: [], span: { start, end: this.#at } };
    this.#expect('>');
    const inside = this.#at;
    const content = this.#content(depth);
    const end = this.#at;
    this.#expect('</');
    if (this.#name() !== name) {
      this.#at = end;
      throw this.#problem(`</${name}> is expected`);
    }
    this.#skipSpace();
    this.#expect('>');
    return { name, ...attributes, content, span: { start, end: this.#at }, inside: { start: inside, end } };
  }

  #attributes(): Attributes {
    const attributes = new Map<string, string>();
    const spans = new Map<string, Span>();
    for (;;) {
      const before = this.#at;
      this.#skipSpace();
      if (this.#isAt('>') || this.#isAt('/>'))
        return { attributes: Object.fromEntries(attributes), attributeSpans: Object.fromEntries(spans) };
      if (this.#at === before) throw this.#problem('a space is expected');
      const start = this.#at;
      const name = this.#name();
      if (attributes.has(name)) throw this.#problem(`the attribute ${name} is there twice`);
      this.#skipSpace();
      this.#expect('=');
      this.#skipSpace();
      attributes.set(name, this.#attributeValue());
      spans.set(name, { start, end: this.#at });
    }
  }

  #attributeValue(): string {
    const quote = this.#isAt("'") ? "'" : '"';
    this.#expect(quote);
    const value = this.#isAtExpression() ? this.#expression() : this.#until(quote);
    this.#expect(quote);
    return value;
  }

  #content(depth: number): (PlacedElement | string)[] {
    const content: (PlacedElement | string)[] = [];
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

  /** Up to the bracket that closes it; brackets in texts and comments of C# do not count. */
  #expression(): string {
    const start = this.#at;
    const open = this.#text.charAt(start + 1);
    const close = open === '(' ? ')' : '}';
    let depth = 0;
    for (this.#at = start + 1; this.#at < this.#text.length; this.#at++) {
      const character = this.#text.charAt(this.#at);
      if (character === '"' || character === "'") this.#skipLiteral(character);
      else if (character === '/') this.#skipNote();
      else if (character === open) depth += 1;
      else if (character === close) depth -= 1;
      if (depth > 0) continue;
      this.#at += 1;
      return this.#taken(start, this.#at);
    }
    this.#at = start;
    throw this.#problem('the expression does not end');
  }

  /** Leaves the reader at the last character of a comment of C#, if it is at one: an apostrophe in it begins no literal. */
  #skipNote(): void {
    NOTE.lastIndex = this.#at;
    const [note] = NOTE.exec(this.#text) ?? [];
    if (note !== undefined) this.#at += note.length - 1;
  }

  /** Leaves the reader at the closing quote; `@"…"` and `@$"…"` know no escapes. */
  #skipLiteral(quote: string): void {
    const verbatim = this.#text
      .slice(this.#at - 2, this.#at)
      .replace('$', '')
      .endsWith('@');
    for (this.#at++; this.#at < this.#text.length; this.#at++) {
      const character = this.#text.charAt(this.#at);
      if (character === '\\' && !verbatim) this.#at += 1;
      else if (character === quote) return;
    }
  }

  #until(end: string): string {
    const found = this.#text.indexOf(end, this.#at);
    if (found < 0) throw this.#problem(`${end} is expected`);
    const text = this.#taken(this.#at, found);
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
    const text = this.#taken(this.#at, found);
    this.#at = found + end.length;
    return text;
  }

  /** Lines end in one way for whoever reads them. */
  #taken(start: number, end: number): string {
    return this.#text.slice(start, end).replaceAll('\r\n', '\n');
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

  #problem(what: string): InvalidPolicy {
    return new InvalidPolicy(what, this.#at, lineColumnAt(this.#text, this.#at));
  }
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', apos: "'", gt: '>', lt: '<', quot: '"' };

function unescaped(text: string): string {
  return text.replaceAll(/&(?:#(\d{1,7})|#x([\da-f]{1,6})|(\w{1,8}));/gi, (whole, decimal, hex, name) => {
    if (typeof name === 'string') return ENTITIES[name] ?? whole;
    const code = typeof decimal === 'string' ? Number(decimal) : Number.parseInt(String(hex), 16);
    return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
  });
}
