import { durationMs, type TimeSpan } from '../protocol/apim/timeSpan.ts';
import type { TimeRange } from '../shared/monitoringContract.ts';

const minute = 60_000;
const day = 24 * 60 * minute;

const lengths = { hour: 60 * minute, day, week: 7 * day, month: 30 * day };

/** Those that Azure Monitor adds points up to. Source: azure-rest-api-specs monitor, examples of metric definitions. */
const intervals = ['PT1M', 'PT5M', 'PT15M', 'PT30M', 'PT1H', 'PT6H', 'PT12H', 'P1D'];
/** Reports are in multiples of it. Source: azure-rest-api-specs apimanagement, apimreports.json. */
const shortestOfReports = 15 * minute;
/** More bars are no bars any longer. */
const mostPoints = 62;

/** Whole minutes, because that is how calls are measured. */
export function spanOf(range: TimeRange, now = Date.now()): TimeSpan {
  if ('between' in range) {
    const [from, to] = range.between;
    return { from: Date.parse(from), to: Date.parse(to) };
  }
  const to = Math.ceil(now / minute) * minute;
  return { from: to - lengths[range.last], to };
}

/** The parts that a chart of that time has, for metrics and for reports. */
export function intervalsOf({ from, to }: TimeSpan): { readonly metrics: string; readonly reports: string } {
  const shortest = (least: number): string =>
    intervals.find((each) => {
      const length = durationMs(each) ?? 0;
      return length >= least && (to - from) / length <= mostPoints;
    }) ?? 'P1D';
  return { metrics: shortest(0), reports: shortest(shortestOfReports) };
}
