import type { CallCounts } from '../protocol/apim/callCounts.ts';
import type { TimeSpan } from '../protocol/apim/timeSpan.ts';
import { inquiry, notice, question } from './messages.ts';
import type { MonitoringStrings } from './monitoringStrings.ts';

export const lastTimes = ['hour', 'day', 'week', 'month'] as const;

/** What ends now, or what was between two times (ISO 8601). */
export type TimeRange =
  { readonly last: (typeof lastTimes)[number] } | { readonly between: readonly [from: string, to: string] };

export interface MonitoringView {
  readonly range: TimeRange;
  /** The only API whose calls count. */
  readonly apiId?: string;
}

/** What the page keeps, so that the panel can be filled again when its window is opened again. */
export interface MonitoringPlace extends MonitoringView {
  /** The instance's path below Azure Resource Manager. */
  readonly instanceId: string;
  readonly name: string;
}

export type PortalPage = 'overview' | 'diagnostics';

export interface Problem {
  readonly sentence: string;
  /** Of the instance in Azure's portal: where what is missing can be switched on. */
  readonly portalPage?: PortalPage;
}

/** A part of the page, each of which is asked for on its own. */
export type Part<T> =
  | { readonly kind: 'loading' }
  | { readonly kind: 'ready'; readonly value: T }
  | ({ readonly kind: 'failed' } & Problem);

/** Where numbers come from, which says how fresh they are; `why` other numbers could not be read. */
export interface Provenance {
  readonly source: 'metrics' | 'reports';
  readonly why?: string;
}

export interface CallsPoint extends TimeSpan {
  readonly counts: CallCounts;
}

export interface Calls extends Provenance {
  readonly counts: CallCounts;
  /** The oldest first. */
  readonly points: readonly CallsPoint[];
}

/** Milliseconds; absent where nothing was called. */
export interface Times {
  readonly mean?: number;
  readonly longest?: number;
  /** What the backend took of the mean. */
  readonly backend?: number;
}

export interface Latency extends Provenance, Times {
  readonly points: readonly (TimeSpan & Times)[];
}

/** Bytes. */
export interface Bandwidth {
  readonly bytes: number;
  readonly points: readonly (TimeSpan & { readonly bytes: number })[];
}

export const breakdownKinds = ['api', 'operation', 'product', 'subscription'] as const;
export type BreakdownKind = (typeof breakdownKinds)[number];

export interface BreakdownRow extends Times {
  /** Without the path; empty for calls that belong to none. */
  readonly id: string;
  readonly name: string;
  /** What it belongs to, where that is not plain. */
  readonly of?: string;
  readonly counts: CallCounts;
  readonly bytes?: number;
}

export interface Breakdown extends Provenance {
  /** Only those that were called, those with the most calls first. */
  readonly rows: readonly BreakdownRow[];
  /** There are more than were given. */
  readonly isCut?: boolean;
}

export interface MonitoringParts extends Readonly<Record<BreakdownKind, Part<Breakdown>>> {
  readonly calls: Part<Calls>;
  readonly latency: Part<Latency>;
  readonly bandwidth: Part<Bandwidth>;
}

export interface MonitoringState {
  readonly place: MonitoringPlace;
  /** Of the instance, once it has answered. */
  readonly tier?: string;
  /** Of the only API whose calls count. */
  readonly apiName?: string;
  readonly span: TimeSpan;
  readonly busy: boolean;
  /** ISO 8601: when the numbers were there. */
  readonly readAt?: string;
  /** Why the instance itself cannot be read. */
  readonly problem?: string | undefined;
  readonly parts: MonitoringParts;
}

/** What the page sends to the extension. */
export const toMonitoringHost = {
  start: inquiry<{ readonly strings: MonitoringStrings; readonly state: MonitoringState }>(),
  show: question<MonitoringView>(),
  refresh: question(),
  openPortal: question<{ readonly page: PortalPage }>(),
} as const;

/** What the extension sends to the page. */
export const toMonitoringView = {
  changed: notice<MonitoringState>(),
} as const;
