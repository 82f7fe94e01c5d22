import { parseRetryAfter } from '../retryAfter.ts';

type Headers = readonly (readonly [name: string, value: string])[];

/** Calls that a gateway says are left. */
export interface CallAllowance {
  readonly remaining: number;
  readonly total?: number;
  /** When there are as many again as at first, in milliseconds since 1970. */
  readonly renewedAt?: number;
}

/**
 * The calls that are left of a rate limit or a quota: of both, what ends first. The names of the headers are the choice
 * of who wrote the policy. Source: azure-docs rate-limit-policy.md (`remaining-calls-header-name`), quota-policy.md,
 * set-header-policy.md.
 */
export function callAllowance(headers: Headers, now: Date = new Date()): CallAllowance | undefined {
  const [rate, quota] = [allowanceOf(headers, 'rate', now), allowanceOf(headers, 'quota', now)];
  return rate === undefined || (quota !== undefined && quota.remaining < rate.remaining) ? quota : rate;
}

/** As `callAllowance`, of a quota alone: a rate limit renews itself within minutes. */
export function callsLeft(headers: Headers): number | undefined {
  return allowanceOf(headers, 'quota')?.remaining;
}

const tells = { remaining: 'remaining|left', total: 'total|limit', renewal: 'reset|renewal|renewed' };
const kinds = {
  rate: namesOf(
    (tell) => `^(?:x-)?(?:(?:rate-?limit|calls?|requests?)-)?(?:${tell})(?:-(?:calls?|requests?))?$`,
  ),
  quota: namesOf((tell) => `^(?=.*quota).*\\b(?:${tell})\\b`),
};

function namesOf(pattern: (tell: string) => string): Record<keyof typeof tells, RegExp> {
  const name = (tell: string): RegExp => new RegExp(pattern(tell), 'i');
  return { remaining: name(tells.remaining), total: name(tells.total), renewal: name(tells.renewal) };
}

function allowanceOf(
  headers: Headers,
  kind: keyof typeof kinds,
  now = new Date(),
): CallAllowance | undefined {
  const names = kinds[kind];
  const valueOf = (wanted: RegExp): string | undefined =>
    headers.find(([name]) => wanted.test(name))?.[1].trim();
  const remaining = count(valueOf(names.remaining));
  if (remaining === undefined) return undefined;
  const total = count(valueOf(names.total));
  const renewedAt = moment(valueOf(names.renewal), now);
  return {
    remaining,
    ...(total === undefined ? {} : { total }),
    ...(renewedAt === undefined ? {} : { renewedAt }),
  };
}

function count(value: string | undefined): number | undefined {
  return value !== undefined && /^\d+$/.test(value) ? Number(value) : undefined;
}

/** A year in seconds: a greater number is a moment since 1970. */
const longestSpan = 366 * 24 * 60 * 60;

/** Seconds from now, seconds since 1970, or a date. */
function moment(value: string | undefined, now: Date): number | undefined {
  const seconds = count(value);
  if (seconds !== undefined && seconds > longestSpan) return seconds * 1000;
  const ms = parseRetryAfter(value, now);
  return ms === undefined ? undefined : now.getTime() + ms;
}
