import type { Endpoint } from '../catalog/index.ts';
import { Failure } from '../protocol/failure.ts';
import { isJsonObject, tryParseJson } from '../protocol/json.ts';
import { redactUrl } from '../protocol/redaction.ts';
import { parseExecuteAnswer } from '../protocol/studio/rrs.ts';
import { completeJson } from './answerBeginning.ts';
import type { RrsAnswer } from './execute.ts';
import type { History, HistoryEntry } from './history.ts';
import { redactCall, type Redacted } from './historyRedaction.ts';
import type { EndedCall } from './requestCall.ts';
import { parseRequest, wireBody } from './requestDocument.ts';

/** Keeps a call that has ended, without its secrets. An answer that is in a file is left out. */
export async function recordCall(history: History, call: EndedCall): Promise<HistoryEntry | undefined> {
  const { request, answer, failure, endpoint } = call;
  const text = answer?.text ?? '';
  const redacted = redactCall({ ...call, answerText: text, headers: answer?.headers ?? [] });
  return history.add(
    {
      ...addressOf(endpoint, request.service),
      time: (answer?.time ?? new Date()).toISOString(),
      ...(answer ? factsOf(answer, redacted) : {}),
      ...(failure ? reasonOf(failure, redacted) : {}),
      preview: redacted.mask(previewOf(redacted.request, redacted.answerText, failure)),
    },
    redacted.request,
    answer && answer.file === undefined ? redacted.answerText : undefined,
  );
}

function addressOf(endpoint: Endpoint, service: string) {
  return { workspace: endpoint.workspace.name, service, endpointId: endpoint.endpointId };
}

function reasonOf({ code, origin, sentence }: Failure, { mask }: Redacted) {
  return { code: mask(code), origin, sentence: mask(sentence) };
}

function factsOf(answer: RrsAnswer, { headers, mask }: Redacted) {
  return {
    requestUrl: mask(redactUrl(answer.requestUrl)),
    status: answer.status,
    statusText: mask(answer.statusText),
    latencyMs: answer.timings.totalMs,
    firstByteMs: answer.timings.firstByteMs,
    size: answer.size,
    headers: headers.map(([name, value]): [string, string] => [name, value]),
  };
}

/** The answer of an entry as it came, but for its secrets; undefined where there was none or it was not kept. */
export async function answerOfEntry(history: History, entry: HistoryEntry): Promise<RrsAnswer | undefined> {
  const text = await history.answer(entry);
  if (text === undefined || entry.status === undefined) return undefined;
  const { status, statusText = '', requestUrl = '', latencyMs = 0, firstByteMs = latencyMs } = entry;
  return {
    requestUrl,
    status,
    statusText,
    timings: { firstByteMs, totalMs: latencyMs },
    headers: entry.headers ?? [],
    text,
    size: entry.size ?? Buffer.byteLength(text),
    time: new Date(entry.time),
  };
}

/** Why the call of an entry got no answer; undefined where it got one. */
export function failureOfEntry({ status, code, origin, sentence, time }: HistoryEntry): Failure | undefined {
  if (status !== undefined || code === undefined) return undefined;
  return new Failure({ code, origin: origin ?? 'client', sentence: sentence ?? code, evidence: { time } });
}

/** The request of an entry, as a document and as what goes over the wire. */
export function requestOfEntry(text: string): { request: EndedCall['request']; body: string } {
  const parsed = parseRequest(text);
  if (parsed.kind === 'request') return { request: parsed.data, body: wireBody(text, 'compact') };
  throw new Failure({
    code: 'InvalidRequestDocument',
    origin: 'client',
    sentence: 'The request in the history is damaged and cannot be opened. Delete the entry.',
  });
}

/** In characters, for each side. */
const longestPreview = 400;

/** The first cells of what was sent and of what came. */
function previewOf(request: string, answer: string, failure: Failure | undefined): string {
  const parsed = parseRequest(request);
  const sent = parsed.kind === 'request' ? cellsOf(parsed.data.inputs) : '';
  const value = tryParseJson(answer) ?? tryParseJson(completeJson(answer.slice(0, 20_000)) ?? '');
  const came = isJsonObject(value) ? cellsOf(value.Results) : '';
  return [sent, failure ? failure.code : came].filter((part) => part !== '').join(' → ');
}

function cellsOf(tables: unknown): string {
  try {
    const cells = parseExecuteAnswer({ Results: tables }).flatMap(({ rows }) => rows.slice(0, 3).flat());
    const text = cells
      .slice(0, 100)
      .map((cell) => (cell ?? 'null').slice(0, longestPreview).replaceAll(/\s+/g, ' '))
      .join(', ');
    return text.length > longestPreview ? `${text.slice(0, longestPreview)}…` : text;
  } catch {
    return '';
  }
}
