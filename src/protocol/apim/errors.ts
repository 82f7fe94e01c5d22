import { asText, isJsonObject } from '../json.ts';

/** The name of the header that carries the subscription key, unless an API chose another. */
export const defaultSubscriptionKeyHeader = 'Ocp-Apim-Subscription-Key';

/** An error that the gateway made itself: `{"statusCode": n, "message": "…"}`. */
export interface GatewayError {
  readonly statusCode: number;
  readonly message: string;
  readonly activityId?: string;
}

/** Reads a gateway's error body; `undefined` for anything else. Source: azure-docs api-management-error-handling-policies.md. */
export function parseGatewayError(body: unknown): GatewayError | undefined {
  if (!isJsonObject(body) || typeof body.statusCode !== 'number') return undefined;
  const message = asText(body.message);
  if (message === undefined) return undefined;
  const activityId = asText(body.activityId);
  return { statusCode: body.statusCode, message, ...(activityId === undefined ? {} : { activityId }) };
}

/**
 * The header in which the gateway wants the subscription key, from its `WWW-Authenticate` header; `undefined` when
 * the challenge is not one of API Management.
 */
export function subscriptionKeyHeaderOf(wwwAuthenticate: string | undefined): string | undefined {
  if (wwwAuthenticate === undefined || !/^AzureApiManagementKey\b/i.test(wwwAuthenticate)) return undefined;
  return /\bname="([^"]+)"/i.exec(wwwAuthenticate)?.[1] ?? defaultSubscriptionKeyHeader;
}

const SECOND = 1000;
const DAY = 24 * 60 * 60 * SECOND;

/**
 * Milliseconds until a used-up quota is there again, from the gateway's message: `00:10:30`, `5.03:23:11` (days
 * first) or, from old gateways, `2.12 days`. `undefined` when the message does not say.
 */
export function quotaReplenishedInMs(message: string): number | undefined {
  const inWords = /replenished in\s+(\d+(?:\.\d+)?)\s*days?/i.exec(message)?.[1];
  if (inWords !== undefined) return Math.round(Number(inWords) * DAY);
  const span = /replenished in\s+(?:(\d+)\.)?(\d{1,2}):(\d{2}):(\d{2})/i.exec(message);
  if (!span) return undefined;
  const [, days = '0', hours = '0', minutes = '0', seconds = '0'] = span;
  return Number(days) * DAY + ((Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds)) * SECOND;
}

/** Milliseconds until a call may be tried again, from a rate limit's message; `undefined` when it does not say. */
export function rateLimitEndsInMs(message: string): number | undefined {
  const seconds = /try again in\s+(\d+)\s*second/i.exec(message)?.[1];
  return seconds === undefined ? undefined : Number(seconds) * SECOND;
}
