import type { Remote } from '../../shared/messages.ts';
import {
  toTableHost,
  toTableView,
  type CountState,
  type TableFacts,
} from '../../shared/tableEditorContract.ts';
import type { TableEditorStrings } from '../../shared/tableEditorStrings.ts';
import { connectToHost } from '../extensionHost.ts';
import { vscodeApi } from '../vscodeApi.ts';

/** What the page has of the extension. */
export interface TableSession {
  readonly strings: TableEditorStrings;
  readonly host: Remote<typeof toTableHost>;
  /** Called with how far counting, or other work, is. */
  readonly onCount: (listener: (count: CountState) => void) => () => void;
  readonly onWork: (listener: (share: number) => void) => () => void;
}

/** The table, or why it is not there. */
export type Opening =
  | { readonly kind: 'opening' }
  | { readonly kind: 'failed'; readonly message: string }
  | { readonly kind: 'open'; readonly facts: TableFacts; readonly count: CountState };

export async function startSession(): Promise<TableSession> {
  const counts = new Set<(count: CountState) => void>();
  const works = new Set<(share: number) => void>();
  const host = connectToHost({
    incoming: toTableView,
    outgoing: toTableHost,
    handlers: {
      countChanged: (count) => counts.forEach((listener) => listener(count)),
      workDone: ({ share }) => works.forEach((listener) => listener(share)),
    },
  });
  return { strings: await host.start(), host, onCount: listenTo(counts), onWork: listenTo(works) };
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function listenTo<T>(listeners: Set<(value: T) => void>) {
  return (listener: (value: T) => void): (() => void) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  };
}

/** The cell that was the active one when the page was last seen. */
export function keptCell(): { readonly row: number; readonly column: number } | undefined {
  const state = vscodeApi.getState();
  if (typeof state !== 'object' || state === null || !('row' in state) || !('column' in state))
    return undefined;
  const { row, column } = state;
  return typeof row === 'number' && typeof column === 'number' ? { row, column } : undefined;
}

export function keepCell(row: number, column: number): void {
  vscodeApi.setState({ row, column });
}
