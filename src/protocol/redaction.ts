/** What stands in place of a value that may be a secret. */
export const MASK = '***';

/** Headers whose values may be shown and logged; every other header shows its name only. */
const SHOWN_HEADERS: ReadonlySet<string> = new Set([
  'accept',
  'accept-encoding',
  'accept-ranges',
  'age',
  'allow',
  'cache-control',
  'connection',
  'content-disposition',
  'content-encoding',
  'content-language',
  'content-length',
  'content-md5',
  'content-range',
  'content-type',
  'date',
  'etag',
  'expires',
  'host',
  'if-match',
  'if-modified-since',
  'if-none-match',
  'if-unmodified-since',
  'keep-alive',
  'last-modified',
  'location',
  'ms-azureml-model-error-reason',
  'ms-azureml-model-error-statuscode',
  'operation-location',
  'pragma',
  'proxy-authenticate',
  'range',
  'ratelimit-limit',
  'ratelimit-remaining',
  'ratelimit-reset',
  'retry-after',
  'server',
  'strict-transport-security',
  'transfer-encoding',
  'upgrade',
  'user-agent',
  'vary',
  'via',
  'warning',
  'www-authenticate',
  'x-content-type-options',
  'x-ms-blob-type',
  'x-ms-content-crc64',
  'x-ms-creation-time',
  'x-ms-date',
  'x-ms-error-code',
  'x-ms-range',
  'x-ms-request-server-encrypted',
  'x-ms-server-encrypted',
  'x-ms-version',
  'x-powered-by',
  'x-quota-limit',
  'x-quota-remaining',
  'x-quota-reset',
  'x-ratelimit-limit',
  'x-ratelimit-remaining',
  'x-ratelimit-reset',
  'x-remaining',
  'x-total',
]);

/** Identifiers by which a server's owner finds a request again, under the names that servers give them. */
const REQUEST_ID_HEADER = /^(?:[a-z-]+-)?(?:request|correlation|activity|trace|operation)-?id$/;

/** Query parameters whose values may be shown and logged: those of the contract and the harmless ones of blob storage. */
const SHOWN_PARAMETERS: ReadonlySet<string> = new Set([
  'api-version',
  'blockid',
  'blocklisttype',
  'comp',
  'delimiter',
  'details',
  'format',
  'include',
  'maxresults',
  'overwrite',
  'prefix',
  'restype',
  'se',
  'snapshot',
  'sp',
  'spr',
  'sr',
  'srt',
  'ss',
  'st',
  'sv',
  'timeout',
  'versionid',
]);

/** Whether the value of a header may be shown. `name` in any case. */
export function isShownHeader(name: string): boolean {
  const lower = name.toLowerCase();
  return SHOWN_HEADERS.has(lower) || REQUEST_ID_HEADER.test(lower);
}

/** Shown headers whose values are URLs. */
const URL_HEADERS: ReadonlySet<string> = new Set(['location', 'operation-location']);

/** Headers with every value masked that is not on the allow-list; the others still lose what looks like a secret. */
export function redactHeaders(
  headers: Iterable<readonly [name: string, value: string]>,
): (readonly [name: string, value: string])[] {
  const shown: (readonly [string, string])[] = [];
  for (const [name, value] of headers) {
    const text = URL_HEADERS.has(name.toLowerCase()) ? redactUrl(value) : value;
    shown.push([name, isShownHeader(name) ? redactText(text) : MASK]);
  }
  return shown;
}

