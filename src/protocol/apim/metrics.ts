import * as v from 'valibot';
import { Failure } from '../failure.ts';
import { durationMs, type TimeSpan } from './timeSpan.ts';

/** Of Azure Monitor's metrics. Source: azure-rest-api-specs monitor, Microsoft.Insights 2024-02-01. */
export const metricsApiVersion = '2024-02-01';

/** Source: azure-docs azure-monitor, supported metrics of Microsoft.ApiManagement/service. */
export type MetricName = 'Requests' | 'Duration' | 'BackendDuration';
export type MetricDimension = 'ApiId' | 'GatewayResponseCode';

export interface MetricQuery {
  readonly metrics: readonly MetricName[];
  readonly span: TimeSpan;
  /** ISO 8601, or `FULL` for one point. */
  readonly interval: string;
  readonly aggregations: readonly ('total' | 'average' | 'maximum')[];
  /** The value that a dimension has to have, or `*`: a series for each value. */
  readonly dimensions?: Readonly<Partial<Record<MetricDimension, string>>>;
}

/** What a series says of a part of the time; what was not asked for, or not measured, is not there. */
export interface MetricPoint extends TimeSpan {
  readonly total?: number | undefined;
  readonly average?: number | undefined;
  readonly maximum?: number | undefined;
}

export interface MetricSeries {
  /** Values by the dimension's name in lower case, which is how they come back. */
  readonly dimensions: Readonly<Record<string, string>>;
  readonly points: readonly MetricPoint[];
}

/** Azure Monitor gives ten series unless more are asked for, and does not say that it left any out. */
export const mostSeries = 1000;

const text = v.fallback(v.optional(v.string()), undefined);
const measured = v.fallback(v.optional(v.number()), undefined);
const name = v.object({ value: v.string() });

export const metricsSchema = v.object({
  /** Not always the one that was asked for. */
  interval: text,
  value: v.array(
    v.object({
      name,
      errorCode: text,
      errorMessage: text,
      timeseries: v.array(
        v.object({
          metadatavalues: v.optional(v.array(v.object({ name, value: v.string() })), []),
          data: v.optional(
            v.array(
              v.object({ timeStamp: v.string(), total: measured, average: measured, maximum: measured }),
            ),
            [],
          ),
        }),
      ),
    }),
  ),
});

export type MetricsAnswer = Readonly<v.InferOutput<typeof metricsSchema>>;

/** The parameters of the URL, without the version. */
export function metricParameters({
  metrics,
  span,
  interval,
  aggregations,
  dimensions = {},
}: MetricQuery): Record<string, string> {
  const filters = Object.entries(dimensions).map(
    ([dimension, value]) => `${dimension} eq '${value.replaceAll("'", "''")}'`,
  );
  return {
    metricnames: metrics.join(','),
    metricnamespace: 'Microsoft.ApiManagement/service',
    timespan: [span.from, span.to].map((time) => new Date(time).toISOString()).join('/'),
    interval,
    aggregation: aggregations.join(','),
    AutoAdjustTimegrain: 'true',
    ...(filters.length > 0 && { $filter: filters.join(' and '), top: String(mostSeries) }),
  };
}

/**
 * What an answer says of one metric. Throws a `Failure` with Azure Monitor's own code where that metric failed, which
 * an answer with the status 200 may hold.
 */
export function seriesOf(answer: MetricsAnswer, metric: MetricName, span: TimeSpan): readonly MetricSeries[] {
  const found = answer.value.find(({ name: { value } }) => value.toLowerCase() === metric.toLowerCase());
  const code = found === undefined ? 'MissingMetric' : (found.errorCode ?? 'Success');
  if (found === undefined || code !== 'Success') {
    throw new Failure({
      code,
      origin: 'service',
      sentence: `Azure Monitor has no numbers for the metric ${metric}: ${found?.errorMessage ?? code}`,
    });
  }
  const length = durationMs(answer.interval ?? '') ?? span.to - span.from;
  return found.timeseries.map(({ metadatavalues, data }) => ({
    dimensions: Object.fromEntries(metadatavalues.map((each) => [each.name.value.toLowerCase(), each.value])),
    points: data.map(({ timeStamp, ...values }) => {
      const from = Date.parse(timeStamp);
      return { from, to: Math.min(from + length, span.to), ...values };
    }),
  }));
}
