import * as v from 'valibot';

import type { JsonObject } from './jsonBody.ts';
import { Refusal } from './mistakes.ts';

const connectionStringReferenceSchema = v.object({
  kind: v.literal('connectionString'),
  connectionString: v.string(),
  relativeLocation: v.string(),
});

const sasReferenceSchema = v.object({
  kind: v.literal('sas'),
  /** Ends in `/`. */
  baseLocation: v.string(),
  relativeLocation: v.string(),
  /** Starts with `?`. */
  sasBlobToken: v.string(),
});

export const blobReferenceSchema = v.variant('kind', [connectionStringReferenceSchema, sasReferenceSchema]);

/**
 * Where a blob is, and the right to use it. `relativeLocation` is `container/path/blob.ext`, without a
 * leading slash. Members as in `AzureBlobDataReference` (Sport-Matching/api).
 */
export type BlobReference = v.InferOutput<typeof blobReferenceSchema>;

/** What a reference is for: the input or output of a job, a trained model as either. */
export type PortKind = 'input' | 'output' | 'model' | 'modelOutput';

const LOCATION_MISTAKES = {
  input: 'inputLocationMissing',
  output: 'outputLocationMissing',
  model: 'inputLocationMissing',
  modelOutput: 'outputLocationMissing',
} as const;

const EXTENSION_MISTAKES = {
  input: 'inputExtension',
  output: 'outputExtension',
  model: 'modelExtension',
  modelOutput: 'modelExtension',
} as const;

const MAX_NAME_LENGTH = 1024;

export type FileFormat = 'csv' | 'tsv' | 'arff';

/** The format that a location's extension names; undefined for any other extension. */
export function fileFormat(location: string): FileFormat | undefined {
  const extension = /\.(csv|tsv|arff)$/i.exec(location)?.[1]?.toLowerCase();
  return extension === 'csv' || extension === 'tsv' || extension === 'arff' ? extension : undefined;
}

/** A reference whose members are all absent or null stands for no reference at all. */
export function isEmptyReference(value: JsonObject): boolean {
  return ['ConnectionString', 'RelativeLocation', 'BaseLocation', 'SasBlobToken'].every((member) => {
    return text(value, member) === '';
  });
}

/**
 * Checks one `AzureBlobDataReference`.
 * @param port as the caller named it, such as `Inputs.input1`
 * @throws Refusal
 */
export function parseBlobReference(value: JsonObject, port: string, kind: PortKind): BlobReference {
  const location = text(value, 'RelativeLocation');
  const relativeLocation = location.replace(/^\/+/, '');
  const connectionString = text(value, 'ConnectionString');
  const baseLocation = text(value, 'BaseLocation');
  const sasBlobToken = text(value, 'SasBlobToken');
  const located = connectionString !== '' || (baseLocation !== '' && sasBlobToken !== '');
  if (!located || location === '') {
    throw new Refusal(LOCATION_MISTAKES[kind], { port });
  }
  checkLocation(relativeLocation, port, kind);
  if (connectionString !== '') {
    checkConnectionString(connectionString, port);
    return { kind: 'connectionString', connectionString, relativeLocation };
  }
  checkBaseLocation(baseLocation, port);
  return {
    kind: 'sas',
    baseLocation: baseLocation.endsWith('/') ? baseLocation : `${baseLocation}/`,
    relativeLocation,
    sasBlobToken: sasBlobToken.startsWith('?') ? sasBlobToken : `?${sasBlobToken}`,
  };
}

/** Container and blob name of a relative location. */
export function splitLocation(relativeLocation: string): {
  readonly container: string;
  readonly blob: string;
} {
  const slash = relativeLocation.indexOf('/');
  return { container: relativeLocation.slice(0, slash), blob: relativeLocation.slice(slash + 1) };
}

/** The members of a connection string, by name. */
export function connectionStringMembers(connectionString: string): ReadonlyMap<string, string> {
  return new Map(
    connectionString.split(';').map((member) => {
      const equals = member.indexOf('=');
      return equals === -1
        ? [member.trim(), '']
        : [member.slice(0, equals).trim(), member.slice(equals + 1).trim()];
    }),
  );
}

function text(value: JsonObject, member: string): string {
  const content = value[member];
  return typeof content === 'string' ? content.trim() : '';
}

function checkLocation(location: string, port: string, kind: PortKind): void {
  const { container, blob } = splitLocation(location);
  if (!/^(\$root|[a-z0-9](?:-?[a-z0-9]){2,62})$/i.test(container) || blob === '') {
    throw new Refusal('relativeLocationInvalid', { location, port });
  }
  if (blob.length > MAX_NAME_LENGTH) throw new Refusal('blobNameTooLong', { port, length: blob.length });
  const isModel = kind === 'model' || kind === 'modelOutput';
  const fits = isModel ? /\.ilearner$/i.test(location) : fileFormat(location) !== undefined;
  if (!fits) throw new Refusal(EXTENSION_MISTAKES[kind], { location, port });
}

function checkConnectionString(connectionString: string, port: string): void {
  const reason = connectionStringFlaw(connectionString);
  if (reason !== undefined) throw new Refusal('connectionStringInvalid', { port, reason });
}

function connectionStringFlaw(connectionString: string): string | undefined {
  const members = connectionStringMembers(connectionString);
  if (members.has('UseDevelopmentStorage')) return undefined;
  if (members.has('SharedAccessSignature') && members.has('BlobEndpoint')) return undefined;
  if (!/^[a-z0-9]{3,24}$/.test(members.get('AccountName') ?? '')) {
    return 'AccountName has to be 3 to 24 lower-case letters and digits';
  }
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(members.get('AccountKey') ?? '')) return 'AccountKey has to be base64';
  const endpoint = members.get('BlobEndpoint');
  if (endpoint !== undefined && !isHttpUrl(endpoint)) return 'BlobEndpoint has to be a URL';
  return undefined;
}

function checkBaseLocation(location: string, port: string): void {
  if (!isHttpUrl(location)) throw new Refusal('relativeLocationInvalid', { location, port });
}

function isHttpUrl(value: string): boolean {
  return URL.canParse(value) && /^https?:$/.test(new URL(value).protocol);
}
