import type { JobRecord } from './jobRecord.ts';

/** Of which ends of jobs the user wants to be told. */
export type NotifyMe = 'all' | 'failures' | 'none';

/** What the setting says; anything that it cannot say is taken for the default. */
export function notifyMe(value: unknown): NotifyMe {
  return value === 'failures' || value === 'none' ? value : 'all';
}

/** A job that a program runs is the program's business. */
export function isAnnounced({ quiet, status }: JobRecord, notify: NotifyMe): boolean {
  if (quiet === true || notify === 'none') return false;
  return notify === 'all' || status === 'Failed';
}

export type JobEnd = 'Finished' | 'Failed' | 'Cancelled';

/** How many jobs have ended how, the successes first; ends that no job has had are left out. */
export function countEnds(ended: readonly JobRecord[]): readonly (readonly [end: JobEnd, count: number])[] {
  const ends: readonly JobEnd[] = ['Finished', 'Failed', 'Cancelled'];
  return ends
    .map((end) => [end, ended.filter(({ status }) => status === end).length] as const)
    .filter(([, count]) => count > 0);
}
