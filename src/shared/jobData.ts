import type { SubmitGeneration } from '../protocol/studio/bes.ts';
import { applyJsonEdits, isMembers, type JsonEdit, type JsonMembers, type JsonValue } from './jsonEdits.ts';
import { memberReader, membersOf, textOf } from './requestData.ts';

/** Where the data of an input is: a file beside the document, a blob of the storage, or a blob by its URL without SAS. */
export type JobInput = { readonly file: string } | { readonly blob: string } | { readonly url: string };
export type InputKind = 'file' | 'blob' | 'url';

/** What a batch job document says, with defaults for what it leaves out. */
export interface JobData {
  readonly workspace: string;
  /** Service, service/endpoint or endpoint id: what `Catalog.find` takes. */
  readonly service: string;
  /** Name of a storage; left out, the one that goes without saying. */
  readonly storage?: string;
  readonly inputs: Readonly<Record<string, JobInput>>;
  /**
   * `container/blob.csv` in the storage, or null for the service's own storage. An output that is left out gets a new
   * blob.
   */
  readonly outputs: Readonly<Record<string, string | null>>;
  readonly globalParameters: JsonMembers;
  readonly generation: SubmitGeneration;
}

export interface ReadJob {
  readonly data: JobData;
  /** Members that are there but unknown, or not what they should be; they count as left out. */
  readonly ignored: readonly string[];
}

/** The usual one first. */
export const generations = [
  'Inputs+Outputs',
  'Input+Outputs',
  'Input+Output',
] as const satisfies readonly SubmitGeneration[];
export const inputKinds: readonly InputKind[] = ['file', 'blob', 'url'];

const knownMembers: ReadonlySet<string> = new Set([
  '$schema',
  'workspace',
  'service',
  'storage',
  'inputs',
  'outputs',
  'globalParameters',
  'generation',
]);

/** Takes a document's members apart, as tolerantly as can be. */
export function readJob(members: JsonMembers): ReadJob {
  const { read, ignored } = memberReader(members, knownMembers);
  const readEach = <T>(name: string, as: (value: JsonValue) => T | undefined): Record<string, T> =>
    Object.fromEntries(
      Object.entries(read(name, membersOf) ?? {}).flatMap(([port, value]) => {
        const taken = as(value);
        if (taken === undefined) ignored.push(`${name}.${port}`);
        return taken === undefined ? [] : [[port, taken]];
      }),
    );
  const storage = read('storage', textOf);
  const data: JobData = {
    workspace: read('workspace', textOf) ?? '',
    service: read('service', textOf) ?? '',
    ...(storage === undefined || storage === '' ? {} : { storage }),
    inputs: readEach('inputs', inputOf),
    outputs: readEach('outputs', (value) => (value === null ? value : textOf(value))),
    globalParameters: read('globalParameters', membersOf) ?? {},
    generation: read('generation', (value) => generations.find((each) => each === value)) ?? 'Inputs+Outputs',
  };
  return { data, ignored };
}

/** The job as it will be once these edits have reached its document. */
export function editJob(data: JobData, edits: readonly JsonEdit[]): JobData {
  const after = applyJsonEdits({ ...data }, edits);
  return isMembers(after) ? readJob(after).data : data;
}

export function kindOf(input: JobInput): InputKind {
  if ('file' in input) return 'file';
  return 'blob' in input ? 'blob' : 'url';
}

/** The path, location or URL. */
export function placeOf(input: JobInput): string {
  if ('file' in input) return input.file;
  return 'blob' in input ? input.blob : input.url;
}

/** Exactly one member, so that nothing else can hide in it. */
function inputOf(value: JsonValue): JobInput | undefined {
  if (!isMembers(value) || Object.keys(value).length !== 1) return undefined;
  const { file, blob, url } = value;
  if (typeof file === 'string') return { file };
  if (typeof blob === 'string') return { blob };
  return typeof url === 'string' ? { url } : undefined;
}
