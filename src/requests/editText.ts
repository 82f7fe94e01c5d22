import * as jsonc from 'jsonc-parser';
import { isItems, isMembers, type JsonEdit, type JsonPath, type JsonValue } from '../shared/jsonEdits.ts';

/**
 * A JSON text with the edits made in it. All else stays as it is: layout, comments, the spelling of numbers. What is
 * new takes its layout from its neighbours. An edit whose place does not exist is left out.
 */
export function editText(text: string, edits: readonly JsonEdit[]): string {
  const layout = layoutOf(text);
  return edits.reduce((current, edit) => editOnce(current, edit, layout), text);
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

function editOnce(text: string, edit: JsonEdit, layout: Layout): string {
  const root = jsonc.parseTree(text, [], { allowTrailingComma: true });
  switch (edit.kind) {
    case 'remove':
      return root ? remove(text, root, edit.path) : text;
    case 'insert':
      return root ? insert(text, root, edit.path, edit.value, layout) : text;
    case 'set':
      return root
        ? set(text, root, edit.path, edit.value, layout)
        : setInNothing(text, edit.path, edit.value, layout);
  }
}

function setInNothing(text: string, path: JsonPath, value: JsonValue, layout: Layout): string {
  const nested = nest(path, value);
  return nested === undefined ? text : print(nested, '', layout) + layout.eol;
}

function set(text: string, root: jsonc.Node, path: JsonPath, value: JsonValue, layout: Layout): string {
  const found = nodeAt(root, path);
  if (found)
    return replace(text, found.offset, end(found), print(value, indentAt(text, found.offset), layout));
  const depth = path.findIndex((_, i) => !nodeAt(root, path.slice(0, i + 1)));
  const parent = nodeAt(root, path.slice(0, depth));
  const name = path[depth];
  const nested = nest(path.slice(depth + 1), value);
  if (parent?.type === 'array') return insert(text, root, path, value, layout);
  if (parent?.type !== 'object' || typeof name !== 'string' || nested === undefined) return text;
  const printed = (indent: string): string => `${JSON.stringify(name)}: ${print(nested, indent, layout)}`;
  return append(text, parent, printed, layout, 'lines');
}

/** The value inside objects of the given names; undefined when a name is an index. */
function nest(path: JsonPath, value: JsonValue): JsonValue | undefined {
  if (path.some((part) => typeof part === 'number')) return undefined;
  return path.reduceRight<JsonValue>((inner, name) => ({ [name]: inner }), value);
}

function insert(text: string, root: jsonc.Node, path: JsonPath, value: JsonValue, layout: Layout): string {
  const index = path.at(-1);
  const array = nodeAt(root, path.slice(0, -1));
  const items = array?.children ?? [];
  if (array?.type !== 'array' || typeof index !== 'number' || index > items.length) return text;
  const printed = (indent: string): string => print(value, indent, layout);
  const next = items[index];
  const isFlat = !isItems(value) && !isMembers(value);
  if (!next) return append(text, array, printed, layout, isFlat ? 'line' : 'lines');
  const indent = indentAt(text, next.offset);
  return replace(text, next.offset, next.offset, `${printed(indent)},${gapBefore(text, next, layout)}`);
}

/** Adds a last child; the first one decides between one line and several for those that follow. */
function append(
  text: string,
  parent: jsonc.Node,
  printed: (indent: string) => string,
  { unit, eol }: Layout,
  alone: 'line' | 'lines',
): string {
  const last = parent.children?.at(-1);
  if (last) {
    const gap = gapBefore(text, last, { unit, eol });
    return replace(text, end(last), end(last), `,${gap}${printed(indentAt(text, last.offset))}`);
  }
  const outer = indentAt(text, parent.offset);
  const inside =
    alone === 'line' ? printed(outer) : `${eol}${outer}${unit}${printed(outer + unit)}${eol}${outer}`;
  const inner = text.slice(parent.offset + 1, end(parent) - 1);
  return replace(text, parent.offset + 1, inner.trim() === '' ? end(parent) - 1 : parent.offset + 1, inside);
}

function remove(text: string, root: jsonc.Node, path: JsonPath): string {
  const found = nodeAt(root, path);
  const child = found?.parent?.type === 'property' ? found.parent : found;
  const siblings = child?.parent?.children;
  if (!child || !siblings) return text;
  const index = siblings.indexOf(child);
  const next = siblings[index + 1];
  if (next) return replace(text, child.offset, next.offset, '');
  const previous = siblings[index - 1];
  if (previous) return replace(text, end(previous), end(child), '');
  const outer = child.parent;
  return replace(text, outer.offset + 1, end(outer) - 1, '');
}

function nodeAt(root: jsonc.Node, path: JsonPath): jsonc.Node | undefined {
  return jsonc.findNodeAtLocation(root, [...path]);
}

function end(node: jsonc.Node): number {
  return node.offset + node.length;
}

function replace(text: string, from: number, to: number, content: string): string {
  return text.slice(0, from) + content + text.slice(to);
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
