import type { FailureReason, Origin } from '../protocol/failure.ts';
import type { ServiceSchema } from '../protocol/studio/serviceSchema.ts';
import type { ServiceAddress } from '../protocol/studio/urls.ts';
import type { Phase, SentRequest } from '../transport/httpClient.ts';
import {
  type AllowanceView,
  type ComparisonView,
  type MessageFact,
  type OutputView,
  type RetryView,
  toAnswerHost,
} from './answerContract.ts';
import { toDocumentHost } from './documentContract.ts';
import type { JsonEdit } from './jsonEdits.ts';
import { inquiry, notice, question } from './messages.ts';
import { editRequest, type ReadRequest } from './requestData.ts';
import type { RequestEditorStrings } from './requestEditorStrings.ts';

/** Where and why a text is not the JSON that it should be. `line` and `column` count from 1. */
export interface JsonProblem {
  /** A parser's code, `NotAnObject` or `NotABody`. */
  readonly code: string;
  readonly line: number;
  readonly column: number;
  readonly offset: number;
}

export type DocumentState =
  | ({
      readonly kind: 'request';
      /** Grows with every change of the document. */
      readonly version: number;
      /** The body as it goes over the wire, indented. */
      readonly bodyText: string;
      /** The body is longer than a page can edit: only its beginning is here. */
      readonly bodyCut: boolean;
      readonly bodyProblem?: JsonProblem;
    } & ReadRequest)
  | { readonly kind: 'broken'; readonly version: number; readonly problem: JsonProblem };

/**
 * The document as it is after edits. When it was the version that the page knew, the page makes the edits in what it has:
 * a long request does not go back and forth with every cell.
 */
export type EditAnswer = DocumentState | { readonly kind: 'applied'; readonly version: number };

/** A request that is no JSON has nothing to edit. */
export function edited(state: DocumentState, edits: readonly JsonEdit[], version: number): DocumentState {
  return state.kind === 'broken' ? state : { ...state, version, data: editRequest(state.data, edits) };
}

/** What became of a file that was to be read into an input. */
export type ImportOutcome =
  | { readonly kind: 'cancelled' }
  | {
      readonly kind: 'imported';
      readonly file: string;
      readonly rows: number;
      /** Names of columns in the file that the input does not have. */
      readonly unknown: readonly string[];
      /** Columns of the input that the file does not have, which got fresh cells. */
      readonly missing: readonly string[];
    };

/** How a header that is never in the document comes about. */
export interface Credential {
  readonly header: string;
  readonly kind: 'apiKey' | 'gateway' | 'microsoft' | 'header' | 'subscriptionKey';
  /** Whether the secret is there; unknown where nobody can tell before the call. */
  readonly stored?: boolean;
}

/** The service could not be asked for its schema; the sentence says why. */
export interface UnreadSchema {
  readonly unread: string;
}

/** What the request's workspace and service stand for. */
export type TargetState =
  | { readonly kind: 'finding' }
  | {
      readonly kind: 'unknown';
      readonly sentence: string;
      /** The catalog does not have it, and it can be added. */
      readonly canBeAdded: boolean;
    }
  | {
      readonly kind: 'found';
      readonly address: ServiceAddress;
      readonly label: string;
      readonly credentials: readonly Credential[];
      readonly schema: ServiceSchema | 'loading' | 'none' | UnreadSchema;
    };

/** The schema of the request's service, once it is known. */
export function schemaOf(target: TargetState): ServiceSchema | undefined {
  if (target.kind !== 'found' || typeof target.schema === 'string') return undefined;
  return 'unread' in target.schema ? undefined : target.schema;
}

export type CallState =
  | { readonly kind: 'idle' }
  /** The service is looked up, or the user is asked for a key. */
  | { readonly kind: 'preparing' }
  | {
      readonly kind: 'running';
      readonly elapsedMs: number;
      /** Bytes of the answer that have come, once they are many. */
      readonly received?: number;
    }
  | { readonly kind: 'cancelled' }
  | ({ readonly kind: 'ended' } & Ending);

