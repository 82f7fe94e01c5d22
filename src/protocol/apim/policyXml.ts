import { InvalidPolicy, PolicyReader } from './policyReader.ts';

/** An element of a policy document; text among its content is trimmed. */
export interface PolicyElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly content: readonly (PolicyElement | string)[];
}

/** A stretch of a text, as offsets. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** An element that was read from a text, and where it stands there. */
export interface PlacedElement extends PolicyElement {
  readonly content: readonly (PlacedElement | string)[];
  /** From its `<` to behind its last `>`. */
  readonly span: Span;
  /** Between its two tags; absent for `<name />`. */
  readonly inside?: Span;
  /** Of each attribute, from its name to behind its quote. */
  readonly attributeSpans: Readonly<Record<string, Span>>;
}

/**
 * Reads a policy document in the format `rawxml`: XML in which an expression, `@(…)` or `@{…}`, may hold quotes, `&` and
 * `<` as they are. Comments and the spaces between elements are left out. Returns a `Failure` (`InvalidPolicy`) that names
 * line and column instead of throwing. Source: azure-docs api-management-policy-expressions.md.
 */
export function parsePolicy(text: string): PlacedElement | InvalidPolicy {
  try {
    return new PolicyReader(text).document();
  } catch (error) {
    if (error instanceof InvalidPolicy) return error;
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

/** An element with those of the attributes that have a value. */
export function element(
  name: string,
  attributes: Readonly<Record<string, string | undefined>> = {},
  content: PolicyElement['content'] = [],
): PolicyElement {
  const given = Object.entries(attributes).flatMap(([key, value]) =>
    value === undefined ? [] : [[key, value] as const],
  );
  return { name, attributes: Object.fromEntries(given), content };
}

/** The text in an element, without that of elements in it. */
export function textOf({ content }: PolicyElement): string {
  return content.filter((part) => typeof part === 'string').join('');
}

/** The elements directly in another one. */
export function childrenOf<T extends PolicyElement>({
  content,
}: {
  readonly content: readonly (T | string)[];
}): readonly T[] {
  return content.filter((part) => typeof part !== 'string');
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
    .map(([name, value]) => ` ${attributeText(name, value)}`)
    .join('');
}

/** An attribute as it is written in a tag. */
export function attributeText(name: string, value: string): string {
  return `${name}="${escaped(value, /[&<>"]/g)}"`;
}

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** An expression stays as it is, as `rawxml` wants it. */
function escaped(text: string, special: RegExp): string {
  return isExpression(text) ? text : text.replaceAll(special, (character) => ESCAPES[character] ?? '');
}

/** Whether a value is worked out for each call. Source: azure-docs api-management-policy-expressions.md. */
export function isExpression(text: string): boolean {
  return text.startsWith('@(') || text.startsWith('@{');
}
