import * as jsonc from 'jsonc-parser';
import {
  cellEdits,
  isItems,
  isMembers,
  type JsonEdit,
  type JsonPath,
  type JsonValue,
  type SpliceEdit,
} from './jsonEdits.ts';
import { treeOf } from './jsonTree.ts';

/**
 * A JSON text with the edits made in it. All else stays as it is: layout, comments, the spelling of numbers. What is
 * new takes its layout from its neighbours. An edit whose place does not exist is left out.
 */
export function editText(text: string, edits: readonly JsonEdit[]): string {
  const layout = layoutOf(text);
  let current = text;
  let batch = new Batch(current, layout);
  for (const edit of edits.flatMap((each) => (each.kind === 'block' ? [...cellEdits(each)] : [each]))) {
    if (batch.add(edit)) continue;
    current = batch.apply();
    batch = new Batch(current, layout);
    batch.add(edit);
  }
  return batch.apply();
}

interface Replacement {
  readonly from: number;
  readonly to: number;
  readonly content: string;
}

/** Edits of one text that do not get into each other's way: they need the text to be parsed once. */
class Batch {
  readonly #text: string;
  readonly #layout: Layout;
  readonly #root: jsonc.Node | undefined;
  readonly #replacements: Replacement[] = [];
  /** What is written anew, or has other children now. */
  readonly #changed = new Set<jsonc.Node>();
  /** What has something changed in it. */
  readonly #touched = new Set<jsonc.Node>();

  constructor(text: string, layout: Layout) {
    this.#text = text;
    this.#layout = layout;
    this.#root = treeOf(text).root;
  }

