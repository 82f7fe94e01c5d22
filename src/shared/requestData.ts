import { applyJsonEdits, isMembers, type JsonEdit, type JsonMembers, type JsonValue } from './jsonEdits.ts';

/** What a request document says, with defaults for what it leaves out. */
export interface RequestData {
  readonly workspace: string;
  /** Service, service/endpoint or endpoint id: what `Catalog.find` takes. */
  readonly service: string;
  readonly apiVersion: string;
  readonly details: boolean;
  readonly format?: 'swagger';
  readonly headers: Readonly<Record<string, string>>;
  /** `Inputs` of the body: tables, or with `format` arrays of row objects. */
  readonly inputs: JsonMembers;
  readonly globalParameters: JsonMembers;
  /** Text that is sent in place of inputs and parameters, because it does not fit in them. */
  readonly body?: string;
}

export interface ReadRequest {
  readonly data: RequestData;
  /** Members that are there but unknown, or not what they should be; they count as left out. */
  readonly ignored: readonly string[];
}

const knownMembers: ReadonlySet<string> = new Set([
  '$schema',
  'workspace',
  'service',
  'apiVersion',
  'details',
  'format',
  'headers',
  'inputs',
  'globalParameters',
  'body',
]);

/** Takes a document's members apart, as tolerantly as can be. */
export function readRequest(members: JsonMembers): ReadRequest {
  const { read, ignored } = memberReader(members, knownMembers);
  const format = read('format', (value) => (value === 'swagger' || value === '' ? value : undefined));
  const body = read('body', textOf);
  const data: RequestData = {
    workspace: read('workspace', textOf) ?? '',
    service: read('service', textOf) ?? '',
    apiVersion: read('apiVersion', versionOf) ?? '2.0',
    details: read('details', (value) => (typeof value === 'boolean' ? value : undefined)) ?? true,
    ...(format === 'swagger' ? { format } : {}),
    headers: read('headers', headersOf) ?? {},
    inputs: read('inputs', membersOf) ?? {},
    globalParameters: read('globalParameters', membersOf) ?? {},
    ...(body === undefined ? {} : { body }),
  };
  return { data, ignored };
}

/** Takes members one by one; `ignored` has those that are unknown, or not what they should be. */
export function memberReader(members: JsonMembers, known: ReadonlySet<string>) {
  const ignored = Object.keys(members).filter((name) => !known.has(name));
  const read = <T>(name: string, as: (value: JsonValue) => T | undefined): T | undefined => {
    const value = Object.hasOwn(members, name) ? members[name] : undefined;
    const taken = value === undefined ? undefined : as(value);
    if (value !== undefined && taken === undefined) ignored.push(name);
    return taken;
  };
  return { read, ignored };
}

/** The request as it will be once these edits have reached its document. */
export function editRequest(data: RequestData, edits: readonly JsonEdit[]): RequestData {
  const after = applyJsonEdits({ ...data }, edits);
  return isMembers(after) ? readRequest(after).data : data;
}

export function textOf(value: JsonValue): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** A version written as a number keeps the form that a person means by it: `2` is `2.0`. */
function versionOf(value: JsonValue): string | undefined {
  if (typeof value !== 'number') return textOf(value);
  return Number.isInteger(value) ? value.toFixed(1) : String(value);
}

export function membersOf(value: JsonValue): JsonMembers | undefined {
  return isMembers(value) ? value : undefined;
}

function headersOf(value: JsonValue): Record<string, string> | undefined {
  if (!isMembers(value)) return undefined;
  return Object.fromEntries(
    Object.entries(value).map(([name, header]) => [name, textOf(header) ?? JSON.stringify(header)]),
  );
}
