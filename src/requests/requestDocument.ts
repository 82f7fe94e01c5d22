import * as jsonc from 'jsonc-parser';
import { type BrokenJson, parseMembers, problemOf, valueOf } from '../shared/jsonDocument.ts';
import { diffJson, isMembers, type JsonEdit, type JsonMembers } from '../shared/jsonEdits.ts';
import { treeOf } from '../shared/jsonTree.ts';
import { readRequest, type ReadRequest, type RequestData } from '../shared/requestData.ts';
import type { JsonProblem } from '../shared/requestEditorContract.ts';

export type ParsedRequest = ({ readonly kind: 'request' } & ReadRequest) | BrokenJson;

/** Reads a `*.rrs.json` document; comments and trailing commas are fine, unknown members are left alone. */
export function parseRequest(text: string): ParsedRequest {
  const parsed = parseMembers(text);
  return parsed.kind === 'broken' ? parsed : { kind: 'request', ...readRequest(parsed.members) };
}

/** Beyond this many changed places a member is written anew as a whole. */
const mostPlaces = 100;

/**
 * The edits that make a text the request's body. Text that is a body of the contract becomes `inputs` and
 * `globalParameters`; any other text is kept as it is in the member `body`.
 */
export function bodyEdits(data: RequestData, bodyText: string): JsonEdit[] {
  const body = readBody(bodyText);
  if (!body) return [{ kind: 'set', path: ['body'], value: bodyText }];
  const edits = [
    ...memberEdits('inputs', data.inputs, body.inputs),
    ...memberEdits('globalParameters', data.globalParameters, body.globalParameters),
  ];
  return data.body === undefined ? edits : [{ kind: 'remove', path: ['body'] }, ...edits];
}

function memberEdits(name: string, before: JsonMembers, after: JsonMembers): JsonEdit[] {
  const edits = diffJson(before, after, [name]);
  return edits.length > mostPlaces ? [{ kind: 'set', path: [name], value: after }] : edits;
}

function readBody(text: string): { inputs: JsonMembers; globalParameters: JsonMembers } | undefined {
  const { root, problem } = parseJson(text, { disallowComments: true });
  if (problem || !root || !isFaithful(text, root)) return undefined;
  const value = valueOf(root);
  if (!isMembers(value)) return undefined;
  const { Inputs: inputs, GlobalParameters: globalParameters, ...rest } = value;
  if (!isMembers(inputs) || !isMembers(globalParameters) || Object.keys(rest).length > 0) return undefined;
  return { inputs, globalParameters };
}

/** Whether nothing is lost in the document's data: no name twice, no number with more digits than a double has. */
function isFaithful(text: string, node: jsonc.Node): boolean {
  if (node.type === 'number') return hasExactNumber(text, node);
  const children = node.children ?? [];
  if (node.type === 'object') {
    const names = children.map((property) => String(property.children?.[0]?.value));
    if (new Set(names).size < names.length) return false;
  }
  return children.every((child) => isFaithful(text, child));
}

function hasExactNumber(text: string, node: jsonc.Node): boolean {
  const value: unknown = node.value;
  if (typeof value !== 'number' || !Number.isFinite(value)) return false;
  return significant(text.slice(node.offset, node.offset + node.length)) === significant(String(value));
}

/** Digits and exponent of a number, the same for every spelling of it. */
function significant(number: string): string {
  const [, sign = '', whole = '', fraction = '', exponent = '0'] =
    /^(-?)(\d+)(?:\.(\d+))?(?:e([+-]?\d+))?$/i.exec(number) ?? [];
  const digits = (whole + fraction).replace(/^0+/, '');
  const shortened = digits.replace(/0+$/, '');
  if (shortened === '') return '0';
  return `${sign}${shortened}e${Number(exponent) - fraction.length + digits.length - shortened.length}`;
}

/**
 * The body as it goes over the wire: `body` as it stands, else inputs and parameters with the very numbers and texts
 * of the document.
 */
export function wireBody(text: string, layout: 'compact' | 'pretty'): string {
  const { root } = treeOf(text);
  const member = (name: string): jsonc.Node | undefined =>
    root ? jsonc.findNodeAtLocation(root, [name]) : undefined;
  const literal = member('body');
  if (literal?.type === 'string') return String(literal.value);
  const print = (name: string): string => {
    const node = member(name);
    return node?.type === 'object' ? printNode(text, node, layout, 1) : '{}';
  };
  const members = [
    `"Inputs":${gap(layout)}${print('inputs')}`,
    `"GlobalParameters":${gap(layout)}${print('globalParameters')}`,
  ];
  return block('{', members, '}', layout, 0);
}

function printNode(text: string, node: jsonc.Node, layout: 'compact' | 'pretty', depth: number): string {
  const children = node.children ?? [];
  if (node.type === 'object') {
    return block(
      '{',
      children.map((property) => printProperty(text, property, layout, depth)),
      '}',
      layout,
      depth,
    );
  }
  if (node.type !== 'array') return text.slice(node.offset, node.offset + node.length);
  const items = children.map((item) => printNode(text, item, layout, depth + 1));
  const isFlat = children.every((item) => item.type !== 'array' && item.type !== 'object');
  return isFlat ? `[${items.join(layout === 'pretty' ? ', ' : ',')}]` : block('[', items, ']', layout, depth);
}

function printProperty(
  text: string,
  property: jsonc.Node,
  layout: 'compact' | 'pretty',
  depth: number,
): string {
  return (property.children ?? [])
    .map((child) => printNode(text, child, layout, depth + 1))
    .join(`:${gap(layout)}`);
}

function gap(layout: 'compact' | 'pretty'): string {
  return layout === 'pretty' ? ' ' : '';
}

function block(
  open: string,
  items: readonly string[],
  close: string,
  layout: 'compact' | 'pretty',
  depth: number,
): string {
  if (items.length === 0 || layout === 'compact') return open + items.join(',') + close;
  const indent = '  '.repeat(depth + 1);
  return `${open}\n${items.map((item) => indent + item).join(',\n')}\n${'  '.repeat(depth)}${close}`;
}

/** Why a text is no body of the contract; undefined when it is one. */
export function bodyProblem(text: string): JsonProblem | undefined {
  const { root, problem } = parseJson(text, { disallowComments: true });
  if (problem) return problem;
  if (readBody(text)) return undefined;
  const isObject = root?.type === 'object';
  return { code: isObject ? 'NotABody' : 'NotAnObject', line: 1, column: 1, offset: 0 };
}

function parseJson(
  text: string,
  options: jsonc.ParseOptions,
): { root: jsonc.Node | undefined; problem: JsonProblem | undefined } {
  const errors: jsonc.ParseError[] = [];
  const root = jsonc.parseTree(text, errors, options);
  return { root, problem: problemOf(text, errors) };
}
