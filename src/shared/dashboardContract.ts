import type { ServiceSchema } from '../protocol/studio/serviceSchema.ts';
import type { DashboardStrings } from './dashboardStrings.ts';
import { inquiry, notice, question } from './messages.ts';
import type { UnreadSchema } from './requestEditorContract.ts';

/** The endpoint that a dashboard is for; the page keeps it, for when the window is opened again. */
export interface DashboardPlace {
  /** Its name. */
  readonly workspace: string;
  readonly endpointId: string;
}

/** Commands on the endpoint that the page may run. */
export const dashboardCommands = [
  'openRequest',
  'runBatchJob',
  'generateClientCode',
  'showApiHelp',
  'showHistory',
  'openSwagger',
  'attachSchema',
  'setApiKey',
  'setSubscriptionKey',
  'updateGatewayKey',
  'editWorkspace',
] as const;

export type DashboardCommand = (typeof dashboardCommands)[number];

export interface Fact {
  readonly name: string;
  readonly value: string;
}

export interface ServiceUrl {
  readonly kind: 'execute' | 'jobs' | 'swagger' | 'help';
  readonly value: string;
}

/** A key of the endpoint, without its value, which stays in the extension. */
export interface KeyRow {
  readonly kind: 'primary' | 'secondary' | 'credential' | 'subscriptionKey';
  readonly name: string;
  readonly stored: boolean;
}

/** What keeps the endpoint from answering, and what mends it. */
export interface ServiceTrouble {
  readonly sentence: string;
  readonly remedy?: { readonly label: string; readonly command: DashboardCommand };
}

export interface FoundService {
  readonly kind: 'found';
  readonly name: string;
  readonly workspace: string;
  /** Of the service; the endpoint in front among them. */
  readonly endpoints: readonly { readonly name: string; readonly endpointId: string }[];
  readonly endpointId: string;
  /** Names and ids. */
  readonly ids: readonly Fact[];
  /** What the management API says of the endpoint. */
  readonly facts: readonly Fact[];
  readonly urls: readonly ServiceUrl[];
  readonly keys: readonly KeyRow[];
  /** How calls are authorized where no key of this client does it. */
  readonly authorization?: string;
  readonly schema: ServiceSchema | 'loading' | 'none' | UnreadSchema;
  readonly trouble?: ServiceTrouble;
}

export type ServiceState =
  { readonly kind: 'finding' } | { readonly kind: 'unknown'; readonly sentence: string } | FoundService;

export type Outcome = 'succeeded' | 'failed' | 'cancelled' | 'open';

/** A request or a job of the past. */
export interface Run {
  readonly id: string;
  readonly name: string;
  readonly outcome: Outcome;
  /** In the words of the service. */
  readonly outcomeText: string;
  /** ISO 8601: when the answer came, or the job was submitted. */
  readonly time: string;
  readonly durationMs?: number;
}

export interface Activity {
  /** The newest first. */
  readonly runs: readonly Run[];
  /** How many there are; more than `runs` where not all of them are told. */
  readonly total: number;
}

export interface DashboardStart {
  readonly strings: DashboardStrings;
  readonly place: DashboardPlace;
  readonly service: ServiceState;
  readonly requests: Activity;
  readonly jobs: Activity;
  /** Requests are kept in the history, which a setting turns off. */
  readonly keepsHistory: boolean;
}

/** What the dashboard's webview sends to the extension. */
export const toDashboardHost = {
  start: inquiry<DashboardStart>(),
  run: question<{ readonly command: DashboardCommand }>(),
  copyText: question<{ readonly text: string }>(),
  /** Whether a key is on the clipboard now. */
  copyKey: question<{ readonly kind: KeyRow['kind'] }, boolean>(),
  openRequest: question<{ readonly id: string }>(),
  openJob: question<{ readonly id: string }>(),
  reload: question(),
  /** Shows another endpoint of the service. */
  chooseEndpoint: question<{ readonly endpointId: string }, DashboardStart>(),
} as const;

/** What the extension sends to the dashboard's webview. */
export const toDashboardView = {
  serviceChanged: notice<ServiceState>(),
  requestsChanged: notice<Activity>(),
  jobsChanged: notice<Activity>(),
} as const;
