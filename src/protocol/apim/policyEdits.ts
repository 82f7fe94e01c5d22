import {
  attributeText,
  childrenOf,
  element,
  parsePolicy,
  samePolicy,
  writePolicy,
  type PlacedElement,
  type PolicyElement,
  type Span,
} from './policyXml.ts';

/** The sections of a policy document in their order. Source: azure-docs api-management-howto-policies.md. */
export const policySections = ['inbound', 'backend', 'outbound', 'on-error'] as const;
export type PolicySection = (typeof policySections)[number];

/** Which part of an element is described by whoever changes it; the rest stays as it is. */
export interface Owned {
  readonly attributes: readonly string[];
  /** Names of children. */
  readonly children: readonly string[];
  /** Names of all children that there may be, in the order that the service wants; default: `children`. */
  readonly order?: readonly string[];
}

interface TextEdit extends Span {
  readonly text: string;
}

/** The elements directly in a section, or in both if somebody has written it twice. */
export function elementsIn(policy: PlacedElement, section: PolicySection): readonly PlacedElement[] {
  return childrenOf(policy)
    .filter(({ name }) => name === section)
    .flatMap((each) => childrenOf(each));
}

/**
 * The text with one element changed into another one. Of an element of the same name only what is `owned` is touched;
 * everything around it stays as it was written.
 */
export function withChanged(text: string, old: PlacedElement, wanted: PolicyElement, owned: Owned): string {
  if (old.name !== wanted.name)
    return applied(text, [{ ...old.span, text: written(text, wanted, indentAt(text, old.span.start)) }]);
  return applied(text, [
    ...attributeEdits(text, old, wanted, owned),
    ...childEdits(text, old, wanted, owned),
  ]);
}

/** The text without an element, and without the line that it had for itself. */
export function withoutElement(text: string, { span }: PlacedElement): string {
  return applied(text, [removalOf(text, span)]);
}

/**
 * The text with a new element in a section, which is made where there is none. It comes behind the last of those that
 * `goesBefore` it, and ahead of the first of those that it has to be ahead of (`goesAfter`).
 * Throws `InvalidPolicy` for a text that is no policy.
 */
export function withInserted(
  given: string,
  section: PolicySection,
  element: PolicyElement,
  order: {
    readonly goesBefore: (other: PolicyElement) => boolean;
    readonly goesAfter: (other: PolicyElement) => boolean;
  },
): string {
  const text = withSection(given, section);
  const parent = childrenOf(parsed(text)).find(({ name }) => name === section);
  if (parent === undefined) return text;
  const others = childrenOf(parent);
  const next = others.find(order.goesAfter);
  const previous = others.findLast(
    (each) => order.goesBefore(each) && (next === undefined || each.span.end <= next.span.start),
  );
  return applied(text, [insertion(text, parent, [element], previous, next)]);
}

function withSection(text: string, section: PolicySection): string {
  const policies = parsed(text);
  const there = childrenOf(policies);
  if (there.some(({ name }) => name === section)) return text;
  const earlier: readonly string[] = policySections.slice(0, policySections.indexOf(section));
  const previous = there.findLast(({ name }) => earlier.includes(name));
  const usesBase = there.some((each) => childrenOf(each).some(({ name }) => name === 'base'));
  const made = element(section, {}, usesBase ? [element('base')] : []);
  return applied(text, [insertion(text, policies, [made], previous)]);
}

function parsed(text: string): PlacedElement {
  const policy = parsePolicy(text);
  if (policy instanceof Error) throw policy;
  return policy;
}

function attributeEdits(
  text: string,
  old: PlacedElement,
  wanted: PolicyElement,
  owned: Owned,
): readonly TextEdit[] {
  const lastEnd = Math.max(
    old.span.start + 1 + old.name.length,
    ...Object.values(old.attributeSpans).map(({ end }) => end),
  );
  return owned.attributes.flatMap((name) => {
    const value = wanted.attributes[name];
    const span = old.attributeSpans[name];
    if (value === old.attributes[name]) return [];
    if (span === undefined)
      return value === undefined
        ? []
        : [{ start: lastEnd, end: lastEnd, text: ` ${attributeText(name, value)}` }];
    if (value !== undefined) return [{ ...span, text: attributeText(name, value) }];
    return [{ start: text.slice(0, span.start).trimEnd().length, end: span.end, text: '' }];
  });
}

/** Children that are as they should be stay; others take the place of those that are not. */
function childEdits(
  text: string,
  old: PlacedElement,
  wanted: PolicyElement,
  { children: names, order = names }: Owned,
): readonly TextEdit[] {
  const missing = [...childrenOf(wanted)];
  const take = (fits: (each: PolicyElement) => boolean): PolicyElement[] => {
    const index = missing.findIndex(fits);
    return index < 0 ? [] : missing.splice(index, 1);
  };
  const children = childrenOf(old);
  const wrong = children.filter(
    (each) => names.includes(each.name) && take((other) => samePolicy(each, other)).length === 0,
  );
  const changes = new Map(wrong.map((each) => [each, take(({ name }) => name === each.name)]));
  const staying = children.filter((each) => changes.get(each)?.length !== 0);
  const [first] = children;
  if (first !== undefined && staying.length === 0) changes.set(first, missing.splice(0));
  const changed = [...changes].map(([each, elements]) => replacement(text, each, elements));
  if (missing.length === 0) return changed;
  if (first === undefined) return [insertion(text, old, missing)];
  const rank = ({ name }: PolicyElement): number => order.indexOf(name);
  const added = missing.map((child) => {
    const previous = staying.findLast((each) => rank(each) >= 0 && rank(each) <= rank(child));
    return insertion(text, old, [child], previous, staying[0]);
  });
  return [...changed, ...added];
}

