import type { Outcome, Run } from '../../shared/dashboardContract.ts';

export interface Summary {
  readonly count: number;
  readonly failed: number;
  /** Of those that succeeded; absent where none did, or it is not known how long they took. */
  readonly meanMs?: number;
}

export function summaryOf(runs: readonly Run[]): Summary {
  const times = runs.flatMap(({ outcome, durationMs }) =>
    outcome === 'succeeded' && durationMs !== undefined ? [durationMs] : [],
  );
  return {
    count: runs.length,
    failed: runs.filter(({ outcome }) => outcome === 'failed').length,
    ...(times.length > 0 && { meanMs: times.reduce((sum, ms) => sum + ms, 0) / times.length }),
  };
}

const outcomes: readonly Outcome[] = ['succeeded', 'failed', 'cancelled', 'open'];

/** How many ended how, always in the same order; those that there are none of are left out. */
export function outcomesOf(
  runs: readonly Run[],
): readonly { readonly outcome: Outcome; readonly count: number }[] {
  return outcomes
    .map((outcome) => ({ outcome, count: runs.filter((run) => run.outcome === outcome).length }))
    .filter(({ count }) => count > 0);
}
