import { toDocumentHost } from './documentContract.ts';
import type { BrokenJson } from './jsonDocument.ts';
import type { JsonEdit } from './jsonEdits.ts';
import type { ReadJob } from './jobData.ts';
import type { JobEditorStrings } from './jobEditorStrings.ts';
import { inquiry, notice, question } from './messages.ts';
import type { TargetState } from './requestEditorContract.ts';

export type JobDocumentState =
  | ({
      readonly kind: 'job';
      /** Grows with every change of the document. */
      readonly version: number;
    } & ReadJob)
  | (BrokenJson & { readonly version: number });

/** The storages that a job can use, by name. */
export interface Storages {
  readonly names: readonly string[];
  /** Which one a job without a name for it gets. */
  readonly implied?: string;
}

/** The job that was last run from the document. */
export interface RunState {
  /** It is on its way to become a job. */
  readonly preparing: boolean;
  readonly job?: JobView;
}

export interface JobView {
  /** The service's id once there is one. */
  readonly id: string;
  /** One of the contract's words or the service's own. */
  readonly status: string;
  readonly open: boolean;
  /** It can be cancelled: it is being uploaded, or the server has it. */
  readonly canBeCancelled: boolean;
  readonly hasResults: boolean;
  /** While a file is uploaded. */
  readonly progress?: string;
  /** Why it failed, or why it cannot be followed just now. */
  readonly note?: string;
  /** ISO 8601, of this machine. */
  readonly submittedAt: string;
  readonly startedAt?: string;
  readonly endedAt?: string;
}

export interface JobEditorStart {
  readonly strings: JobEditorStrings;
  readonly document: JobDocumentState;
  readonly target: TargetState;
  readonly storages: Storages;
  readonly run: RunState;
}

/** What the batch job editor's webview sends to the extension. */
export const toJobHost = {
  ...toDocumentHost,
  start: inquiry<JobEditorStart>(),
  edit: question<{ readonly edits: readonly JsonEdit[] }, JobDocumentState>(),
  run: question(),
  addStorage: question(),
  chooseFile: question<{ readonly input: string }>(),
  /** A blob's URL with a SAS: the URL goes into the document, and the user is asked what becomes of the SAS. */
  takeSas: question<{ readonly input: string; readonly url: string }>(),
  cancelJob: question(),
  showDetails: question(),
  openResults: question(),
} as const;

/** What the extension sends to the batch job editor's webview. */
export const toJobView = {
  documentChanged: notice<JobDocumentState>(),
  targetChanged: notice<TargetState>(),
  storagesChanged: notice<Storages>(),
  runChanged: notice<RunState>(),
  /** Answered when all that was typed has reached the document. */
  flush: question(),
} as const;
