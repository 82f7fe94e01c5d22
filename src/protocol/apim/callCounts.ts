/** How calls end, in the order in which they are shown. */
export const callResults = ['succeeded', 'blocked', 'failed', 'other'] as const;

/** As API Management's own reports tell calls apart: `blocked` are those that the gateway did not let through. */
export type CallResult = (typeof callResults)[number];

export type CallCounts = Readonly<Record<CallResult, number>>;

export const noCalls: CallCounts = { succeeded: 0, blocked: 0, failed: 0, other: 0 };

/** Which result an HTTP status is. Source: azure-rest-api-specs apimanagement, the counts in apimreports.json. */
export function resultOf(status: number): CallResult {
  if (status >= 100 && (status <= 301 || status === 304 || status === 307)) return 'succeeded';
  if (status === 401 || status === 403 || status === 429) return 'blocked';
  return status === 400 || status >= 500 ? 'failed' : 'other';
}

export function sumOfCounts(all: readonly CallCounts[]): CallCounts {
  const sum = (result: CallResult): number => all.reduce((total, counts) => total + counts[result], 0);
  return {
    succeeded: sum('succeeded'),
    blocked: sum('blocked'),
    failed: sum('failed'),
    other: sum('other'),
  };
}

/** All calls, whatever their result. */
export function callsIn(counts: CallCounts): number {
  return counts.succeeded + counts.blocked + counts.failed + counts.other;
}
