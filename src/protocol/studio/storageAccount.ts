import { Failure } from '../failure.ts';

/** A storage account, as a connection string describes it. */
export interface StorageAccount {
  readonly accountName: string;
  /** Base64. Absent when the connection string has a SAS instead. */
  readonly accountKey?: string;
  /** Without trailing slash; for an emulator it ends with the account's name. */
  readonly blobEndpoint: string;
  /** Without a leading `?`. */
  readonly sharedAccessSignature?: string;
}

const EMULATOR_ACCOUNT = 'devstoreaccount1';
/** Published for every installation of the emulator (azure-docs storage-use-azurite.md), hence no secret. */
const EMULATOR_KEY =
  'Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==';

/**
 * Takes a storage connection string apart. Returns a `Failure` (`InvalidConnectionString`), which never repeats
 * the text, instead of throwing. Source: azure-docs storage-configure-connection-string.md.
 */
export function parseConnectionString(text: string): StorageAccount | Failure {
  const settings = settingsOf(text);
  if (settings === undefined || settings.size === 0) {
    return invalidConnectionString('It is not a list of Name=value pairs with semicolons between them.');
  }
  if (settings.get('usedevelopmentstorage')?.toLowerCase() === 'true') return emulator(settings);

  const signature = settings.get('sharedaccesssignature')?.replace(/^\?/, '');
  const accountKey = settings.get('accountkey');
  const accountName = settings.get('accountname') ?? accountNameOf(settings.get('blobendpoint'));
  if (accountName === undefined) return invalidConnectionString('It has no AccountName.');
  if (accountKey === undefined && signature === undefined) {
    return invalidConnectionString('It has neither an AccountKey nor a SharedAccessSignature.');
  }
  if (accountKey !== undefined && !/^[A-Za-z\d+/]+={0,2}$/.test(accountKey)) {
    return invalidConnectionString('Its AccountKey is not base64; perhaps a part was cut off.');
  }
  const blobEndpoint = blobEndpointOf(settings, accountName);
  if (!URL.canParse(blobEndpoint)) return invalidConnectionString('Its BlobEndpoint is no URL.');
  return {
    accountName,
    blobEndpoint,
    ...(accountKey === undefined ? {} : { accountKey }),
    ...(signature === undefined ? {} : { sharedAccessSignature: signature }),
  };
}

