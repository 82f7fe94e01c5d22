import type { JsonObject } from '../../../src/protocol/json.ts';
import { grouped } from '../../../src/shared/grouped.ts';
import { SERVICE, SERVICE_TYPE } from './apim/paths.ts';
import { durationOf } from './durations.ts';
import { gatewayMetrics } from './gateway/gatewayMetrics.ts';
import { aggregated, badMetrics, seriesOf, TIME_GRAINS } from './metricSeries.ts';
import type { Metric, MetricSample } from './metricSeries.ts';
import { existing, instanceId } from './resources.ts';
import type { Context } from './resources.ts';
import type { Entity } from './store.ts';
import type { Answer, Call, Route } from './wire.ts';

const HOUR = 3_600_000;
const MAX_POINTS = 10_000;
const MAX_SERIES = 10;

/** Azure Monitor on an instance's calls and on what other resources measure. Source: azure-rest-api-specs monitor 2024-02-01. */
export function metricRoutes(context: Context): readonly Route[] {
  const monitor = 'providers/Microsoft.Insights';
  const path = `/{+resource}/${monitor}`;
  return [
    { method: 'GET', path: `${path}/metrics`, answer: (call) => metrics(context, call) },
    { method: 'GET', path: `${path}/metricDefinitions`, answer: (call) => definitions(context, call) },
    {
      method: 'GET',
      path: `${SERVICE}/${monitor}/diagnosticSettings`,
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
  const resource = resourceOf(context, call);
  const { id, type } = resource;
  const value = metricsOf(context, resource).map((metric) => ({
    id: `${id}/providers/microsoft.insights/metricdefinitions/${metric.name}`,
    resourceId: id,
    namespace: type,
    name: named(metric.name, metric.title),
    isDimensionRequired: false,
    unit: metric.unit,
    primaryAggregationType: metric.aggregations[0],
    supportedAggregationTypes: metric.aggregations,
    metricAvailabilities: grainsOf(metric).map((timeGrain) => ({ timeGrain, retention: 'P93D' })),
    dimensions: metric.dimensions.map((name) => named(name)),
  }));
  return { status: 200, body: { value } };
}

function metrics(context: Context, call: Call): Answer {
  const resource = resourceOf(context, call);
  const query = new Map([...call.query].map(([name, value]) => [name.toLowerCase(), value]));
  const [start, end] = timespanOf(query.get('timespan'));
  const known = metricsOf(context, resource);
  const asked = query.get('metricnames')?.split(',') ?? known.slice(0, 1).map(({ name }) => name);
  const wanted = asked.map((name) => {
    const metric = known.find((one) => one.name === name);
    if (!metric) throw badMetrics(`There is no metric ${name}.`);
    return metric;
  });
  const interval = intervalOf(query, wanted);
  const step = interval === 'FULL' ? Math.max(end - start, 1) : durationOf(interval, 'interval');
  if ((end - start) / step > MAX_POINTS) throw badMetrics('The timespan has too many intervals.');
  const value = wanted.map((metric) => metricView(resource, metric, query, { start, end, step }));
  const timespan = [start, end].map((time) => new Date(time).toISOString()).join('/');
  const resourceregion = String(resource.members.location).toLowerCase().replaceAll(' ', '');
  return {
    status: 200,
    body: { cost: 0, timespan, interval, value, namespace: resource.type, resourceregion },
  };
}

/** A stretch of time in steps, all in milliseconds. */
interface Steps {
  readonly start: number;
  readonly end: number;
  readonly step: number;
}

function metricView(
  { id }: Entity,
  metric: Metric,
  query: ReadonlyMap<string, string>,
  steps: Steps,
): JsonObject {
  const { name, title, unit } = metric;
  const asked = query.get('aggregation') ?? metric.aggregations[0] ?? '';
  const aggregations = asked.toLowerCase().split(',');
  const supported = metric.aggregations.map((own) => own.toLowerCase());
  const isPossible = aggregations.every((one) => supported.includes(one));
  const isMetadata = query.get('resulttype')?.toLowerCase() === 'metadata';
  const samples = metric.samples.filter(({ timestamp }) => {
    const time = Date.parse(timestamp);
    return time >= steps.start && time < steps.end;
  });
  const choice = {
    filter: query.get('$filter') ?? null,
    top: Number(query.get('top') ?? MAX_SERIES),
    order: query.get('orderby') ?? null,
  };
  return {
    id: `${id}/providers/Microsoft.Insights/metrics/${name}`,
    type: 'Microsoft.Insights/metrics',
    name: named(name, title),
    displayDescription: title ?? name,
    unit,
    timeseries: (isPossible ? seriesOf(metric, samples, choice) : []).map((series) => ({
      metadatavalues: series.values.map(([dimension, value]) => ({
        name: named(dimension.toLowerCase()),
        value,
      })),
      ...(isMetadata ? {} : { data: pointsOf(series.samples, aggregations, steps) }),
    })),
    errorCode: isPossible ? 'Success' : 'InvalidSamplingType',
    ...(isPossible ? {} : { errorMessage: `${name} has no aggregation ${asked}.` }),
  };
}

function pointsOf(
  samples: readonly MetricSample[],
  aggregations: readonly string[],
  { start, end, step }: Steps,
): readonly JsonObject[] {
  const byPoint = grouped(samples, ({ timestamp }) => Math.floor((Date.parse(timestamp) - start) / step));
  return Array.from({ length: Math.ceil((end - start) / step) }, (_, point) => ({
    timeStamp: new Date(start + point * step).toISOString(),
    ...aggregated(byPoint.get(point) ?? [], aggregations),
  }));
}

/** @throws ArmError 404 */
function resourceOf(context: Context, { parameters }: Call): Entity {
  return existing(context, `/${parameters.resource ?? ''}`);
}

function metricsOf(context: Context, { id, type }: Entity): readonly Metric[] {
  if (type.toLowerCase() === SERVICE_TYPE.toLowerCase()) return gatewayMetrics(context.gateways.callsOf(id));
  return context.metrics.get(id.toLowerCase()) ?? [];
}

function grainsOf({ timeGrains }: Metric): readonly string[] {
  return timeGrains ?? TIME_GRAINS;
}

/** The interval that was asked for, or the longest one within it that the metrics have, where the caller leaves that open. */
function intervalOf(query: ReadonlyMap<string, string>, [metric]: readonly Metric[]): string {
  const asked = query.get('interval') ?? 'PT1M';
  if (asked === 'FULL' || !metric || query.get('autoadjusttimegrain')?.toLowerCase() !== 'true') return asked;
  const grains = grainsOf(metric);
  const longest = durationOf(asked, 'interval');
  return grains.findLast((grain) => durationOf(grain, 'interval') <= longest) ?? grains[0] ?? asked;
}

function timespanOf(given: string | undefined): readonly [start: number, end: number] {
  if (given === undefined) return [Date.now() - HOUR, Date.now()];
  const [start = NaN, end = NaN] = given.split('/').map((time) => Date.parse(time));
  if (!(start < end)) throw badMetrics('timespan is two times with a slash between them.');
  return [start, end];
}

function named(value: string, localizedValue = value): JsonObject {
  return { value, localizedValue };
}
