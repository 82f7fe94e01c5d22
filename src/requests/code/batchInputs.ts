import * as jsonc from 'jsonc-parser';
import { formatDelimitedRow } from '../../protocol/csv.ts';
import { Failure } from '../../protocol/failure.ts';
import { fileName } from './fileName.ts';
import { wellFormed } from './literals.ts';

/** One input of a batch job, as the CSV file that is uploaded for it. */
export interface BatchInput {
  readonly name: string;
  /** File and blob name, fit for any file system. */
  readonly fileName: string;
  /** CSV rows with their line ends, the header first. */
  readonly rows: readonly string[];
}

/**
 * The inputs of an RRS body as CSV files, numbers with the digits that they have in the body.
 * @throws Failure (`InvalidRequestDocument`) when the body or an input in it is not in one of the contract's two forms.
 */
export function batchInputs(body: string): BatchInput[] {
  const root = parse(body);
  const inputs = root === undefined ? undefined : jsonc.findNodeAtLocation(root, ['Inputs']);
  if (root === undefined || (inputs !== undefined && inputs.type !== 'object')) {
    throw unusable(
      'The body of the request is not JSON with "Inputs", so a batch job has nothing to upload.',
    );
  }
  const members = membersOf(inputs);
  const names = members.map(([name]) => name);
  return members.map(([name, value], index) => ({
    name,
    fileName: fileName(name, index, names),
    rows: tableOf(body, name, value).map((row) => formatDelimitedRow(row)),
  }));
}

/** The text of a member of the body, as it stands there. */
export function bodyMember(body: string, member: string): string | undefined {
  const root = parse(body);
  const node = root === undefined ? undefined : jsonc.findNodeAtLocation(root, [member]);
  return node === undefined ? undefined : textAt(body, node);
}

function parse(body: string): jsonc.Node | undefined {
  const errors: jsonc.ParseError[] = [];
  const root = jsonc.parseTree(body, errors, { disallowComments: true });
  return errors.length === 0 && root?.type === 'object' ? root : undefined;
}

type Row = readonly (string | null)[];

function tableOf(body: string, name: string, value: jsonc.Node): Row[] {
  const rows = value.type === 'array' ? rowObjects(body, value) : namedRows(body, value);
  if (rows !== undefined) return rows;
  throw unusable(`The input "${name}" of the request is no table, so it cannot become a CSV file.`);
}

function namedRows(body: string, value: jsonc.Node): Row[] | undefined {
  const columns = jsonc.findNodeAtLocation(value, ['ColumnNames']);
  const values = jsonc.findNodeAtLocation(value, ['Values']);
  if (columns?.type !== 'array' || values?.type !== 'array') return undefined;
  const rows = values.children ?? [];
  if (!rows.every((row) => row.type === 'array')) return undefined;
  return [columns, ...rows].map((row) => (row.children ?? []).map((cell) => cellOf(body, cell)));
}

function rowObjects(body: string, value: jsonc.Node): Row[] | undefined {
  const items = value.children ?? [];
  if (!items.every((item) => item.type === 'object')) return undefined;
  const rows = items.map((item) => new Map(membersOf(item)));
  const names = [...new Set(rows.flatMap((row) => [...row.keys()]))];
  const cells = (row: ReadonlyMap<string, jsonc.Node>): Row =>
    names.map((name) => {
      const cell = row.get(name);
      return cell === undefined ? null : cellOf(body, cell);
    });
  return [names, ...rows.map(cells)];
}

/** Text without lone surrogates, which no file can hold; truth values as the services write them. */
function cellOf(body: string, cell: jsonc.Node): string | null {
  switch (cell.type) {
    case 'null':
      return null;
    case 'string':
      return wellFormed(String(cell.value));
    case 'boolean':
      return cell.value === true ? 'True' : 'False';
    default:
      return textAt(body, cell);
  }
}

function membersOf(node: jsonc.Node | undefined): (readonly [name: string, value: jsonc.Node])[] {
  return (node?.children ?? []).flatMap(({ children }) => {
    const [name, value] = children ?? [];
    return name && value ? [[String(name.value), value] as const] : [];
  });
}

function textAt(body: string, node: jsonc.Node): string {
  return body.slice(node.offset, node.offset + node.length);
}

function unusable(sentence: string): Failure {
  return new Failure({ code: 'InvalidRequestDocument', origin: 'client', sentence });
}
