import type { Job } from '../jobs/index.ts';
import { statusLabel, type Jobs } from '../jobs/index.ts';
import type { HistoryEntry, Requests } from '../requests/index.ts';
import type { Activity, Outcome, Run } from '../shared/dashboardContract.ts';

/** What was done with an endpoint is read from these. */
export interface Past {
  readonly requests: Pick<Requests, 'history'>;
  readonly jobs: Pick<Jobs, 'listOf'>;
}

/** More are not shown, and do not count: the picture is of the recent past. */
const mostRuns = 50;
const longestName = 120;

export async function pastRequests({ requests }: Past, endpointId: string): Promise<Activity> {
  return activityOf(await requests.history(endpointId), runOfRequest);
}

export async function pastJobs({ jobs }: Past, endpointId: string): Promise<Activity> {
  return activityOf(await jobs.listOf(endpointId), runOfJob);
}

function activityOf<T>(all: readonly T[], runOf: (one: T) => Run): Activity {
  return { runs: all.slice(0, mostRuns).map(runOf), total: all.length };
}

function runOfRequest({ id, preview, time, status, statusText = '', code, latencyMs }: HistoryEntry): Run {
  return {
    id,
    name: preview.slice(0, longestName),
    outcome: code === undefined ? 'succeeded' : 'failed',
    outcomeText: status === undefined ? (code ?? '') : `${status} ${statusText}`.trim(),
    time,
    ...(latencyMs !== undefined && { durationMs: latencyMs }),
  };
}

function runOfJob(job: Job): Run {
  const { localId, title, status, submittedAt, startedAt, endedAt } = job;
  return {
    id: localId,
    name: title,
    outcome: outcomeOf(job),
    outcomeText: statusLabel(status),
    time: submittedAt,
    ...(startedAt !== undefined &&
      endedAt !== undefined && { durationMs: Math.max(0, Date.parse(endedAt) - Date.parse(startedAt)) }),
  };
}

function outcomeOf({ status }: Job): Outcome {
  switch (status) {
    case 'Finished':
      return 'succeeded';
    case 'Failed':
      return 'failed';
    case 'Cancelled':
      return 'cancelled';
    default:
      return 'open';
  }
}
