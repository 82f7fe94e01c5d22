import type { JsonObject } from '../../../src/protocol/json.ts';
import { SERVICE, SERVICE_TYPE } from './apim/paths.ts';
import { durationOf } from './durations.ts';
import type { LoggedCall } from './gateway/loggedCall.ts';
import { grouped } from '../../../src/shared/grouped.ts';
import { existing, instanceId } from './resources.ts';
import type { Context } from './resources.ts';
import { ArmError } from './wire.ts';
import type { Answer, Call, Route } from './wire.ts';

interface Metric {
  readonly unit: 'Count' | 'MilliSeconds';
  readonly aggregations: readonly string[];
  readonly dimensions: readonly string[];
  readonly valueOf: (call: LoggedCall) => number;
}

const HOUR = 3_600_000;
const MAX_POINTS = 10_000;
const category = (status: number): string => `${Math.floor(status / 100)}xx`;

const DIMENSIONS: Readonly<Record<string, (call: LoggedCall) => string>> = {
  ApiId: ({ apiId }) => apiId,
  Location: () => 'South Central US',
  GatewayResponseCode: ({ responseCode }) => String(responseCode),
  GatewayResponseCodeCategory: ({ responseCode }) => category(responseCode),
  BackendResponseCode: ({ backendResponseCode }) => String(backendResponseCode),
  BackendResponseCodeCategory: ({ backendResponseCode }) => category(backendResponseCode),
};

/** Source: azure-docs azure-monitor, supported metrics of Microsoft.ApiManagement/service. */
const METRICS: Readonly<Record<string, Metric>> = {
  Requests: {
    unit: 'Count',
    aggregations: ['Total', 'Maximum', 'Minimum'],
    dimensions: Object.keys(DIMENSIONS),
    valueOf: () => 1,
  },
  Duration: duration(({ apiTime }) => apiTime),
  BackendDuration: duration(({ serviceTime }) => serviceTime),
};

const AGGREGATIONS: Readonly<Record<string, (values: readonly number[]) => number>> = {
  total: (values) => values.reduce((sum, value) => sum + value, 0),
  average: (values) => values.reduce((sum, value) => sum + value, 0) / values.length,
  minimum: (values) => Math.min(...values),
  maximum: (values) => Math.max(...values),
  count: (values) => values.length,
};

function duration(valueOf: Metric['valueOf']): Metric {
  return {
    unit: 'MilliSeconds',
    aggregations: ['Average', 'Maximum', 'Minimum'],
    dimensions: ['Location', 'ApiId'],
    valueOf,
  };
}

/** Azure Monitor on an instance's calls. Source: azure-rest-api-specs monitor 2024-02-01. */
export function metricRoutes(context: Context): readonly Route[] {
  const path = `${SERVICE}/providers/Microsoft.Insights`;
  return [
    { method: 'GET', path: `${path}/metrics`, answer: (call) => metrics(context, call) },
    { method: 'GET', path: `${path}/metricDefinitions`, answer: (call) => definitions(context, call) },
    {
      method: 'GET',
      path: `${path}/diagnosticSettings`,
      answer: (call) => diagnosticSettings(context, call),
    },
  ];
}

/** Those that were seeded. Source: azure-rest-api-specs monitor 2021-05-01-preview. */
function diagnosticSettings(context: Context, call: Call): Answer {
  const { id } = existing(context, instanceId(call.path));
  const settings = context.store.in(`${id}/providers/Microsoft.Insights/diagnosticSettings`);
  const value = settings.map(({ id: own, name, type, properties }) => ({ id: own, name, type, properties }));
  return { status: 200, body: { value } };
}

function definitions(context: Context, call: Call): Answer {
  const { id } = existing(context, instanceId(call.path));
  const value = Object.entries(METRICS).map(([name, { unit, aggregations, dimensions }]) => ({
    id: `${id}/providers/microsoft.insights/metricdefinitions/${name}`,
    resourceId: id,
    namespace: SERVICE_TYPE,
    name: named(name),
    isDimensionRequired: false,
    unit,
    primaryAggregationType: aggregations[0],
    supportedAggregationTypes: aggregations,
    metricAvailabilities: ['PT1M', 'PT5M', 'PT15M', 'PT1H', 'P1D'].map((timeGrain) => ({
      timeGrain,
      retention: 'P93D',
    })),
    dimensions: dimensions.map(named),
  }));
  return { status: 200, body: { value } };
}

