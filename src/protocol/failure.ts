/** Where a failure arose, as far as a caller can tell. */
export type Origin = 'service' | 'gateway' | 'storage' | 'network' | 'client';

/** What is known about the HTTP exchange behind a failure; never holds a credential. */
export interface FailureEvidence {
  readonly method?: string;
  /** Without SAS signatures or subscription keys. */
  readonly url?: string;
  readonly headers?: readonly (readonly [name: string, value: string])[];
  /** The answer's body as text, cut at a limit. */
  readonly body?: string;
  /** ISO 8601. */
  readonly time?: string;
  /** ISO 8601: when it makes sense to try again, if the server said so. */
  readonly retryAt?: string;
  /** Codes and texts as the service sent them, the outer one first. */
  readonly reasons?: readonly FailureReason[];
}

export interface FailureReason {
  readonly code: string;
  readonly message: string;
  /** The module or the part of the request that the reason is about. */
  readonly target?: string;
}

export interface FailureInit {
  readonly code: string;
  readonly origin: Origin;
  /** One or two sentences: what failed, and what a person can do about it. */
  readonly sentence: string;
  readonly status?: number;
  readonly evidence?: FailureEvidence;
  readonly cause?: unknown;
}

/**
 * Every error that leaves this extension. Its message starts with `[origin/code]`, because VS Code
 * passes only the message on when a command rejects in another extension.
 */
export class Failure extends Error {
  override readonly name = 'Failure';
  readonly code: string;
  readonly origin: Origin;
  readonly sentence: string;
  readonly status: number | undefined;
  readonly evidence: FailureEvidence | undefined;

  constructor(init: FailureInit) {
    super(`[${init.origin}/${init.code}] ${init.sentence}`, { cause: init.cause });
    this.code = init.code;
    this.origin = init.origin;
    this.sentence = init.sentence;
    this.status = init.status;
    this.evidence = init.evidence;
  }
}
