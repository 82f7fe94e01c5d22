import type { IncomingMessage, ServerResponse } from 'node:http';

import { findOperation, queryOf } from './dataPlane.ts';
import type { DataPlane } from './dataPlane.ts';
import { sendJson } from './httpAnswer.ts';
import type { CallAllowance, Limits, WireVariants } from './options.ts';

export interface GatewayInit {
  /** The URL suffix of the API, with a leading slash. */
  readonly suffix: string;
  readonly subscriptionKey: string;
  readonly backend: DataPlane;
  readonly limits: Pick<Limits, 'gatewayQuota' | 'gatewayRate' | 'gatewayTellsCalls'>;
  readonly variants: Pick<WireVariants, 'gatewayQuery'>;
}

/** A refusal in the shape of the gateway, `{"statusCode","message"}`. */
interface GatewayRefusal {
  readonly status: number;
  readonly message: string;
  readonly headers?: Readonly<Record<string, string>>;
}

const KEY_HEADER = 'ocp-apim-subscription-key';
const KEY_QUERY = 'subscription-key';

/**
 * An API of API Management as the guide builds it: five operations in front of the data plane, behind a
 * subscription key (azure-docs api-management-subscriptions.md). The wording of its errors is our own.
 */
export class Gateway {
  readonly #init: GatewayInit;
  readonly #rate: CallCounter | undefined;
  readonly #quota: CallCounter | undefined;

  constructor(init: GatewayInit) {
    this.#init = init;
    const { gatewayRate, gatewayQuota } = init.limits;
    this.#rate = gatewayRate && new CallCounter(gatewayRate);
    this.#quota = gatewayQuota && new CallCounter(gatewayQuota);
  }

  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = request.url ?? '/';
    const query = queryOf(url.split(/\?(.*)/s)[1] ?? '');
    const target = this.#target(request.method ?? 'GET', url, query);
    const denial = target === undefined ? notFound() : this.#keyRefusal(request, query);
    const refusal = denial ?? this.#limitRefusal();
    if (denial === undefined && this.#init.limits.gatewayTellsCalls === true) this.#tellCalls(response);
    if (refusal) {
      const { status, message, headers = {} } = refusal;
      request.resume();
      sendJson(response, status, { statusCode: status, message }, headers);
      return;
    }
    await this.#init.backend.handle(request, response, target ?? '');
  }

  /** The URL at the backend when the request is one of the five operations. */
  #target(method: string, url: string, query: ReadonlyMap<string, string>): string | undefined {
    const { suffix, variants } = this.#init;
    if (!url.startsWith(`${suffix}/`)) return undefined;
    const target = url.slice(suffix.length);
    const [scope, , services, , ...rest] = (target.split('?')[0] ?? '').split('/').slice(1);
    const operation =
      scope === 'workspaces' && services === 'services' ? findOperation(method, rest) : undefined;
    if (!operation || operation.name === 'swagger' || ('jobId' in operation && operation.jobId === ''))
      return undefined;
    const required = operation.name === 'execute' ? ['api-version', 'details'] : ['api-version'];
    const complete = variants.gatewayQuery === 'optional' || required.every((name) => query.has(name));
    return complete ? target : undefined;
  }

  /** The query is looked at only when there is no header. */
  #keyRefusal(request: IncomingMessage, query: ReadonlyMap<string, string>): GatewayRefusal | undefined {
    const key = request.headers[KEY_HEADER] ?? query.get(KEY_QUERY);
    if (key === this.#init.subscriptionKey) return undefined;
    const message =
      key === undefined || key === ''
        ? 'Access denied: the request has no subscription key. Send one with every call to this API.'
        : 'Access denied: the subscription key is not valid for this API.';
    return { status: 401, message };
  }

  #limitRefusal(): GatewayRefusal | undefined {
    const rateWait = this.#rate?.take() ?? 0;
    if (rateWait > 0) {
      const message = `Too many calls. Try again in ${rateWait} seconds.`;
      return { status: 429, message, headers: { 'Retry-After': String(rateWait) } };
    }
    const quotaWait = this.#quota?.take() ?? 0;
    if (quotaWait > 0) {
      return {
        status: 403,
        message: `Out of call volume quota. Quota is renewed in ${formatWait(quotaWait)}.`,
        headers: { 'Retry-After': String(quotaWait) },
      };
    }
    return undefined;
  }

  /** Under names that owners of gateways give them (azure-docs rate-limit-policy.md, `remaining-calls-header-name`). */
  #tellCalls(response: ServerResponse): void {
    for (const [name, counter] of [
      ['x-ratelimit', this.#rate],
      ['x-quota', this.#quota],
    ] as const) {
      if (counter === undefined) continue;
      response.setHeader(`${name}-limit`, counter.limit);
      response.setHeader(`${name}-remaining`, counter.remaining);
      response.setHeader(`${name}-reset`, counter.secondsLeft);
    }
  }
}

/** Counts calls in windows of fixed length that start with a call. */
class CallCounter {
  readonly #allowance: CallAllowance;
  #windowStart = 0;
  #calls = 0;

  constructor(allowance: CallAllowance) {
    this.#allowance = allowance;
  }

  get limit(): number {
    return this.#allowance.calls;
  }

  get remaining(): number {
    return this.limit - this.#calls;
  }

  /** Until the window ends. */
  get secondsLeft(): number {
    const end = this.#windowStart + this.#allowance.seconds * 1000;
    return Math.max(1, Math.ceil((end - performance.now()) / 1000));
  }

  /** Counts one call; answers how many seconds are left to wait, 0 when the call may pass. */
  take(): number {
    const now = performance.now();
    const windowMs = this.#allowance.seconds * 1000;
    if (this.#calls === 0 || now - this.#windowStart >= windowMs) {
      this.#windowStart = now;
      this.#calls = 0;
    }
    if (this.remaining <= 0) return this.secondsLeft;
    this.#calls += 1;
    return 0;
  }
}

function notFound(): GatewayRefusal {
  return { status: 404, message: 'Resource not found' };
}

/** Days, hours, minutes and seconds as the gateway writes them: `5.03:23:11`, without days `03:23:11`. */
function formatWait(seconds: number): string {
  const two = (value: number): string => String(Math.floor(value)).padStart(2, '0');
  const days = Math.floor(seconds / 86_400);
  const time = `${two((seconds % 86_400) / 3600)}:${two((seconds % 3600) / 60)}:${two(seconds % 60)}`;
  return days > 0 ? `${days}.${time}` : time;
}
