import type { InstanceAccess } from '../azure/index.ts';
import { callsIn, sumOfCounts } from '../protocol/apim/callCounts.ts';
import {
  countsOf,
  reportFilter,
  reportRecordSchema,
  type ReportKind,
  type ReportRecord,
} from '../protocol/apim/reports.ts';
import { durationMs, type TimeSpan } from '../protocol/apim/timeSpan.ts';
import type { Bandwidth, Calls, Latency, Times } from '../shared/monitoringContract.ts';

/** The reports of one instance on a time, each asked for at most once. All throw a `Failure`. */
export class Reports {
  readonly #access: InstanceAccess;
  readonly #span: TimeSpan;
  readonly #signal: AbortSignal;
  readonly #asked = new Map<ReportKind, Promise<readonly ReportRecord[]>>();

  constructor(access: InstanceAccess, span: TimeSpan, signal: AbortSignal) {
    this.#access = access;
    this.#span = span;
    this.#signal = signal;
  }

  /** What a report has of those that were called. */
  async called(kind: Exclude<ReportKind, 'byTime'>): Promise<readonly ReportRecord[]> {
    const records = await this.#read(kind);
    return records.filter((record) => callsIn(countsOf(record)) > 0);
  }

  async calls(interval: string, apiId: string | undefined): Promise<Calls> {
    const parts = await this.#overTime(interval, apiId);
    return {
      source: 'reports',
      counts: sumOfCounts(parts.map(({ record }) => countsOf(record))),
      points: parts.map(({ span, record }) => ({ ...span, counts: countsOf(record) })),
    };
  }

  async latency(interval: string, apiId: string | undefined): Promise<Latency> {
    const parts = await this.#overTime(interval, apiId);
    return {
      source: 'reports',
      ...timesOfAll(parts.map(({ record }) => record)),
      points: parts.map(({ span, record }) => ({ ...span, ...timesOf(record) })),
    };
  }

  async bandwidth(interval: string, apiId: string | undefined): Promise<Bandwidth> {
    const parts = await this.#overTime(interval, apiId);
    return {
      bytes: parts.reduce((sum, { record }) => sum + record.bandwidth, 0),
      points: parts.map(({ span, record }) => ({ ...span, bytes: record.bandwidth })),
    };
  }

  async #overTime(
    interval: string,
    apiId: string | undefined,
  ): Promise<readonly { readonly span: TimeSpan; readonly record: ReportRecord }[]> {
    const records = await this.#read('byTime', { interval, ...(apiId !== undefined && { apiId }) });
    return records
      .map((record) => {
        const from = Date.parse(record.timestamp ?? '');
        const length = durationMs(record.interval ?? interval) ?? 0;
        // The first part may begin before, and the last one may end after what was asked for.
        const span = { from: Math.max(from, this.#span.from), to: Math.min(from + length, this.#span.to) };
        return { span, record };
      })
      .sort((one, other) => one.span.from - other.span.from);
  }

  #read(
    kind: ReportKind,
    { interval, apiId }: { readonly interval?: string; readonly apiId?: string } = {},
  ): Promise<readonly ReportRecord[]> {
    const { arm, id } = this.#access;
    let records = this.#asked.get(kind);
    if (records === undefined) {
      const $filter = reportFilter(this.#span, apiId);
      const query = { $filter, ...(interval !== undefined && { interval }) };
      records = arm.listAll(`${id}/reports/${kind}`, reportRecordSchema, { query, signal: this.#signal });
      this.#asked.set(kind, records);
    }
    return records;
  }
}

export function timesOf(record: ReportRecord): Times {
  if (callsIn(countsOf(record)) === 0) return {};
  const { apiTimeAvg: mean, apiTimeMax: longest, serviceTimeAvg: backend } = record;
  return { mean, longest, backend };
}

/** Means weigh as much as the calls that they are of. */
function timesOfAll(records: readonly ReportRecord[]): Times {
  const called = records.map((record) => ({ record, calls: callsIn(countsOf(record)) }));
  const all = called.reduce((sum, { calls }) => sum + calls, 0);
  if (all === 0) return {};
  const mean = (valueOf: (record: ReportRecord) => number): number =>
    called.reduce((sum, { record, calls }) => sum + valueOf(record) * calls, 0) / all;
  return {
    mean: mean(({ apiTimeAvg }) => apiTimeAvg),
    longest: Math.max(...records.map(({ apiTimeMax }) => apiTimeMax)),
    backend: mean(({ serviceTimeAvg }) => serviceTimeAvg),
  };
}