function replacement(text: string, { span }: PlacedElement, elements: readonly PolicyElement[]): TextEdit {
  if (elements.length === 0) return removalOf(text, span);
  const indent = indentAt(text, span.start);
  const lines = elements.map((each) => written(text, each, indent));
  return { ...span, text: lines.join(gapAt(text, span.start)) };
}

/** Puts elements behind a child of their parent, or else ahead of `next` or of all its children. */
function insertion(
  text: string,
  parent: PlacedElement,
  elements: readonly PolicyElement[],
  previous?: PlacedElement,
  next = childrenOf(parent)[0],
): TextEdit {
  const anchor = previous ?? next;
  if (anchor === undefined) return onlyContent(text, parent, elements);
  const indent = indentAt(text, anchor.span.start);
  const gap = gapAt(text, anchor.span.start);
  const lines = elements.map((each) => written(text, each, indent));
  if (previous === undefined) {
    const { start } = anchor.span;
    return { start, end: start, text: lines.map((line) => line + gap).join('') };
  }
  const at = gap === '' ? anchor.span.end : behindNotes(text, anchor.span.end);
  return { start: at, end: at, text: lines.map((line) => gap + line).join('') };
}

/** Puts elements into a parent that has none. */
function onlyContent(text: string, parent: PlacedElement, elements: readonly PolicyElement[]): TextEdit {
  const eol = lineEndOf(text);
  const outer = indentAt(text, parent.span.start);
  const inner = outer + indentStep(text);
  const lines = elements.map((each) => eol + inner + written(text, each, inner)).join('');
  if (parent.inside === undefined) {
    const { end } = parent.span;
    // The attributes stay out of it: they may be changed as well.
    const start = text.slice(0, end - '/>'.length).trimEnd().length;
    return { start, end, text: `>${lines}${eol}${outer}</${parent.name}>` };
  }
  const { start, end } = parent.inside;
  const kept = start + text.slice(start, end).trimEnd().length;
  return { start: kept, end, text: `${lines}${eol}${outer}` };
}

function written(text: string, element: PolicyElement, indent: string): string {
  const step = indentStep(text);
  return writePolicy(element)
    .split('\n')
    .map((line) => line.replace(/^(?: {2})+/, (spaces) => step.repeat(spaces.length / 2)))
    .join(lineEndOf(text) + indent);
}

/** A line is not left empty behind. */
function removalOf(text: string, { start, end }: Span): TextEdit {
  const indent = indentAt(text, start);
  const rest = /[ \t]*(?:\r?\n)/y;
  rest.lastIndex = end;
  const tail = startsLine(text, start) ? rest.exec(text)?.[0] : undefined;
  if (tail === undefined) return { start, end, text: '' };
  return { start: start - indent.length, end: end + tail.length, text: '' };
}

/** What a comment behind an element on the same line says belongs to it. */
function behindNotes(text: string, end: number): number {
  const notes = /(?:[ \t]*<!--(?:(?!-->)[^\n])*-->)+(?=[ \t]*\r?\n)/y;
  notes.lastIndex = end;
  return end + (notes.exec(text)?.[0].length ?? 0);
}

function lineEndOf(text: string): string {
  return text.includes('\r\n') ? '\r\n' : '\n';
}

function indentAt(text: string, offset: number): string {
  return /^[ \t]*/.exec(text.slice(lineStart(text, offset), offset))?.[0] ?? '';
}

function startsLine(text: string, offset: number): boolean {
  return text.slice(lineStart(text, offset), offset).trim() === '';
}

/** What stands between an element and the next one beside it. */
function gapAt(text: string, offset: number): string {
  return startsLine(text, offset) ? lineEndOf(text) + indentAt(text, offset) : '';
}

function lineStart(text: string, offset: number): number {
  return text.lastIndexOf('\n', offset - 1) + 1;
}

/** By how much the document's first indented line is further in. */
function indentStep(text: string): string {
  return /^([ \t]+)</m.exec(text)?.[1] ?? '  ';
}

function applied(text: string, edits: readonly TextEdit[]): string {
  // Of several at one place the first stays first, and what is put there comes ahead of what is replaced there.
  const sorted = edits.toSorted((a, b) => a.start - b.start || a.end - b.end);
  const overlap = sorted.some(({ start }, index) => start < (sorted[index - 1]?.end ?? 0));
  if (overlap) throw new Error("Two changes of a policy are in each other's way.");
  return sorted.reduceRight(
    (done, { start, end, text: put }) => done.slice(0, start) + put + done.slice(end),
    text,
  );
}
