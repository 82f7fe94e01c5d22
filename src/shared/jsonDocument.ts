import * as jsonc from 'jsonc-parser';
import { printJson } from './editText.ts';
import { isMembers, type JsonMembers, type JsonValue } from './jsonEdits.ts';
import { treeOf } from './jsonTree.ts';
import type { JsonProblem } from './requestEditorContract.ts';

/** A text that is no JSON object. */
export interface BrokenJson {
  readonly kind: 'broken';
  readonly problem: JsonProblem;
}

/** The members of a document that is one JSON object; comments and trailing commas are fine. */
export function parseMembers(
  text: string,
): { readonly kind: 'members'; readonly members: JsonMembers } | BrokenJson {
  const { root, errors } = treeOf(text);
  const problem = problemOf(text, errors);
  if (problem) return { kind: 'broken', problem };
  const members = root ? valueOf(root) : {};
  return isMembers(members)
    ? { kind: 'members', members }
    : { kind: 'broken', problem: { code: 'NotAnObject', line: 1, column: 1, offset: 0 } };
}

/** The text of a fresh document. */
export function newDocumentText(members: JsonMembers): string {
  return `${printJson(members)}\n`;
}

/** The one range in which two texts differ, and what stands there in the second. */
export function minimalChange(
  before: string,
  after: string,
): { start: number; end: number; text: string } | undefined {
  if (before === after) return undefined;
  const shorter = Math.min(before.length, after.length);
  let start = 0;
  while (start < shorter && before[start] === after[start]) start++;
  let tail = 0;
  while (tail < shorter - start && before[before.length - 1 - tail] === after[after.length - 1 - tail])
    tail++;
  return { start, end: before.length - tail, text: after.slice(start, after.length - tail) };
}

/** The first error of a text, and where it is. */
export function problemOf(text: string, errors: readonly jsonc.ParseError[]): JsonProblem | undefined {
  const [first] = errors;
  if (!first) return undefined;
  const before = text.slice(0, first.offset);
  const line = before.split('\n').length;
  const column = first.offset - before.lastIndexOf('\n');
  return { code: jsonc.printParseErrorCode(first.error), line, column, offset: first.offset };
}

/** The node's value; jsonc gives `any`, but a tree without errors holds JSON alone. */
export function valueOf(node: jsonc.Node): JsonValue {
  switch (node.type) {
    case 'object':
      return Object.fromEntries(
        (node.children ?? []).flatMap(({ children }) => {
          const [name, value] = children ?? [];
          return name && value ? [[String(name.value), valueOf(value)]] : [];
        }),
      );
    case 'array':
      return (node.children ?? []).map(valueOf);
    default:
      return scalarOf(node.value);
  }
}

function scalarOf(value: unknown): JsonValue {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? value : null;
}