function metrics(context: Context, call: Call): Answer {
  const { query } = call;
  const { id, members } = existing(context, instanceId(call.path));
  const [start, end] = timespanOf(query.get('timespan'));
  const interval = query.get('interval') ?? 'PT1M';
  const step = interval === 'FULL' ? Math.max(end - start, 1) : durationOf(interval, 'interval');
  if ((end - start) / step > MAX_POINTS) throw bad('The timespan has too many intervals.');
  const calls = context.gateways.callsOf(id).filter(({ timestamp }) => {
    const time = Date.parse(timestamp);
    return time >= start && time < end;
  });
  const value = (query.get('metricnames') ?? 'Requests').split(',').map((name) => {
    const metric = METRICS[name];
    if (!metric) throw bad(`There is no metric ${name}.`);
    const asked = query.get('aggregation') ?? metric.aggregations[0] ?? '';
    const aggregations = asked.toLowerCase().split(',');
    const possible = aggregations.every((one) =>
      metric.aggregations.some((own) => own.toLowerCase() === one),
    );
    const timeseries = possible ? seriesOf(metric, calls, query) : [];
    return {
      id: `${id}/providers/Microsoft.Insights/metrics/${name}`,
      type: 'Microsoft.Insights/metrics',
      name: named(name),
      displayDescription: name,
      unit: metric.unit,
      timeseries: timeseries.map(({ metadatavalues, own }) => ({
        metadatavalues,
        ...(query.get('resultType')?.toLowerCase() === 'metadata'
          ? {}
          : { data: data(metric, own, aggregations) }),
      })),
      errorCode: possible ? 'Success' : 'InvalidSamplingType',
      ...(possible ? {} : { errorMessage: `${name} has no aggregation ${asked}.` }),
    };
  });
  const timespan = [start, end].map((time) => new Date(time).toISOString()).join('/');
  const resourceregion = String(members.location).toLowerCase().replaceAll(' ', '');
  return {
    status: 200,
    body: { cost: 0, timespan, interval, value, namespace: SERVICE_TYPE, resourceregion },
  };

  function data(
    metric: Metric,
    own: readonly LoggedCall[],
    aggregations: readonly string[],
  ): readonly JsonObject[] {
    const byPoint = grouped(own, ({ timestamp }) => Math.floor((Date.parse(timestamp) - start) / step));
    return Array.from({ length: Math.ceil((end - start) / step) }, (_, point) => {
      const values = (byPoint.get(point) ?? []).map(metric.valueOf);
      const found = aggregations.map((name): [string, number | undefined] => [
        name,
        values.length > 0 ? AGGREGATIONS[name]?.(values) : 0,
      ]);
      return { timeStamp: new Date(start + point * step).toISOString(), ...Object.fromEntries(found) };
    });
  }
}

/** The calls by the values of the dimensions that a filter names, cut at `top`. @throws ArmError 400 */
function seriesOf(
  { dimensions }: Metric,
  calls: readonly LoggedCall[],
  query: URLSearchParams,
): readonly { readonly metadatavalues: readonly JsonObject[]; readonly own: readonly LoggedCall[] }[] {
  const filter = query.get('$filter');
  if (filter === null) return [{ metadatavalues: [], own: calls }];
  const wanted = filter.split(' and ').map((part) => {
    const pairs = part.split(' or ').map((pair) => /^\s*\(?(\w+) eq '([^']*)'\)?\s*$/.exec(pair));
    const [name = '', ...others] = new Set(pairs.map((pair) => pair?.[1] ?? ''));
    const read = DIMENSIONS[name];
    if (others.length > 0 || !read || !dimensions.includes(name))
      throw bad(`$filter is not something that the metric knows: ${part}.`);
    return { name, read, values: pairs.map((pair) => pair?.[2] ?? '') };
  });
  const kept = calls.filter((call) =>
    wanted.every(({ read, values }) => values.includes('*') || values.includes(read(call))),
  );
  const groups = grouped(kept, (call) => JSON.stringify(wanted.map(({ read }) => read(call))));
  const top = Number(query.get('top') ?? 10);
  return [...groups.values()].slice(0, top).map((own) => ({
    own,
    metadatavalues: wanted.map(({ name, read }) => ({
      name: named(name.toLowerCase()),
      value: own[0] ? read(own[0]) : '',
    })),
  }));
}

function timespanOf(given: string | null): readonly [start: number, end: number] {
  if (given === null) return [Date.now() - HOUR, Date.now()];
  const [start = NaN, end = NaN] = given.split('/').map((time) => Date.parse(time));
  if (!(start < end)) throw bad('timespan is two times with a slash between them.');
  return [start, end];
}

function named(value: string): JsonObject {
  return { value, localizedValue: value };
}

function bad(message: string): ArmError {
  return new ArmError(400, 'BadRequest', message);
}
