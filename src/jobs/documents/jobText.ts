import { parseBlobUrl } from '../../protocol/studio/bes.ts';
import { readJob, type ReadJob } from '../../shared/jobData.ts';
import { holdsSas } from '../../shared/jobProblems.ts';
import { parseMembers, type BrokenJson } from '../../shared/jsonDocument.ts';
import { isMembers, type JsonEdit, type JsonPath, type JsonValue } from '../../shared/jsonEdits.ts';

export type ParsedJob = ({ readonly kind: 'job' } & ReadJob) | BrokenJson;

/** Reads a `*.bes.json` document; comments and trailing commas are fine, unknown members are left alone. */
export function parseJob(text: string): ParsedJob {
  const parsed = parseMembers(text);
  return parsed.kind === 'broken' ? parsed : { kind: 'job', ...readJob(parsed.members) };
}

/** What takes every SAS out of a document, and the URLs of blobs that had one. */
export interface TakenSas {
  readonly edits: readonly JsonEdit[];
  readonly urls: readonly string[];
}

/** Finds each text of the document that has the signature of a SAS in it. */
export function sasIn(text: string): TakenSas {
  const parsed = parseMembers(text);
  if (parsed.kind === 'broken') return { edits: [], urls: [] };
  const found = textsIn(parsed.members, []).filter((each) => holdsSas(each.text));
  return {
    edits: found.map((each) => withoutSas(each.path, each.text)),
    urls: found.flatMap((each) => (parseBlobUrl(each.text)?.sasToken === undefined ? [] : [each.text])),
  };
}

/** Whether an edit would put a SAS into the document. */
export function bringsSas(edit: JsonEdit): boolean {
  const isText = edit.kind === 'set' || edit.kind === 'insert';
  return isText && textsIn(edit.value, []).some(({ text }) => holdsSas(text));
}

function withoutSas(path: JsonPath, text: string): JsonEdit {
  const [beforeQuery = ''] = text.split('?');
  const url = holdsSas(beforeQuery) ? '' : beforeQuery;
  const [member, input, kind] = path;
  // A URL that was given as a file is what it is.
  return member === 'inputs' && kind === 'file' && input !== undefined && parseBlobUrl(text) !== undefined
    ? { kind: 'set', path: [member, input], value: { url } }
    : { kind: 'set', path, value: url };
}

function textsIn(value: JsonValue, path: JsonPath): { readonly path: JsonPath; readonly text: string }[] {
  if (typeof value === 'string') return [{ path, text: value }];
  if (isMembers(value)) {
    return Object.entries(value).flatMap(([name, each]) => textsIn(each, [...path, name]));
  }
  return Array.isArray(value) ? value.flatMap((each: JsonValue, i) => textsIn(each, [...path, i])) : [];
}
