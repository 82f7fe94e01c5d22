import type { InstanceAccess } from '../azure/index.ts';
import { callsIn } from '../protocol/apim/callCounts.ts';
import {
  diagnosticSettingsApiVersion,
  diagnosticSettingSchema,
  workspaceOfGatewayLogs,
} from '../protocol/apim/diagnosticSettings.ts';
import { countsOf, type ReportRecord } from '../protocol/apim/reports.ts';
import type { TimeSpan } from '../protocol/apim/timeSpan.ts';
import type {
  Breakdown,
  BreakdownRow,
  MonitoringParts,
  Part,
  Problem,
  Provenance,
} from '../shared/monitoringContract.ts';
import { Metrics } from './metrics.ts';
import type { Names } from './names.ts';
import { metricsProblem, reportsProblem } from './problems.ts';
import { Reports, timesOf } from './reports.ts';
import { intervalsOf } from './timeRanges.ts';

export interface Reading {
  readonly access: InstanceAccess;
  readonly names: Names;
  readonly name: string;
  readonly tier: string | undefined;
  readonly span: TimeSpan;
  readonly apiId: string | undefined;
  readonly signal: AbortSignal;
  /** Takes each part when it is there. */
  readonly take: (parts: Partial<MonitoringParts>) => void;
}

/** Reads all parts at once: metrics first, and reports for what those do not know or may not be asked. */
export async function readParts(reading: Reading): Promise<void> {
  const { access, apiId, names, signal, span, take } = reading;
  const metrics = new Metrics(access, span, signal);
  const reports = new Reports(access, span, signal);
  const intervals = intervalsOf(span);
  let logsWorkspace: Promise<string | undefined> | undefined;
  const logsGoTo = (): Promise<string | undefined> => (logsWorkspace ??= workspaceOfLogs(access, signal));
  const fromReports = <T>(work: Promise<T>): Promise<Part<T>> =>
    partOf(work, (error) => reportsProblem(error, reading, logsGoTo), signal);
  const fromEither = <T extends Provenance>(
    work: Promise<T>,
    otherwise: () => Promise<T>,
  ): Promise<Part<T>> =>
    partOf(
      replaced(work, otherwise, (error) => metricsProblem(error, reading).sentence),
      (error) => metricsProblem(error, reading),
      signal,
    );
  await Promise.all([
    fromEither(metrics.calls(intervals.metrics, apiId), () => reports.calls(intervals.reports, apiId)).then(
      (calls) => take({ calls }),
    ),
    fromEither(metrics.latency(intervals.metrics, apiId), () =>
      reports.latency(intervals.reports, apiId),
    ).then((latency) => take({ latency })),
    fromReports(reports.bandwidth(intervals.reports, apiId)).then((bandwidth) => take({ bandwidth })),
    fromEither(apisOfMetrics(metrics, reports, names), () => apisOfReports(reports, names)).then((api) =>
      take({ api }),
    ),
    fromReports(operations(reports, names, apiId)).then((operation) => take({ operation })),
    fromReports(products(reports)).then((product) => take({ product })),
    fromReports(subscriptions(reports, names)).then((subscription) => take({ subscription })),
  ]);
}

/** Who may not look has to be told nothing of it. */
async function workspaceOfLogs(
  { arm, id }: InstanceAccess,
  signal: AbortSignal,
): Promise<string | undefined> {
  const path = `${id}/providers/Microsoft.Insights/diagnosticSettings`;
  const options = { apiVersion: diagnosticSettingsApiVersion, signal };
  const settings = await arm.listAll(path, diagnosticSettingSchema, options).catch(() => []);
  return workspaceOfGatewayLogs(settings);
}

/** A part that fails hides no other one. */
async function partOf<T>(
  work: Promise<T>,
  problemOf: (error: unknown) => Problem | Promise<Problem>,
  signal: AbortSignal,
): Promise<Part<T>> {
  try {
    return { kind: 'ready', value: await work };
  } catch (error) {
    signal.throwIfAborted();
    return { kind: 'failed', ...(await problemOf(error)) };
  }
}

