import { grouped } from '../../../src/shared/grouped.ts';
import { ArmError } from './wire.ts';

export interface MetricSample {
  /** ISO 8601. */
  readonly timestamp: string;
  readonly value: number;
  readonly dimensions: Readonly<Record<string, string>>;
}

/** What a resource measures. */
export interface Metric {
  readonly name: string;
  /** What people read; the name when absent. */
  readonly title?: string;
  readonly unit: string;
  /** Such as `Total`; the first one is used unless another is asked for. */
  readonly aggregations: readonly string[];
  readonly dimensions: readonly string[];
  /** ISO 8601 durations; those of `TIME_GRAINS` when absent. */
  readonly timeGrains?: readonly string[];
  readonly samples: readonly MetricSample[];
}

/** Samples with the values of the dimensions that they share. */
export interface Series {
  readonly values: readonly (readonly [dimension: string, value: string])[];
  readonly samples: readonly MetricSample[];
}

export const TIME_GRAINS = ['PT1M', 'PT5M', 'PT15M', 'PT1H', 'P1D'];

const AGGREGATIONS: Readonly<Record<string, (values: readonly number[]) => number>> = {
  total: (values) => values.reduce((sum, value) => sum + value, 0),
  average: (values) => values.reduce((sum, value) => sum + value, 0) / values.length,
  minimum: (values) => Math.min(...values),
  maximum: (values) => Math.max(...values),
  count: (values) => values.length,
};

/** The aggregations of samples by their names in lower case; 0 where there are no samples. */
export function aggregated(
  samples: readonly MetricSample[],
  aggregations: readonly string[],
): Readonly<Record<string, number | undefined>> {
  const values = samples.map(({ value }) => value);
  return Object.fromEntries(
    aggregations.map((name) => [name, values.length > 0 ? AGGREGATIONS[name]?.(values) : 0]),
  );
}

/**
 * The samples of a metric by the values of the dimensions that a filter names, cut at `top`.
 * @param order such as `average asc`
 * @throws ArmError 400
 */
export function seriesOf(
  { dimensions }: Metric,
  samples: readonly MetricSample[],
  {
    filter,
    top,
    order,
  }: { readonly filter: string | null; readonly top: number; readonly order: string | null },
): readonly Series[] {
  if (filter === null) return [{ values: [], samples }];
  const wanted = filter.split(' and ').map((part) => {
    const pairs = part.split(' or ').map((pair) => /^\s*\(?(\w+) eq '([^']*)'\)?\s*$/.exec(pair));
    const [name = '', ...others] = new Set(pairs.map((pair) => pair?.[1] ?? ''));
    if (others.length > 0 || !dimensions.includes(name))
      throw badMetrics(`$filter is not something that the metric knows: ${part}.`);
    return { name, accepted: pairs.map((pair) => pair?.[2] ?? '') };
  });
  const kept = samples.filter((sample) =>
    wanted.every(({ name, accepted }) => accepted.includes('*') || accepted.includes(valueOf(sample, name))),
  );
  const groups = grouped(kept, (sample) => JSON.stringify(wanted.map(({ name }) => valueOf(sample, name))));
  const series = [...groups.values()].map((own) => ({
    samples: own,
    values: wanted.map(({ name }) => [name, own[0] ? valueOf(own[0], name) : ''] as const),
  }));
  return (order === null ? series : ordered(series, order)).slice(0, top);
}

export function badMetrics(message: string): ArmError {
  return new ArmError(400, 'BadRequest', message);
}

function ordered(series: readonly Series[], order: string): readonly Series[] {
  const [aggregation = '', direction = 'asc'] = order.toLowerCase().split(' ');
  const sizeOf = ({ samples }: Series): number => aggregated(samples, [aggregation])[aggregation] ?? 0;
  const sign = direction === 'desc' ? -1 : 1;
  return series.toSorted((one, other) => sign * (sizeOf(one) - sizeOf(other)));
}

function valueOf({ dimensions }: MetricSample, name: string): string {
  return dimensions[name] ?? '';
}