/** Names in lower case; `undefined` when a part has no `=`. */
function settingsOf(text: string): Map<string, string> | undefined {
  const settings = new Map<string, string>();
  for (const part of text
    .trim()
    .replace(/^["']+|["']+$/g, '')
    .split(';')) {
    if (part.trim() === '') continue;
    const equals = part.indexOf('=');
    if (equals <= 0) return undefined;
    const value = part.slice(equals + 1).trim();
    if (value !== '') settings.set(part.slice(0, equals).trim().toLowerCase(), value);
  }
  return settings;
}

function emulator(settings: ReadonlyMap<string, string>): StorageAccount {
  const proxy = settings.get('developmentstorageproxyuri')?.replace(/\/+$/, '') ?? 'http://127.0.0.1';
  return {
    accountName: EMULATOR_ACCOUNT,
    accountKey: EMULATOR_KEY,
    blobEndpoint: `${proxy}:10000/${EMULATOR_ACCOUNT}`,
  };
}

function blobEndpointOf(settings: ReadonlyMap<string, string>, accountName: string): string {
  const endpoint = settings.get('blobendpoint');
  if (endpoint !== undefined) return endpoint.replace(/\/+$/, '');
  const protocol = settings.get('defaultendpointsprotocol') ?? 'https';
  const suffix = settings.get('endpointsuffix') ?? 'core.windows.net';
  return `${protocol}://${accountName}.blob.${suffix}`;
}

function accountNameOf(blobEndpoint: string | undefined): string | undefined {
  if (blobEndpoint === undefined || !URL.canParse(blobEndpoint)) return undefined;
  const url = new URL(blobEndpoint);
  return namesAccountInPath(url) ? firstSegments(url)[0] : url.hostname.split('.')[0];
}

function invalidConnectionString(problem: string): Failure {
  return new Failure({
    code: 'InvalidConnectionString',
    origin: 'client',
    sentence: `The connection string cannot be used. ${problem} Copy it again from "Access keys" of the storage account.`,
  });
}

/** A blob container that a SAS opens. */
export interface ContainerSas {
  /** URL of the account, with a trailing slash: the `BaseLocation` of a job's references. */
  readonly baseLocation: string;
  readonly container: string;
  /** With the leading `?`. */
  readonly sasToken: string;
  /** The letters of `sp`, such as `rwl`. */
  readonly permissions: string;
  /** ISO 8601, as the token has it; absent when a stored access policy holds it. */
  readonly expiresAt?: string;
}

/**
 * Takes the SAS URL of a container apart. Returns a `Failure` (`InvalidSasUrl`), which never repeats the text,
 * instead of throwing. Source: learn.microsoft.com rest/api/storageservices/create-service-sas.
 */
export function parseContainerSasUrl(text: string, now: Date = new Date()): ContainerSas | Failure {
  const cleaned = text
    .trim()
    .replace(/^["']+|["']+$/g, '')
    .replaceAll('&amp;', '&');
  if (!/^https?:\/\//i.test(cleaned) || !URL.canParse(cleaned)) return invalidSas('It is no http(s) URL.');
  const url = new URL(cleaned);
  const query = url.searchParams;
  if (!query.get('sig')) return invalidSas('It has no signature (sig=…).');
  if (query.get('sr') === 'b') return invalidSas('It is for a single blob (sr=b).');

  const segments = firstSegments(url);
  const account = namesAccountInPath(url) ? segments.shift() : undefined;
  const container = segments.shift();
  if (container === undefined) return invalidSas('It names no container in its path.');
  const expiresAt = query.get('se') ?? undefined;
  if (expiresAt !== undefined && Date.parse(expiresAt) <= now.getTime()) {
    return invalidSas(`It expired at ${expiresAt}.`);
  }
  return {
    baseLocation: `${url.origin}/${account === undefined ? '' : `${account}/`}`,
    container,
    sasToken: url.search,
    permissions: query.get('sp') ?? '',
    ...(expiresAt === undefined ? {} : { expiresAt }),
  };
}

/** A blob, as its URL says where it is. */
export interface BlobAddress {
  /** Without SAS. */
  readonly url: string;
  /** URL of the account, with a trailing slash. */
  readonly baseLocation: string;
  /** `container/path/blob.csv`, with the very names of the blob. */
  readonly relativeLocation: string;
  /** With the leading `?`; absent when the URL has no signature. */
  readonly sasToken?: string;
}

/** Takes the URL of a blob apart, with or without a SAS. Undefined for any other text. */
export function parseBlobUrl(text: string): BlobAddress | undefined {
  const cleaned = text.trim().replaceAll('&amp;', '&');
  if (!/^https?:\/\//i.test(cleaned) || !URL.canParse(cleaned)) return undefined;
  const url = new URL(cleaned);
  const segments = firstSegments(url);
  const account = namesAccountInPath(url) ? segments.shift() : undefined;
  const path = decoded(segments.join('/'));
  if (segments.length < 2 || path === undefined || url.username !== '' || url.password !== '')
    return undefined;
  return {
    url: url.origin + url.pathname,
    baseLocation: `${url.origin}/${account === undefined ? '' : `${account}/`}`,
    relativeLocation: path,
    ...(url.searchParams.get('sig') ? { sasToken: url.search } : {}),
  };
}

function decoded(path: string): string | undefined {
  try {
    return decodeURIComponent(path);
  } catch {
    return undefined;
  }
}

/** An emulator, reached by address, has the account as the first segment of its paths. */
function namesAccountInPath(url: URL): boolean {
  return url.hostname === 'localhost' || /^[\d.]+$/.test(url.hostname) || url.hostname.startsWith('[');
}

function firstSegments(url: URL): string[] {
  return url.pathname.split('/').filter((segment) => segment !== '');
}

function invalidSas(problem: string): Failure {
  return new Failure({
    code: 'InvalidSasUrl',
    origin: 'client',
    sentence: `The container SAS URL cannot be used. ${problem} Make one for the container, with the permissions read, write, create and list.`,
  });
}