/** API Management names a recipient by an e-mail address. Source: azure-rest-api-specs apimnotifications.json. */
const ADDRESS_IN_PATH = /(\/recipientEmails\/)([^/?#\s"]+)/gi;

/**
 * A URL without user information and the addresses of people, and with only the allow-listed query values readable.
 * Takes any text. `mask` says what stands in place of a value.
 */
export function redactUrl(url: string, mask: (secret: string) => string = () => MASK): string {
  const withoutUser = url.includes('@')
    ? url.replace(
        /^([a-z][a-z\d+.-]*:\/\/)([^/?#]*)@/i,
        (_, scheme: string, user: string) => `${scheme}${mask(user)}@`,
      )
    : url;
  const shown = withoutUser.replace(
    ADDRESS_IN_PATH,
    (_, collection: string, address: string) => `${collection}${mask(address)}`,
  );
  const queryStart = shown.indexOf('?');
  if (queryStart < 0) return shown;
  const fragmentStart = shown.indexOf('#', queryStart);
  const query = shown.slice(queryStart + 1, fragmentStart < 0 ? undefined : fragmentStart);
  const parameters = query.split('&').map((parameter) => redactParameter(parameter, mask));
  return `${shown.slice(0, queryStart)}?${parameters.join('&')}`;
}

function redactParameter(parameter: string, mask: (secret: string) => string): string {
  const equals = parameter.indexOf('=');
  const name = equals < 0 ? parameter : parameter.slice(0, equals);
  if (SHOWN_PARAMETERS.has(name.toLowerCase())) return parameter;
  return equals < 0 ? mask(parameter) : `${name}=${mask(parameter.slice(equals + 1))}`;
}

/**
 * What secrets look like in free text, where there is no structure to go by. Repetitions before a fixed text are
 * bounded: a hostile text must not make the search slow.
 */
const SECRET_SHAPES: readonly (readonly [shape: RegExp, replacement: string])[] = [
  [/\b(sig|subscription-key|access_token)=[^&\s"'<>;,)\\]+/gi, `$1=${MASK}`],
  [/\b(AccountKey|SharedAccessKey|Password|Pwd)=[^;\s"']+/gi, `$1=${MASK}`],
  [/\b(SharedAccessSignature)=[^;\s"']+/gi, `$1=${MASK}`],
  [/\b(Bearer|Basic|SharedKey|SharedKeyLite)\s+[\w.~+/:=-]{8,}/gi, `$1 ${MASK}`],
  [
    // A text that was cut may end within the value.
    /("[^"\\]{0,60}?(?:password|secret|token|key|signature|authorization)[^"\\]{0,60}"\s{0,9}:\s{0,9})"[^"\\]*(?:\\.[^"\\]*)*(?:"|\\?$)/gi,
    `$1"${MASK}"`,
  ],
  [/\b([a-z][a-z\d+.-]{0,20}:\/\/)[^/?#\s"']{0,500}@/gi, `$1${MASK}@`],
  [ADDRESS_IN_PATH, `$1${MASK}`],
];

/** Shorter ones would mask ordinary words. */
const SHORTEST_SECRET = 6;

/**
 * Free text without what looks like a secret, and without the given secrets: as they are, URL-encoded,
 * JSON-escaped and in base64.
 */
export function redactText(text: string, secrets: Iterable<string> = []): string {
  let redacted = withoutSecrets(text, secrets);
  for (const [shape, replacement] of SECRET_SHAPES) redacted = redacted.replace(shape, replacement);
  return redacted;
}

/** Text without the given secrets, in the spellings of `redactText`; what only looks like a secret stays. */
export function withoutSecrets(text: string, secrets: Iterable<string>): string {
  const known = [...secrets].filter((secret) => secret.length >= SHORTEST_SECRET);
  // A secret may be a part of another one, whose rest would stay readable.
  return known
    .flatMap(spellings)
    .sort((a, b) => b.length - a.length)
    .reduce((current, spelling) => current.replaceAll(spelling, MASK), text);
}

function spellings(secret: string): string[] {
  const base64 = Buffer.from(secret, 'utf8').toString('base64');
  const encoded = encodeURIComponent(secret);
  const all = new Set([
    secret,
    encoded,
    encoded.replaceAll(/%[\dA-F]{2}/g, (escape) => escape.toLowerCase()),
    JSON.stringify(secret).slice(1, -1),
    base64,
    base64.replace(/=+$/, ''),
  ]);
  return [...all];
}
