import type { Failure } from '../protocol/failure.ts';
import { redactText } from '../protocol/redaction.ts';
import { outputUrlWithoutSas, type JobStatus, type OutputReference } from '../protocol/studio/bes.ts';
import type { JobOperation, JobRecord, RecordedAnswer } from './jobRecord.ts';

/** Codes of failures that a person has to mend before it makes sense to ask again. */
const mendable: ReadonlySet<string> = new Set([
  'MissingApiKey',
  'MissingSubscriptionKey',
  'PlainHttpRefused',
  'UnknownWorkspace',
  'UnknownService',
  'AmbiguousService',
  'GatewayForbidden',
  'LocalServiceStopped',
  'SmallCallQuota',
]);

/** A 404 with one of these is about the service, not about the job. */
const serviceMissing: ReadonlySet<string> = new Set([
  'WorkspaceNotFound',
  'WebServiceNotFound',
  'WebServiceIdNotFoundInWorkspace',
  'ModelPackageNotFound',
]);

/** The record after the service has told the state; undefined when that is no news. */
export function withStatus(
  record: JobRecord,
  status: JobStatus,
  answer: RecordedAnswer,
): JobRecord | undefined {
  const now = answer.time;
  const details = status.details === undefined ? undefined : redactText(status.details);
  const outputs = { ...record.outputs, ...outputsOf(status.outputs) };
  const isNews =
    status.status !== record.status ||
    status.ended !== record.ended ||
    details !== record.details ||
    record.problem !== undefined ||
    record.deleted === true ||
    JSON.stringify(outputs) !== JSON.stringify(record.outputs);
  if (!isNews) return undefined;
  const hasStarted = status.status !== 'NotStarted';
  const isAtWork = hasStarted && !status.ended;
  return {
    ...record,
    status: status.status,
    ended: status.ended,
    details,
    outputs,
    problem: undefined,
    deleted: undefined,
    ...(hasStarted ? { startWanted: undefined, startedAt: record.startedAt ?? now } : {}),
    ...(isAtWork ? { runningAt: record.runningAt ?? now } : {}),
    ...(status.ended ? { endedAt: record.endedAt ?? now, owner: undefined } : {}),
    answers: { ...record.answers, ['BES Status' satisfies JobOperation]: answer },
  };
}

/** The record after the service has said that it does not know the job. */
export function withoutJob(record: JobRecord, answer: RecordedAnswer): JobRecord {
  const answers = { ...record.answers, ['BES Status' satisfies JobOperation]: answer };
  const gone = {
    ...record,
    answers,
    owner: undefined,
    startWanted: undefined,
    problem: undefined,
    deleted: true,
  };
  if (record.ended) return { ...gone, deleteSent: true };
  const details =
    record.deleteSent === true
      ? 'The job was cancelled and deleted on the server.'
      : 'The service does not know this job any more: it was deleted on the server.';
  return { ...gone, status: 'Cancelled', ended: true, endedAt: answer.time, deleteSent: true, details };
}

export function withAnswer(record: JobRecord, operation: JobOperation, answer: RecordedAnswer): JobRecord {
  return { ...record, answers: { ...record.answers, [operation]: answer } };
}

/** Undefined when the same is known already. `held`: nothing is asked any more before it is mended. */
export function withProblem(
  record: JobRecord,
  { code, sentence }: Failure,
  held: boolean,
): JobRecord | undefined {
  const { problem } = record;
  if (problem?.code === code && (problem.held ?? false) === held) return undefined;
  const since = problem?.since ?? new Date().toISOString();
  return { ...record, problem: { code, sentence, since, held } };
}

/** The results outlive the job: they are read with the storage that it wrote to, if that is known here. */
export function hasResults({ status, outputs, deleted, storage }: JobRecord): boolean {
  const isWithinReach = deleted !== true || storage !== undefined;
  return status === 'Finished' && Object.keys(outputs).length > 0 && isWithinReach;
}

export function isMendable(failure: Failure): boolean {
  return failure.status === 401 || mendable.has(failure.code);
}

export function saysJobIsGone(failure: Failure): boolean {
  return failure.status === 404 && failure.origin === 'service' && !serviceMissing.has(failure.code);
}

function outputsOf(outputs: Readonly<Record<string, OutputReference>>): JobRecord['outputs'] {
  return Object.fromEntries(
    Object.entries(outputs).map(([name, reference]) => [
      name,
      { relativeLocation: reference.relativeLocation ?? '', url: outputUrlWithoutSas(reference) ?? '' },
    ]),
  );
}
