import type { ServerResponse } from 'node:http';
import { defaultSubscriptionKeyHeader } from '../protocol/apim/errors.ts';
import { gatewayOperations } from '../protocol/apim/operations.ts';
import { CallCounter } from './callCounter.ts';
import type { DataPlane } from './dataPlane.ts';
import type { GatewayApi, Passage } from './gateway.ts';
import { quotaSpent, rateExceeded } from './gatewayRefusal.ts';
import type { Limits, WireVariants } from './options.ts';

export interface LocalApiInit {
  /** The URL suffix of the API, with a leading slash. */
  readonly suffix: string;
  readonly subscriptionKey: string;
  readonly backend: DataPlane;
  readonly limits: Pick<Limits, 'gatewayQuota' | 'gatewayRate' | 'gatewayTellsCalls'>;
  readonly variants: Pick<WireVariants, 'gatewayQuery'>;
}

/** The API as the guide builds it: five operations in front of the data plane, behind one subscription key. */
export function localApi({ suffix, subscriptionKey, backend, limits, variants }: LocalApiInit): GatewayApi {
  const { gatewayRate, gatewayQuota, gatewayTellsCalls = false } = limits;
  const rate = gatewayRate && new CallCounter(gatewayRate);
  const quota = gatewayQuota && new CallCounter(gatewayQuota);
  const pass: Passage = async ({ request, response, target }) => {
    const rateWait = rate?.take() ?? 0;
    const quotaWait = rateWait > 0 ? 0 : (quota?.take() ?? 0);
    if (gatewayTellsCalls) {
      if (rate) tellCalls(response, 'x-ratelimit', rate);
      if (quota) tellCalls(response, 'x-quota', quota);
    }
    if (rateWait > 0) throw rateExceeded(rateWait);
    if (quotaWait > 0) throw quotaSpent(quotaWait);
    await backend.handle(request, response, target);
  };
  const tolerant = variants.gatewayQuery === 'optional';
  return {
    suffix,
    operations: gatewayOperations.map(({ id, method, urlTemplate }) => {
      const [path = ''] = urlTemplate.split('?');
      return { id, method, urlTemplate: tolerant ? path : urlTemplate };
    }),
    keyNames: { header: defaultSubscriptionKeyHeader, query: 'subscription-key' },
    passage: (key) => (key === subscriptionKey ? pass : undefined),
  };
}

/** Under names that owners of gateways give (azure-docs rate-limit-policy.md, `remaining-calls-header-name`). */
function tellCalls(response: ServerResponse, name: string, { left, total, secondsLeft }: CallCounter): void {
  response.setHeader(`${name}-limit`, total);
  response.setHeader(`${name}-remaining`, left);
  if (Number.isFinite(secondsLeft)) response.setHeader(`${name}-reset`, secondsLeft);
}
