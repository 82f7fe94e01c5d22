import type { JobRecord } from './jobRecord.ts';

/** Which jobs a list shows; an empty part lets all of them through. */
export interface JobFilter {
  readonly states: readonly string[];
  /** As `serviceOf` names them. */
  readonly services: readonly string[];
  /** Words that all have to be somewhere in what is known of the job, in any case. */
  readonly text: string;
}

export const noFilter: JobFilter = { states: [], services: [], text: '' };

export function isEmpty({ states, services, text }: JobFilter): boolean {
  return states.length === 0 && services.length === 0 && text.trim() === '';
}

export function filtered(jobs: readonly JobRecord[], filter: JobFilter): readonly JobRecord[] {
  if (isEmpty(filter)) return jobs;
  const states = new Set(filter.states);
  const services = new Set(filter.services);
  const words = filter.text.toLowerCase().split(/\s+/).filter(Boolean);
  return jobs.filter(
    (job) =>
      (states.size === 0 || states.has(job.status)) &&
      (services.size === 0 || services.has(serviceOf(job))) &&
      (words.length === 0 || hasWords(job, words)),
  );
}

export function serviceOf({ workspace, service }: JobRecord): string {
  return `${workspace} / ${service}`;
}

function hasWords(job: JobRecord, words: readonly string[]): boolean {
  const text = [
    job.serviceJobId,
    job.ownId,
    serviceOf(job),
    job.status,
    job.details,
    job.problem?.sentence,
    ...Object.values(job.inputs).flatMap(({ file, relativeLocation }) => [file, relativeLocation]),
    ...Object.values(job.outputs).map(({ relativeLocation }) => relativeLocation),
  ]
    .join('\n')
    .toLowerCase();
  return words.every((word) => text.includes(word));
}
