import { Failure } from '../failure.ts';
import type { FailureCode } from '../failureCodes.ts';
import { tryParseJson } from '../json.ts';
import { jsonFlaw } from '../jsonSyntax.ts';
import { redactHeaders, redactText, redactUrl } from '../redaction.ts';
import { bodyEvidence, type ErrorAnswer, hostOf, isHtml, pageTitle } from './errors.ts';

/**
 * The failure behind an answer whose status says that all is well and whose body is no JSON; `undefined` when it is
 * JSON, whatever it says. A sign-in page of a network (captive portal) is the usual one.
 */
export function failureOfUnreadable(answer: ErrorAnswer): Failure | undefined {
  if (tryParseJson(answer.bodyText) !== undefined) return undefined;
  const { code, sentence } = judge(answer);
  return new Failure({
    code,
    origin: code === 'UnexpectedHtml' ? 'network' : 'service',
    status: answer.status,
    sentence,
    evidence: {
      method: answer.method,
      url: redactUrl(answer.url),
      headers: redactHeaders(answer.headers),
      body: bodyEvidence(answer),
      time: (answer.now ?? new Date()).toISOString(),
    },
  });
}

function judge(answer: ErrorAnswer): { readonly code: FailureCode; readonly sentence: string } {
  const host = hostOf(answer.url);
  if (isHtml(answer)) {
    const title = pageTitle(answer);
    return {
      code: 'UnexpectedHtml',
      sentence: `${host} answered HTTP ${answer.status} with a web page${title === '' ? '' : ` ("${title}")`} in place of results. It comes from a proxy, the sign-in page of a network or another site. Sign in to the network, or check the URL and the proxy settings.`,
    };
  }
  if (answer.bodyText.trim() === '') {
    return {
      code: 'MalformedAnswer',
      sentence: `${host} answered HTTP ${answer.status} without a body, where results were expected. Check the URL.`,
    };
  }
  return { code: 'MalformedAnswer', sentence: notJson(answer, host) };
}

function notJson({ bodyText }: ErrorAnswer, host: string): string {
  const { line, column, found } = jsonFlaw(bodyText);
  const place = `line ${line}, column ${column}`;
  if (found === '') {
    return `The answer of ${host} is cut off: its JSON is not complete at ${place}. Send it again.`;
  }
  const hint = /^[-+]?(?:NaN|Infinity|Inf)$/i.test(found)
    ? 'JSON has no such number: the model or the service has to replace it.'
    : 'Look at the answer, and check the URL.';
  return `The answer of ${host} is not JSON: ${redactText(found)} at ${place} is no part of it. ${hint}`;
}
