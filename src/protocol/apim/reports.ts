import * as v from 'valibot';
import type { CallCounts } from './callCounts.ts';
import type { TimeSpan } from './timeSpan.ts';

/** The reports of an instance that are read here. Source: azure-rest-api-specs apimanagement, apimreports.json. */
export type ReportKind = 'byApi' | 'byOperation' | 'byProduct' | 'bySubscription' | 'byTime';

const text = v.fallback(v.optional(v.string()), undefined);
const count = v.fallback(v.number(), 0);

export const reportRecordSchema = v.object({
  name: text,
  /** Paths below the instance, such as `/apis/echo/operations/get`; a `-` at the end where there is none. */
  apiId: text,
  operationId: text,
  productId: text,
  subscriptionId: text,
  /** Of a report by time. */
  timestamp: text,
  interval: text,
  callCountSuccess: count,
  callCountBlocked: count,
  callCountFailed: count,
  callCountOther: count,
  /** Bytes. */
  bandwidth: count,
  /** Milliseconds: of the whole call, and what the backend took of it. */
  apiTimeAvg: count,
  apiTimeMax: count,
  serviceTimeAvg: count,
});

export type ReportRecord = Readonly<v.InferOutput<typeof reportRecordSchema>>;

/** The `$filter` that each report has to be asked with; only some take the id of an API. */
export function reportFilter({ from, to }: TimeSpan, apiId?: string): string {
  return [
    `timestamp ge ${literalOf(from)}`,
    `timestamp le ${literalOf(to)}`,
    ...(apiId === undefined ? [] : [`apiId eq '${apiId.replaceAll("'", "''")}'`]),
  ].join(' and ');
}

/** In UTC, although the examples do not say so: the times in the answers are. */
function literalOf(time: number): string {
  return `datetime'${new Date(time).toISOString().slice(0, 19)}'`;
}

export function countsOf(record: ReportRecord): CallCounts {
  return {
    succeeded: record.callCountSuccess,
    blocked: record.callCountBlocked,
    failed: record.callCountFailed,
    other: record.callCountOther,
  };
}
