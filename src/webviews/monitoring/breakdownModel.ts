import { callsIn } from '../../protocol/apim/callCounts.ts';
import type { BreakdownRow } from '../../shared/monitoringContract.ts';

/** What a table of those that were called can be sorted by. */
export const measures = ['name', 'calls', 'share', 'failed', 'blocked', 'mean', 'backend', 'bytes'] as const;
export type Measure = (typeof measures)[number];

export interface Order {
  readonly by: Measure;
  readonly isDescending: boolean;
}

/** What is clicked again turns around; numbers begin with the greatest. */
export function nextOrder({ by, isDescending }: Order, clicked: Measure): Order {
  return { by: clicked, isDescending: by === clicked ? !isDescending : clicked !== 'name' };
}

export function sorted(rows: readonly BreakdownRow[], { by, isDescending }: Order): readonly BreakdownRow[] {
  const direction = isDescending ? -1 : 1;
  return rows.toSorted((one, other) => direction * compare(one, other, by));
}

function compare(one: BreakdownRow, other: BreakdownRow, by: Measure): number {
  if (by === 'name') return one.name.localeCompare(other.name);
  // What is not known is less than anything.
  return (numberOf(one, by) ?? -1) - (numberOf(other, by) ?? -1);
}

function numberOf({ counts, mean, backend, bytes }: BreakdownRow, by: Measure): number | undefined {
  switch (by) {
    case 'failed':
    case 'blocked':
      return counts[by];
    case 'mean':
      return mean;
    case 'backend':
      return backend;
    case 'bytes':
      return bytes;
    default:
      return callsIn(counts);
  }
}
