import type { MistakeId } from './mistakes.ts';
import type { WebService } from './webService.ts';

/** Answers that no public source settles; the first value of each is what the local service does unasked. */
export interface WireVariants {
  /** `StatusCode` as a name (swagger of 2016) or as a number (azure-docs of 2015). */
  readonly statusCode: 'name' | 'number';
  /** HTTP status of start and of DELETE; clients accept any 2xx. */
  readonly startStatus: 200 | 202 | 204;
  readonly deleteStatus: 200 | 202 | 204;
  /** A job after its DELETE: `Cancelled` until it is deleted once more, or unknown at once. */
  readonly afterDelete: 'cancelled' | 'gone';
  /** The submit answer: a JSON string, or the id alone. */
  readonly jobId: 'quoted' | 'bare';
  /** The outputs of a job: a map `Results`, or `Result` with the first output alone (azure-docs of 2015). */
  readonly results: 'plural' | 'singular';
  /** Which input columns take `null`: those that the schema marks, or all. */
  readonly nullCells: 'marked' | 'every';
  /** Whether the gateway insists on the query parameters of its URL templates. */
  readonly gatewayQuery: 'required' | 'optional';
  /** What the management API says of a workspace that it does not have: nobody says "wrong region". */
  readonly wrongRegion: 'notFound' | 'unauthorized' | 'failed';
  /** Mistakes that get their unconfirmed other answer. */
  readonly otherAnswers: readonly MistakeId[];
}

export const DEFAULT_VARIANTS: WireVariants = {
  statusCode: 'name',
  startStatus: 200,
  deleteStatus: 200,
  afterDelete: 'cancelled',
  jobId: 'quoted',
  results: 'plural',
  nullCells: 'marked',
  gatewayQuery: 'required',
  wrongRegion: 'notFound',
  otherAnswers: [],
};

/** So many calls in so many seconds. */
export interface CallAllowance {
  readonly calls: number;
  readonly seconds: number;
}

export interface Limits {
  /** Bytes of a request's body. */
  readonly bodyBytes: number;
  /** RRS calls that a default endpoint answers at a time. */
  readonly concurrentCalls: number;
  /** Jobs that one endpoint runs at a time; others wait in order. */
  readonly concurrentJobs: number;
  /** Milliseconds that every RRS call takes at least. */
  readonly executeDelayMs: number;
  /** Milliseconds that every job is `Running` before it reads its input. */
  readonly jobDelayMs: number;
  /** Seconds in the `Retry-After` header of a 503; no header when absent. */
  readonly retryAfterSeconds?: number;
  /** Answered with 429 and `Retry-After` by the gateway when exceeded. */
  readonly gatewayRate?: CallAllowance;
  /** Answered with 403 by the gateway when exceeded. */
  readonly gatewayQuota?: CallAllowance;
  /** The gateway tells how many calls are left and when they are renewed, as a policy of its owner may. */
  readonly gatewayTellsCalls?: boolean;
}

export const DEFAULT_LIMITS: Limits = {
  bodyBytes: 4 * 1024 * 1024,
  concurrentCalls: 20,
  concurrentJobs: 40,
  executeDelayMs: 0,
  jobDelayMs: 0,
};

/** A request as a fault hook sees it. */
export interface ObservedRequest {
  readonly server: 'service' | 'gateway';
  readonly method: string;
  /** Path and query. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

/** What a fault hook does to a request instead of the answer: an answer of its own, silence, or a cut connection. */
export type Fault =
  | { readonly status: number; readonly headers?: Readonly<Record<string, string>>; readonly body?: string }
  | 'silence'
  | 'reset';

export type FaultHook = (request: ObservedRequest) => Fault | undefined | Promise<Fault | undefined>;

/** How to start the local service. */
export interface LocalServiceOptions {
  /** 0 or absent: the port of last time when it is free, else any free one. */
  readonly port?: number;
  readonly gatewayPort?: number;
  readonly blobPort?: number;
  /** Kept when given; otherwise a temporary folder, removed at the end. */
  readonly dataFolder?: string;
  /** The sample services when absent. Several may have the same title, as services that were published anew do. */
  readonly services?: readonly WebService[];
  readonly variants?: Partial<WireVariants>;
  readonly limits?: Partial<Limits>;
  /** Called for every request before it is answered, for tests of a client's error handling. */
  readonly fault?: FaultHook;
}
