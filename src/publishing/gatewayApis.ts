import {
  apiSchema,
  childPath,
  isCurrentRevision,
  operationSchema,
  type Api,
  type Instance,
} from '../protocol/apim/arm.ts';
import { defaultSubscriptionKeyHeader } from '../protocol/apim/errors.ts';
import { matchOperations } from '../protocol/apim/matching.ts';
import type { GatewayOperation } from '../protocol/apim/operations.ts';
import { Failure } from '../protocol/failure.ts';
import type { ArmClient } from '../azure/index.ts';
import { inParallel } from '../shared/inParallel.ts';

/** An API by which a web service is called. */
export interface ServiceApi {
  readonly api: Api;
  /** Of the gateway, with everything that stands before `/workspaces/…`. */
  readonly baseUrl: string;
  /** Empty where no subscription key is wanted. */
  readonly subscriptionKeyHeader: string;
  /** Of the service behind it, where the API is for this one only. */
  readonly workspaceId?: string;
  readonly endpointId?: string;
}

/** Why an API is no way to a web service. */
export type Unsuitable =
  | { readonly kind: 'type'; readonly type: string }
  | { readonly kind: 'version' }
  | { readonly kind: 'operations'; readonly missing: readonly GatewayOperation[] }
  | { readonly kind: 'failed'; readonly failure: Failure };

export type BrowsedApi =
  (ServiceApi & { readonly unsuitable?: undefined }) | { readonly api: Api; readonly unsuitable: Unsuitable };

/** Of one instance at once. */
const mostApis = 8;

/** Looks at all APIs of an instance and tells of each as soon as its operations are known. Throws when there is no list. */
export async function browseApis(
  client: ArmClient,
  instance: Instance,
  found: (browsed: BrowsedApi) => void,
  signal: AbortSignal,
): Promise<void> {
  const options = { query: { expandApiVersionSet: 'true' }, signal };
  for await (const page of client.list(childPath(instance.id, 'apis'), apiSchema, options)) {
    const apis = page.filter(isCurrentRevision);
    await inParallel(apis, mostApis, async (api) => found(await browseApi(client, instance, api, signal)));
  }
}

/** Whether an API leads to a web service, and how it is called. */
export async function browseApi(
  client: ArmClient,
  { properties: { gatewayUrl = '' } }: Instance,
  api: Api,
  signal: AbortSignal,
): Promise<BrowsedApi> {
  const { path, type = 'http', apiVersion, apiVersionSet, ...more } = api.properties;
  if (type !== 'http') return { api, unsuitable: { kind: 'type', type } };
  const isInPath = (apiVersionSet?.versioningScheme ?? 'Segment') === 'Segment';
  if (apiVersion !== undefined && !isInPath) return { api, unsuitable: { kind: 'version' } };
  try {
    const operations = await client.listAll(childPath(api.id, 'operations'), operationSchema, { signal });
    const { missing, prefix, ...ids } = matchOperations(operations.map(({ properties }) => properties));
    if (missing.length > 0) return { api, unsuitable: { kind: 'operations', missing } };
    const suffix = [path, apiVersion].filter(Boolean).map((each) => `/${each ?? ''}`);
    return {
      api,
      baseUrl: [gatewayUrl.replace(/\/$/, ''), ...suffix, prefix].join(''),
      subscriptionKeyHeader:
        more.subscriptionRequired === false
          ? ''
          : (more.subscriptionKeyParameterNames?.header ?? defaultSubscriptionKeyHeader),
      ...ids,
    };
  } catch (failure) {
    if (!(failure instanceof Failure)) throw failure;
    return { api, unsuitable: { kind: 'failed', failure } };
  }
}
