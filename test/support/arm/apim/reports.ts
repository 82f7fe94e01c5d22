import { asObject, asText } from '../../../../src/protocol/json.ts';
import type { JsonObject } from '../../../../src/protocol/json.ts';
import { durationOf } from '../durations.ts';
import { filterOf } from '../filter.ts';
import type { LoggedCall } from '../gateway/loggedCall.ts';
import { grouped } from '../../../../src/shared/grouped.ts';
import { pageOf } from '../paging.ts';
import { existing, instanceId } from '../resources.ts';
import type { Context } from '../resources.ts';
import type { Entity } from '../store.ts';
import { ArmError, without } from '../wire.ts';
import type { Answer, Call, Route } from '../wire.ts';
import { SERVICE } from './paths.ts';

/** What a report is made of: the calls that it is about, and where to look up who they concern. */
interface Material {
  readonly calls: readonly LoggedCall[];
  /** The resources directly in a collection of the instance. */
  readonly in: (collection: string) => readonly Entity[];
  readonly query: URLSearchParams;
}

const FIELDS = ['timestamp', 'apiId', 'operationId', 'productId', 'userId', 'subscriptionId'];
const QUARTER = 15 * 60_000;

const REPORTS: Readonly<Record<string, (material: Material) => readonly JsonObject[]>> = {
  byApi: ({ calls, in: list }) =>
    list('apis').map(({ name, properties }) => ({
      name: properties.displayName ?? name,
      apiId: `/apis/${name}`,
      ...countsOf(calls.filter(({ apiId }) => apiId === name)),
    })),
  byOperation: ({ calls, in: list }) =>
    list('apis').flatMap((api) =>
      list(`apis/${api.name}/operations`).map(({ name, properties }) => ({
        name: properties.displayName ?? name,
        apiId: `/apis/${api.name}`,
        operationId: `/apis/${api.name}/operations/${name}`,
        ...countsOf(calls.filter(({ apiId, operationId }) => apiId === api.name && operationId === name)),
      })),
    ),
  byProduct: ({ calls, in: list }) =>
    list('products').map(({ name, properties }) => ({
      name: properties.displayName ?? name,
      productId: `/products/${name}`,
      ...countsOf(calls.filter(({ productId }) => productId === name)),
    })),
  bySubscription: ({ calls, in: list }) =>
    list('subscriptions').map(({ name, properties }) => ({
      name: properties.displayName ?? '',
      userId: `/users/${lastOf(properties.ownerId)}`,
      productId: `/products/${lastOf(/\/products\/[^/]+$/.exec(asText(properties.scope) ?? '')?.[0])}`,
      subscriptionId: `/subscriptions/${name}`,
      ...countsOf(calls.filter(({ subscriptionId }) => subscriptionId === name)),
    })),
  byUser: ({ calls, in: list }) =>
    list('users').map(({ name, properties: { firstName, lastName } }) => ({
      name: `${String(firstName)} ${String(lastName)}`.trim(),
      userId: `/users/${name}`,
      ...countsOf(calls.filter(({ userId }) => userId === name)),
    })),
  byTime: ({ calls, query }) => {
    const interval = query.get('interval');
    const length = durationOf(interval, 'interval');
    if (length % QUARTER !== 0)
      throw ArmError.invalid([['interval', 'interval is a multiple of 15 minutes.']]);
    const spans = grouped(calls, ({ timestamp }) => Math.floor(Date.parse(timestamp) / length) * length);
    return [...spans]
      .sort(([one], [other]) => one - other)
      .map(([start, own]) => ({ timestamp: new Date(start).toISOString(), interval, ...countsOf(own) }));
  },
  byRequest: ({ calls }) =>
    calls.map((call, index) => ({
      ...call,
      apiId: `/apis/${call.apiId}`,
      operationId: `/apis/${call.apiId}/operations/${call.operationId}`,
      productId: `/products/${call.productId}`,
      userId: `/users/${call.userId}`,
      subscriptionId: `/subscriptions/${call.subscriptionId}`,
      apiRegion: 'South Central US',
      cache: 'none',
      requestId: String(index),
    })),
};

/** What went through an instance's gateway, counted. Source: azure-rest-api-specs apimanagement, apimreports.json. */
export function reportRoutes(context: Context): readonly Route[] {
  return Object.entries(REPORTS).map(([kind, rowsOf]) => ({
    method: 'GET',
    path: `${SERVICE}/reports/${kind}`,
    answer: (call: Call): Answer => {
      const { id } = existing(context, instanceId(call.path));
      const filter = call.query.get('$filter');
      if (filter === null) throw ArmError.invalid([['$filter', '$filter must be given.']]);
      const rows = rowsOf({
        calls: context.gateways.callsOf(id).filter(filterOf(filter, FIELDS)),
        in: (collection) => context.store.in(`${id}/${collection}`),
        query: call.query,
      });
      const query = new URLSearchParams(call.query);
      query.delete('$filter');
      const page = pageOf(rows, { ...call, query }, context.paging);
      return kind === 'byRequest' ? { ...page, body: without(asObject(page.body), 'nextLink') } : page;
    },
  }));
}

/** Calls by how they ended, and their times in milliseconds. */
function countsOf(calls: readonly LoggedCall[]): JsonObject {
  const kinds = calls.map(({ responseCode }) => kindOf(responseCode));
  const count = (kind: string): number => kinds.filter((other) => other === kind).length;
  return {
    callCountSuccess: count('success'),
    callCountBlocked: count('blocked'),
    callCountFailed: count('failed'),
    callCountOther: count('other'),
    callCountTotal: calls.length,
    bandwidth: calls.reduce((sum, { requestSize, responseSize }) => sum + requestSize + responseSize, 0),
    cacheHitCount: 0,
    cacheMissCount: 0,
    ...timesOf(
      'apiTime',
      calls.map(({ apiTime }) => apiTime),
    ),
    ...timesOf(
      'serviceTime',
      calls.map(({ serviceTime }) => serviceTime),
    ),
  };
}

function kindOf(status: number): 'success' | 'blocked' | 'failed' | 'other' {
  if (status <= 301 || status === 304 || status === 307) return 'success';
  if ([401, 403, 429].includes(status)) return 'blocked';
  return status === 400 || status >= 500 ? 'failed' : 'other';
}

function timesOf(name: string, times: readonly number[]): JsonObject {
  const all = times.length === 0 ? [0] : times;
  return {
    [`${name}Avg`]: all.reduce((sum, time) => sum + time, 0) / all.length,
    [`${name}Min`]: Math.min(...all),
    [`${name}Max`]: Math.max(...all),
  };
}

function lastOf(id: unknown): string {
  return asText(id)?.split('/').at(-1) ?? '-';
}
