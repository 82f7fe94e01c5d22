import type { IncomingMessage, ServerResponse } from 'node:http';

import { sendJson } from './httpAnswer.ts';
import { answerTo, errorBody, Refusal } from './mistakes.ts';
import type { Limits, WireVariants } from './options.ts';

export interface RefusalOptions {
  readonly limits: Pick<Limits, 'retryAfterSeconds'>;
  readonly variants: Pick<WireVariants, 'otherAnswers'>;
}

/** Answers with what a mistake is answered with; an error that is no refusal counts as the service's own failure. */
export function sendRefusal(response: ServerResponse, error: unknown, options: RefusalOptions): void {
  const reason = error instanceof Error ? error.message : String(error);
  const refusal = error instanceof Refusal ? error : new Refusal('internal', { reason });
  const { limits, variants } = options;
  const answer = answerTo(refusal.mistake, variants.otherAnswers.includes(refusal.mistake));
  const { retryAfterSeconds } = limits;
  const retryAfter =
    answer.status === 503 && retryAfterSeconds !== undefined
      ? { 'Retry-After': String(retryAfterSeconds) }
      : {};
  const connection = refusal.mistake === 'bodyTooLarge' ? { Connection: 'close' } : {};
  sendJson(response, answer.status, errorBody(answer, refusal.message), { ...retryAfter, ...connection });
}

/** The key or token of an `Authorization: Bearer …` header. */
export function bearerOf(request: IncomingMessage): string | undefined {
  return /^bearer +(\S+)\s*$/i.exec(request.headers.authorization ?? '')?.[1];
}

/** A segment of a path without its escapes; one that is not escaped rightly stays as it is. */
export function decodeSegment(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
