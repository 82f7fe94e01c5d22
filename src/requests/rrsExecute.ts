import * as v from 'valibot';
import type { Catalog } from '../catalog/index.ts';
import { tryParseJson } from '../protocol/json.ts';
import { parseArguments } from '../shared/arguments.ts';
import type { HttpClient } from '../transport/httpClient.ts';
import { execute } from './execute.ts';

const text = v.pipe(v.string('a text is expected'), v.nonEmpty('it is empty'));

const schema = v.object({
  workspace: text,
  service: text,
  body: v.union([v.string(), v.record(v.string(), v.unknown())], 'an object or a text is expected'),
  apiVersion: v.optional(text, '2.0'),
  details: v.optional(v.boolean('true or false is expected'), true),
  format: v.optional(v.literal('swagger', 'only "swagger" is known')),
  headers: v.optional(
    v.record(v.string(), v.string('a text is expected'), 'an object of texts is expected'),
    {},
  ),
  timeoutMs: v.optional(v.pipe(v.number('a number is expected'), v.minValue(0, 'it is below 0'))),
});

/** What `rrsExecute` resolves with. An HTTP error status is an answer. */
export interface RrsExecuteResult {
  readonly requestUrl: string;
  readonly status: number;
  readonly statusText: string;
  readonly latencyMs: number;
  /** By lower-case names; several of one name are joined with ", ". */
  readonly headers: Readonly<Record<string, string>>;
  /** Parsed when it is JSON, else the text. */
  readonly body: unknown;
}

/** One RRS call for another program: no UI, a missing key rejects with `MissingApiKey`. */
export async function rrsExecute(
  argument: unknown,
  services: {
    readonly catalog: Pick<Catalog, 'find' | 'authorize' | 'fillSecrets'>;
    readonly http: () => Promise<HttpClient>;
    readonly timeoutMs: number;
  },
): Promise<RrsExecuteResult> {
  const given = parseArguments('rrsExecute', schema, argument);
  const endpoint = await services.catalog.find(given.workspace, given.service);
  const authorization = await services.catalog.authorize(endpoint, { interactive: false });
  const headers = await services.catalog.fillSecrets(endpoint, given.headers, { interactive: false });
  const answer = await execute(
    await services.http(),
    {
      address: endpoint.address,
      query: {
        apiVersion: given.apiVersion,
        details: given.details,
        ...(given.format === undefined ? {} : { format: given.format }),
      },
      headers,
      body: typeof given.body === 'string' ? given.body : JSON.stringify(given.body),
      timeoutMs: given.timeoutMs ?? services.timeoutMs,
    },
    authorization,
  );
  return {
    requestUrl: answer.requestUrl,
    status: answer.status,
    statusText: answer.statusText,
    latencyMs: answer.timings.totalMs,
    headers: headerRecord(answer.headers),
    body: bodyOf(answer.text),
  };
}

function bodyOf(text: string): unknown {
  const value = tryParseJson(text);
  return value === undefined ? text : value;
}

function headerRecord(headers: readonly (readonly [name: string, value: string])[]): Record<string, string> {
  const record = new Map<string, string>();
  for (const [name, value] of headers) {
    const lower = name.toLowerCase();
    const earlier = record.get(lower);
    record.set(lower, earlier === undefined ? value : `${earlier}, ${value}`);
  }
  return Object.fromEntries(record);
}
