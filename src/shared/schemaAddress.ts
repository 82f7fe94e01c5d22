import * as jsonc from 'jsonc-parser';
import { schemes } from './contributions.ts';
import type { JsonEdit } from './jsonEdits.ts';

const suffix = '.json';
/** The editor asks for a schema by an address that it has decoded, in which these would mean something else. */
const unspeakable = /[#?%\\]/;

/** Requests have no authority, batch jobs this one. */
const authorities = { request: '', job: '//jobs' } as const;
export type SchemaKind = keyof typeof authorities;

/** What `$schema` says in a document for this service; undefined for names that no such address can hold. */
export function schemaAddress(
  workspace: string,
  service: string,
  kind: SchemaKind = 'request',
): string | undefined {
  if (workspace === '' || service === '' || unspeakable.test(workspace + service)) return undefined;
  return `${schemes.schema}:${authorities[kind]}/${encodePath(workspace)}/${encodePath(service)}${suffix}`;
}

/** Which documents a schema with this authority is for. */
export function schemaKind(authority: string): SchemaKind {
  return `//${authority}` === authorities.job ? 'job' : 'request';
}

function encodePath(name: string): string {
  return name.split('/').map(encodeURIComponent).join('/');
}

/** The service that the path of such an address means, given the names of all workspaces: these may hold slashes. */
export function readSchemaPath(
  path: string,
  workspaces: readonly string[],
): { workspace: string; service: string } | undefined {
  if (!path.endsWith(suffix)) return undefined;
  const [workspace] = workspaces
    .filter((name) => path.startsWith(`/${name}/`))
    .toSorted((a, b) => b.length - a.length);
  if (workspace === undefined) return undefined;
  return { workspace, service: path.slice(workspace.length + 2, -suffix.length) };
}

/** The edits that lead a document to another service, its schema with it; a `$schema` of the user's own stays. */
export function targetEdits(text: string, workspace: string, service: string): JsonEdit[] {
  return [
    { kind: 'set', path: ['workspace'], value: workspace },
    { kind: 'set', path: ['service'], value: service },
    ...schemaEdits(text, workspace, service),
  ];
}

function schemaEdits(text: string, workspace: string, service: string): JsonEdit[] {
  const path = ['$schema'];
  const root = jsonc.parseTree(text, [], { allowTrailingComma: true });
  const present: unknown = root && jsonc.findNodeAtLocation(root, path)?.value;
  if (typeof present !== 'string' || !present.startsWith(`${schemes.schema}:`)) return [];
  const kind = present.startsWith(`${schemes.schema}:${authorities.job}/`) ? 'job' : 'request';
  const address = schemaAddress(workspace, service, kind);
  return [address === undefined ? { kind: 'remove', path } : { kind: 'set', path, value: address }];
}
