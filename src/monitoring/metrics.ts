import type { InstanceAccess } from '../azure/index.ts';
import { parseArm } from '../protocol/apim/arm.ts';
import { noCalls, resultOf, sumOfCounts, type CallCounts } from '../protocol/apim/callCounts.ts';
import {
  metricParameters,
  metricsApiVersion,
  metricsSchema,
  mostSeries,
  seriesOf,
  type MetricDimension,
  type MetricName,
  type MetricPoint,
  type MetricQuery,
  type MetricSeries,
} from '../protocol/apim/metrics.ts';
import type { TimeSpan } from '../protocol/apim/timeSpan.ts';
import { grouped } from '../shared/grouped.ts';
import type { Calls, CallsPoint, Latency, Times } from '../shared/monitoringContract.ts';

/** Calls of one API, by its id. */
export interface MeasuredApi extends Times {
  readonly apiId: string;
  readonly counts: CallCounts;
}

const wholeTime = 'FULL';
const times: Pick<MetricQuery, 'metrics' | 'aggregations'> = {
  metrics: ['Duration', 'BackendDuration'],
  aggregations: ['average', 'maximum'],
};
/** The status tells results apart as the reports do, which its category does not. */
const result: MetricDimension = 'GatewayResponseCode';

/** Azure Monitor on one instance in a time. All throw a `Failure`. */
export class Metrics {
  readonly #access: InstanceAccess;
  readonly #span: TimeSpan;
  readonly #signal: AbortSignal;

  constructor(access: InstanceAccess, span: TimeSpan, signal: AbortSignal) {
    this.#access = access;
    this.#span = span;
    this.#signal = signal;
  }

  async calls(interval: string, apiId: string | undefined): Promise<Calls> {
    const [series = []] = await this.#read({
      metrics: ['Requests'],
      interval,
      aggregations: ['total'],
      dimensions: { ...only(apiId), [result]: '*' },
    });
    const points = pointsOf(series);
    return { source: 'metrics', counts: sumOfCounts(points.map(({ counts }) => counts)), points };
  }

  async latency(interval: string, apiId: string | undefined): Promise<Latency> {
    const [overTime, inAll] = await Promise.all([
      this.#times(interval, apiId),
      this.#times(wholeTime, apiId),
    ]);
    return {
      source: 'metrics',
      ...inAll[0]?.times,
      points: overTime.map(({ span, times }) => ({ ...span, ...times })),
    };
  }

  /** All APIs, and whether there are more than were given. */
  async apis(): Promise<{ readonly apis: readonly MeasuredApi[]; readonly isCut: boolean }> {
    const [[requests = []], [whole = [], backend = []]] = await Promise.all([
      this.#read({
        metrics: ['Requests'],
        interval: wholeTime,
        aggregations: ['total'],
        dimensions: { ApiId: '*', [result]: '*' },
      }),
      this.#read({ ...times, interval: wholeTime, dimensions: { ApiId: '*' } }),
    ]);
    const apis = [...grouped(requests, apiOf)].map(([apiId, series]) => ({
      apiId,
      counts: sumOfCounts(pointsOf(series).map(({ counts }) => counts)),
      ...timesOf(firstOf(whole, apiId), firstOf(backend, apiId)),
    }));
    return { apis, isCut: requests.length >= mostSeries };
  }

  async #times(
    interval: string,
    apiId: string | undefined,
  ): Promise<readonly { readonly span: TimeSpan; readonly times: Times }[]> {
    const [whole = [], backend = []] = await this.#read({ ...times, interval, dimensions: only(apiId) });
    const ofBackend = new Map(backend.flatMap(({ points }) => points).map((point) => [point.from, point]));
    return whole
      .flatMap(({ points }) => points)
      .map((point) => ({
        span: { from: point.from, to: point.to },
        times: timesOf(point, ofBackend.get(point.from)),
      }));
  }

  /** The series of each metric. */
  async #read(asked: Omit<MetricQuery, 'span'>): Promise<readonly (readonly MetricSeries[])[]> {
    const { arm, id } = this.#access;
    const { body } = await arm.get(`${id}/providers/Microsoft.Insights/metrics`, {
      apiVersion: metricsApiVersion,
      query: metricParameters({ ...asked, span: this.#span }),
      signal: this.#signal,
    });
    const answer = parseArm(metricsSchema, body);
    return asked.metrics.map((metric: MetricName) => seriesOf(answer, metric, this.#span));
  }
}

function only(apiId: string | undefined): Partial<Record<MetricDimension, string>> {
  return apiId === undefined ? {} : { ApiId: apiId };
}

function apiOf({ dimensions }: MetricSeries): string {
  return dimensions.apiid ?? '';
}

function firstOf(series: readonly MetricSeries[], apiId: string): MetricPoint | undefined {
  return series.find((each) => apiOf(each) === apiId)?.points[0];
}

/** Series by status put together. */
function pointsOf(series: readonly MetricSeries[]): readonly CallsPoint[] {
  const counted = series.flatMap(({ dimensions, points }) =>
    points.map(({ from, to, total = 0 }) => ({
      from,
      to,
      counts: { ...noCalls, [resultOf(Number(dimensions.gatewayresponsecode))]: total },
    })),
  );
  return [...grouped(counted, ({ from }) => from)]
    .sort(([one], [other]) => one - other)
    .map(([from, same]) => ({
      from,
      to: Math.max(...same.map(({ to }) => to)),
      counts: sumOfCounts(same.map(({ counts }) => counts)),
    }));
}

/** Where nothing was called Azure Monitor says nothing, or that it took no time. */
function timesOf(whole: MetricPoint | undefined, backend: MetricPoint | undefined): Times {
  if (!whole?.average) return {};
  return {
    mean: whole.average,
    ...(whole.maximum !== undefined && { longest: whole.maximum }),
    ...(backend?.average !== undefined && { backend: backend.average }),
  };
}