async function replaced<T extends Provenance>(
  work: Promise<T>,
  otherwise: () => Promise<T>,
  whyOf: (error: unknown) => string,
): Promise<T> {
  try {
    return await work;
  } catch (error) {
    const other = await otherwise().catch(() => {
      throw error;
    });
    return { ...other, why: whyOf(error) };
  }
}

/** Metrics know calls and times; how much was sent is added where the reports answer. */
async function apisOfMetrics(metrics: Metrics, reports: Reports, names: Names): Promise<Breakdown> {
  const [{ apis, isCut }, reported] = await Promise.all([
    metrics.apis(),
    reports.called('byApi').catch((): readonly ReportRecord[] => []),
  ]);
  const bytes = new Map(reported.map((record) => [keyOf(lastOf(record.apiId)), record.bandwidth]));
  const rows = await Promise.all(
    apis.map(async ({ apiId, ...measured }) => {
      const sent = bytes.get(keyOf(apiId));
      return {
        id: apiId,
        name: await names.api(apiId),
        ...measured,
        ...(sent !== undefined && { bytes: sent }),
      };
    }),
  );
  return { source: 'metrics', rows: ordered(rows), isCut };
}

/** Reports call all versions of an API the same. */
async function apisOfReports(reports: Reports, names: Names): Promise<Breakdown> {
  const records = await reports.called('byApi');
  const rows = records.map(async (record) => {
    const id = lastOf(record.apiId);
    return { ...rowOf(id, record), name: await names.api(id, record.name) };
  });
  return ofReports(await Promise.all(rows));
}

/** Those of one API are picked here: how reports name it in a filter is nowhere said. */
async function operations(reports: Reports, names: Names, apiId: string | undefined): Promise<Breakdown> {
  const records = await reports.called('byOperation');
  const own = records.filter((record) => apiId === undefined || keyOf(lastOf(record.apiId)) === keyOf(apiId));
  const rows = own.map(async (record) => {
    const api = lastOf(record.apiId);
    const operation = lastOf(record.operationId);
    return { ...rowOf(operation, record), id: `${api}/${operation}`, of: await names.api(api) };
  });
  return ofReports(await Promise.all(rows));
}

async function products(reports: Reports): Promise<Breakdown> {
  const records = await reports.called('byProduct');
  return ofReports(records.map((record) => rowOf(lastOf(record.productId), record)));
}

/** Reports leave out the names of subscriptions. */
async function subscriptions(reports: Reports, names: Names): Promise<Breakdown> {
  const records = await reports.called('bySubscription');
  const rows = records.map(async (record) => {
    const id = lastOf(record.subscriptionId);
    const product = lastOf(record.productId);
    return {
      ...rowOf(id, record),
      name: record.name || (await names.subscription(id)),
      ...(product !== '' && { of: await names.product(product) }),
    };
  });
  return ofReports(await Promise.all(rows));
}

function ofReports(rows: readonly BreakdownRow[]): Breakdown {
  return { source: 'reports', rows: ordered(rows) };
}

function rowOf(id: string, record: ReportRecord): BreakdownRow {
  return {
    id,
    name: record.name || id,
    counts: countsOf(record),
    bytes: record.bandwidth,
    ...timesOf(record),
  };
}

function ordered(rows: readonly BreakdownRow[]): readonly BreakdownRow[] {
  return rows
    .filter(({ counts }) => callsIn(counts) > 0)
    .toSorted((one, other) => callsIn(other.counts) - callsIn(one.counts));
}

/** Ids mean the same in whatever case Azure Monitor gives them. */
function keyOf(id: string): string {
  return id.toLowerCase();
}

/** The name at the end of a path; empty where a report says that there is none. */
function lastOf(path = ''): string {
  const last = path.slice(path.lastIndexOf('/') + 1);
  return last === '-' ? '' : last;
}