  /** Whether the edit could be taken in; one without a place is, and changes nothing. */
  add(edit: JsonEdit): boolean {
    const root = this.#root;
    if (!root) return this.#addToNothing(edit);
    const node = placeOf(root, edit);
    if (!node) return this.#changed.size === 0;
    if (this.#touched.has(node)) return false;
    for (let each: jsonc.Node | undefined = node; each; each = each.parent)
      if (this.#changed.has(each)) return false;
    const replacement = replacementFor(this.#text, root, edit, this.#layout);
    if (!replacement) return true;
    this.#replacements.push(replacement);
    this.#changed.add(node);
    for (let each = node.parent; each && !this.#touched.has(each); each = each.parent)
      this.#touched.add(each);
    return true;
  }

  apply(): string {
    const parts: string[] = [];
    let at = 0;
    for (const { from, to, content } of this.#replacements.toSorted((a, b) => a.from - b.from)) {
      parts.push(this.#text.slice(at, from), content);
      at = to;
    }
    return parts.join('') + this.#text.slice(at);
  }

  #addToNothing(edit: JsonEdit): boolean {
    if (this.#replacements.length > 0) return false;
    const content =
      edit.kind === 'set' ? setInNothing(this.#text, edit.path, edit.value, this.#layout) : this.#text;
    this.#replacements.push({ from: 0, to: this.#text.length, content });
    return true;
  }
}

/** The node that an edit writes anew or gives other children; undefined where there is none. */
function placeOf(root: jsonc.Node, edit: JsonEdit): jsonc.Node | undefined {
  const { path } = edit;
  switch (edit.kind) {
    case 'set': {
      const found = nodeAt(root, path);
      if (found) return found;
      let deepest: jsonc.Node | undefined = root;
      for (let depth = 1; depth <= path.length; depth++) {
        const found = nodeAt(root, path.slice(0, depth));
        if (!found) return deepest;
        deepest = found;
      }
      return deepest;
    }
    case 'insert':
      return nodeAt(root, path.slice(0, -1));
    case 'remove': {
      const found = nodeAt(root, path);
      return found?.parent?.type === 'property' ? found.parent.parent : found?.parent;
    }
    case 'splice':
    case 'block':
      return nodeAt(root, path);
  }
}

function replacementFor(
  text: string,
  root: jsonc.Node,
  edit: JsonEdit,
  layout: Layout,
): Replacement | undefined {
  switch (edit.kind) {
    case 'remove':
      return remove(root, edit.path);
    case 'insert':
      return insert(text, root, edit.path, edit.value, layout);
    case 'set':
      return set(text, root, edit.path, edit.value, layout);
    case 'splice':
      return splice(text, nodeAt(root, edit.path), edit, layout);
    case 'block':
      return undefined;
  }
}

/** The text of a fresh document, laid out in the same way. */
export function printJson(value: JsonValue): string {
  return print(value, '', { unit: '  ', eol: '\n' });
}

interface Layout {
  /** One level of indentation. */
  readonly unit: string;
  readonly eol: string;
}

function layoutOf(text: string): Layout {
  return { unit: /^([ \t]+)\S/m.exec(text)?.[1] ?? '  ', eol: text.includes('\r\n') ? '\r\n' : '\n' };
}

function setInNothing(text: string, path: JsonPath, value: JsonValue, layout: Layout): string {
  const nested = nest(path, value);
  return nested === undefined ? text : print(nested, '', layout) + layout.eol;
}

function set(
  text: string,
  root: jsonc.Node,
  path: JsonPath,
  value: JsonValue,
  layout: Layout,
): Replacement | undefined {
  const found = nodeAt(root, path);
  if (found)
    return {
      from: found.offset,
      to: end(found),
      content: print(value, indentAt(text, found.offset), layout),
    };
  const depth = path.findIndex((_, i) => !nodeAt(root, path.slice(0, i + 1)));
  const parent = nodeAt(root, path.slice(0, depth));
  const name = path[depth];
  const nested = nest(path.slice(depth + 1), value);
  if (parent?.type === 'array')
    return depth === path.length - 1 ? insert(text, root, path, value, layout) : undefined;
  if (parent?.type !== 'object' || typeof name !== 'string' || nested === undefined) return undefined;
  const printed = (indent: string): string => `${JSON.stringify(name)}: ${print(nested, indent, layout)}`;
  return append(text, parent, [printed], layout, 'lines');
}

/** The value inside objects of the given names; undefined when a name is an index. */
function nest(path: JsonPath, value: JsonValue): JsonValue | undefined {
  if (path.some((part) => typeof part === 'number')) return undefined;
  return path.reduceRight<JsonValue>((inner, name) => ({ [name]: inner }), value);
}

function insert(
  text: string,
  root: jsonc.Node,
  path: JsonPath,
  value: JsonValue,
  layout: Layout,
): Replacement | undefined {
  const index = path.at(-1);
  if (typeof index !== 'number') return undefined;
  const edit: SpliceEdit = { kind: 'splice', path: [], at: index, remove: 0, items: [value] };
  return splice(text, nodeAt(root, path.slice(0, -1)), edit, layout);
}

function splice(
  text: string,
  array: jsonc.Node | undefined,
  { at, remove: count, items }: SpliceEdit,
  layout: Layout,
): Replacement | undefined {
  const children = array?.children ?? [];
  if (array?.type !== 'array' || at > children.length) return undefined;
  const removed = children.slice(at, at + count);
  const [firstRemoved] = removed;
  if (items.length === 0) return removeChildren(array, removed);
  const printed = items.map(
    (value) =>
      (indent: string): string =>
        print(value, indent, layout),
  );
  const next = children[at];
  const isFlat = items.every((value) => !isItems(value) && !isMembers(value));
  if (!next) return append(text, array, printed, layout, isFlat ? 'line' : 'lines');
  const indent = indentAt(text, next.offset);
  const gap = gapBefore(text, next, layout);
  const content = printed.map((print) => print(indent)).join(`,${gap}`);
  return firstRemoved
    ? { from: firstRemoved.offset, to: end(removed.at(-1) ?? firstRemoved), content }
    : { from: next.offset, to: next.offset, content: `${content},${gap}` };
}

/** Adds last children; the first one there decides between one line and several for those that follow. */
function append(
  text: string,
  parent: jsonc.Node,
  printed: readonly ((indent: string) => string)[],
  { unit, eol }: Layout,
  alone: 'line' | 'lines',
): Replacement {
  const last = parent.children?.at(-1);
  if (last) {
    const gap = gapBefore(text, last, { unit, eol });
    const indent = indentAt(text, last.offset);
    return {
      from: end(last),
      to: end(last),
      content: printed.map((each) => `,${gap}${each(indent)}`).join(''),
    };
  }
  const outer = indentAt(text, parent.offset);
  const inner = outer + unit;
  const content =
    alone === 'line'
      ? printed.map((each) => each(outer)).join(', ')
      : `${eol}${inner}${printed.map((each) => each(inner)).join(`,${eol}${inner}`)}${eol}${outer}`;
  const inside = text.slice(parent.offset + 1, end(parent) - 1);
  const from = parent.offset + 1;
  return { from, to: inside.trim() === '' ? end(parent) - 1 : from, content };
}

function remove(root: jsonc.Node, path: JsonPath): Replacement | undefined {
  const found = nodeAt(root, path);
  const child = found?.parent?.type === 'property' ? found.parent : found;
  return child?.parent ? removeChildren(child.parent, [child]) : undefined;
}

/** `removed` are children that follow each other. */
function removeChildren(parent: jsonc.Node, removed: readonly jsonc.Node[]): Replacement | undefined {
  const siblings = parent.children ?? [];
  const first = removed[0];
  const last = removed.at(-1);
  if (!first || !last) return undefined;
  const next = siblings[siblings.indexOf(last) + 1];
  if (next) return { from: first.offset, to: next.offset, content: '' };
  const previous = siblings[siblings.indexOf(first) - 1];
  if (previous) return { from: end(previous), to: end(last), content: '' };
  return { from: parent.offset + 1, to: end(parent) - 1, content: '' };
}

function nodeAt(root: jsonc.Node, path: JsonPath): jsonc.Node | undefined {
  return jsonc.findNodeAtLocation(root, [...path]);
}

function end(node: jsonc.Node): number {
  return node.offset + node.length;
}

/** What separates this child from the one before it: a line of its own, or a space. */
function gapBefore(text: string, child: jsonc.Node, { eol }: Layout): string {
  const before = text.slice(text.lastIndexOf('\n', child.offset - 1) + 1, child.offset);
  return before.trim() === '' ? eol + before : ' ';
}

function indentAt(text: string, offset: number): string {
  return /^[ \t]*/.exec(text.slice(text.lastIndexOf('\n', offset - 1) + 1, offset))?.[0] ?? '';
}

/** A value on several lines, but for arrays without arrays or objects in them, such as a row of a table. */
function print(value: JsonValue, indent: string, layout: Layout): string {
  const inner = indent + layout.unit;
  const lines = (open: string, parts: readonly string[], close: string): string =>
    [open, parts.map((part) => inner + part).join(`,${layout.eol}`), indent + close].join(layout.eol);
  if (isItems(value)) {
    const parts = value.map((item) => print(item, inner, layout));
    return value.some((item) => isItems(item) || isMembers(item))
      ? lines('[', parts, ']')
      : `[${parts.join(', ')}]`;
  }
  if (!isMembers(value)) return JSON.stringify(value);
  const parts = Object.entries(value).map(
    ([name, member]) => `${JSON.stringify(name)}: ${print(member, inner, layout)}`,
  );
  return parts.length === 0 ? '{}' : lines('{', parts, '}');
}
