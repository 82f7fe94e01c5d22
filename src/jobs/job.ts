import type { JobEngine } from './engine.ts';
import { answerOf, type JobAnswer, type JobRecord } from './jobRecord.ts';
import { hasResults } from './jobStates.ts';
import { progressText, titleOf } from './jobWords.ts';

/** A job as the tree and the results show it. */
export interface Job extends JobAnswer {
  /** Our own id: what the nodes of the tree carry. */
  readonly localId: string;
  readonly endpointId: string;
  /** What a person tells it apart by. */
  readonly title: string;
  readonly open: boolean;
  /** The server does not know it any more. */
  readonly deleted: boolean;
  /** There are results, and a way to read them. */
  readonly hasResults: boolean;
  /** While a file is uploaded: percent and speed. */
  readonly progress?: string;
  /** Why it failed, or why it cannot be followed just now. */
  readonly note?: string;
}

export function jobOf(record: JobRecord, engine: JobEngine): Job {
  const progress = engine.progress(record.ownId);
  const note = record.problem?.sentence ?? record.details;
  return {
    ...answerOf(record),
    localId: record.ownId,
    endpointId: record.endpointId,
    title: titleOf(record),
    open: !record.ended,
    deleted: record.deleted === true,
    hasResults: hasResults(record),
    ...(progress === undefined ? {} : { progress: progressText(progress) }),
    ...(note === undefined ? {} : { note }),
  };
}
