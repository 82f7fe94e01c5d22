import type { JobRecord, JobStep } from './jobRecord.ts';

const mostSteps = 100;
/** How a job began is kept whatever comes later. */
const firstSteps = 20;

/** The record with what has happened since `before` added to its steps; how it began is the first of them. */
export function withSteps(before: JobRecord, after: JobRecord, now: Date = new Date()): JobRecord {
  const time = now.toISOString();
  const steps = [...answerSteps(before, after), ...stateSteps(before, after)].map((text) => ({ time, text }));
  if (steps.length === 0) return after;
  const earlier = before.steps ?? [{ time: before.createdAt, text: stateStep(before) }];
  return { ...after, steps: bounded([...earlier, ...steps]) };
}

/** What was sent to the service, and how it answered. States that are asked for tell nothing new by themselves. */
function answerSteps(before: JobRecord, after: JobRecord): readonly string[] {
  return Object.entries(after.answers).flatMap(([operation, { time, status }]) => {
    if (operation === 'BES Status' || before.answers[operation]?.time === time) return [];
    return [`${operation}: ${status === undefined ? 'no answer' : `HTTP ${status}`}`];
  });
}

function stateSteps(before: JobRecord, after: JobRecord): readonly string[] {
  const steps: string[] = [];
  if (after.serviceJobId !== undefined && before.serviceJobId === undefined) {
    steps.push(`The service's id of the job: ${after.serviceJobId}`);
  }
  if (after.startWanted === true && before.startWanted !== true) steps.push('To be started');
  if (after.status !== before.status) steps.push(stateStep(after));
  if (after.deleted === true && before.deleted !== true) steps.push('The server does not know it any more');
  if (after.problem === undefined && before.problem !== undefined && !after.ended)
    steps.push('Followed again');
  if (after.problem !== undefined && after.problem.code !== before.problem?.code) {
    steps.push(`Cannot be followed: ${after.problem.sentence}`);
  }
  return steps;
}

function stateStep({ status }: JobRecord): string {
  return `State: ${status}`;
}

/** Leaves steps in the middle out, and says where. */
function bounded(steps: readonly JobStep[]): JobStep[] {
  const gap = steps[firstSteps];
  if (steps.length <= mostSteps || gap === undefined) return [...steps];
  return [
    ...steps.slice(0, firstSteps),
    { time: gap.time, text: 'From here on, older steps are left out' },
    ...steps.slice(firstSteps + 1 - mostSteps),
  ];
}
