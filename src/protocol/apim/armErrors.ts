import { Failure, type FailureReason } from '../failure.ts';
import { asText, isJsonObject, tryParseJson, type JsonObject } from '../json.ts';
import { redactUrl } from '../redaction.ts';
import {
  codeOfStatus,
  failureOfAnswer,
  failureOfVerdict,
  hintFor,
  hostOf,
  joined,
  quote,
  reasonsOf,
  type ErrorAnswer,
} from '../studio/errors.ts';

/**
 * The failure behind an error answer of Azure Resource Manager, or behind the poll of an operation that failed later.
 * Its code is ARM's own; all details are in the sentence and in the evidence. Source: azure-rest-api-specs
 * common-types/resource-management/v5/types.json (`ErrorResponse`).
 */
export function failureOfArmAnswer(given: Omit<ErrorAnswer, 'requestKind'>): Failure {
  const answer: ErrorAnswer = { ...given, requestKind: 'arm' };
  const error = armErrorOf(tryParseJson(answer.bodyText)) ?? (answer.status === 401 ? {} : undefined);
  if (error === undefined) return failureOfAnswer(answer);
  const reasons = reasonsOf(error);
  const [outer, ...details] = reasons;
  const code = outer?.code ?? codeOfStatus(answer.status);
  const said = [outer?.message, ...details.map(detailWords)].filter(Boolean).join(' ');
  return failureOfVerdict(answer, {
    code,
    origin: 'service',
    reasons,
    sentence: joined(
      `Azure (${hostOf(answer.url)}) did not ${verbs[answer.method] ?? answer.method} ${resourceIn(answer.url)}, with ${code}`,
      quote(said),
      hintFor(hints, code) ?? (answer.status === 401 ? hints.InvalidAuthenticationToken : undefined),
    ),
  });
}

/** A detail says which field it is about. */
function detailWords({ message, target }: FailureReason): string {
  return message === '' || target === undefined ? message : `${target}: ${message}`;
}

/** Whether a write was refused because its condition, an ETag, does not hold any more. */
export function isPreconditionFailed(error: unknown): boolean {
  return error instanceof Failure && error.status === 412;
}

/** The error in a body, which older services do not wrap. */
function armErrorOf(body: unknown): JsonObject | undefined {
  if (!isJsonObject(body)) return undefined;
  if (isJsonObject(body.error)) return body.error;
  return asText(body.code) === undefined ? undefined : body;
}

const verbs: Readonly<Record<string, string>> = {
  GET: 'read',
  PUT: 'write',
  PATCH: 'change',
  DELETE: 'delete',
  POST: 'carry out',
};

/** The part of a URL that tells one resource from its neighbours: what follows the instance, or the last two names. */
function resourceIn(url: string): string {
  const path = URL.canParse(url) ? redactUrl(new URL(url).pathname) : '';
  return /\/service\/[^/]+\/(.+)$/i.exec(path)?.[1] ?? path.split('/').slice(-2).join('/');
}

const hints: Readonly<Record<string, string>> = {
  AuthorizationFailed: 'Ask an owner of the subscription for the rights of a contributor.',
  ExpiredAuthenticationToken: 'Sign in again.',
  InternalServerError: 'Azure has a problem of its own. Try again later.',
  InvalidAuthenticationToken: 'Sign in again.',
  InvalidAuthenticationTokenTenant: 'Sign in to the tenant that the subscription belongs to.',
  PreconditionFailed: 'It was changed since it was read. Read it again before you write.',
  ResourceGroupNotFound: 'Check the resource group, or choose another one.',
  ResourceNotFound: 'It may have been deleted. Refresh and choose again.',
  ServiceInTransition: 'It is being changed. Try again when that has ended.',
  ServiceLocked: 'It is being changed. Try again when that has ended.',
  SubscriptionNotFound: 'Check the subscription, or sign in with the account that has it.',
};