export interface Ending {
  readonly answer?: AnswerView;
  readonly failure?: FailureView;
  readonly comparison?: ComparisonView;
  readonly allowance?: AllowanceView;
  /** The call is one of the history: ISO 8601 of when it was made. */
  readonly recalled?: string;
}

export type NamedValue = readonly [name: string, value: string];

export interface AnswerView {
  readonly url: string;
  readonly status: number;
  readonly statusText: string;
  readonly connectedMs?: number;
  readonly firstByteMs: number;
  readonly totalMs: number;
  /** Of the body, in bytes. */
  readonly size: number;
  /** ISO 8601. */
  readonly time: string;
  readonly headers: readonly NamedValue[];
  readonly outputs: readonly OutputView[];
  readonly text: AnswerText;
  /** Some bytes were no UTF-8 and are shown as replacement characters. */
  readonly notUtf8?: boolean;
  /** What went over the wire. */
  readonly sent?: SentRequest;
  /** The time that it took, in pieces. */
  readonly phases?: readonly Phase[];
  /** The body is an answer of the contract, though it may have no outputs. */
  readonly hasResults: boolean;
  /** The whole is in a file, because it is more than is kept in memory. */
  readonly inFile: boolean;
}

/** The body as text, indented when it is JSON. */
export interface AnswerText {
  readonly text: string;
  /** Only the beginning is here. */
  readonly cut: boolean;
}

export interface FailureView {
  readonly code: string;
  readonly origin: Origin;
  readonly sentence: string;
  readonly status?: number;
  readonly reasons: readonly ReasonView[];
  readonly headers: readonly NamedValue[];
  readonly requestId?: string;
  readonly method?: string;
  readonly url?: string;
  /** ISO 8601. */
  readonly time?: string;
  readonly body?: string;
  /** Labels of the actions that may mend it. */
  readonly remedies: readonly string[];
  readonly retry?: RetryView;
}

/** A reason as the service gave it; `facts` are what is in the JSON that its message carries. */
export interface ReasonView extends FailureReason {
  readonly facts?: readonly MessageFact[];
}

export interface EditorStart {
  readonly strings: RequestEditorStrings;
  readonly document: DocumentState;
  readonly target: TargetState;
  readonly call: CallState;
}

/** What the request editor's webview sends to the extension. */
export const toRequestHost = {
  ...toDocumentHost,
  ...toAnswerHost,
  start: inquiry<EditorStart>(),
  /** The document as it is now. */
  read: inquiry<DocumentState>(),
  /** `version` is the document that the edits were made for. */
  edit: question<{ readonly edits: readonly JsonEdit[]; readonly version: number }, EditAnswer>(),
  setBody: question<{ readonly text: string }, DocumentState>(),
  send: question(),
  cancel: question(),
  setCredential: question<{ readonly kind: Credential['kind'] }>(),
  /** Keeps a value that was typed as a header where keys belong. */
  storeCredential: question<{ readonly header: string; readonly value: string }, boolean>(),
  /** Asks for a file and puts its rows in the place of the input's. */
  importRows: question<{ readonly input: string }, ImportOutcome>(),
  copy: question<{ readonly text: string }>(),
  copyFailure: question(),
  mend: question<{ readonly remedy: number }>(),
  showLog: question(),
} as const;

/** What the extension sends to the request editor's webview. */
export const toRequestView = {
  documentChanged: notice<DocumentState>(),
  targetChanged: notice<TargetState>(),
  callChanged: notice<CallState>(),
  /** Answered when all that was typed has reached the document. */
  flush: inquiry<readonly NamedValue[]>(),
  /** The keys among the headers that are being typed are stored or dropped: nothing is left to be shown. */
  credentialsTaken: notice(),
} as const;
