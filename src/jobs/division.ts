/** A window that asks for the states of jobs, and the jobs for which it is refused until something is mended there. */
export interface Asker {
  readonly id: string;
  readonly cannotAsk: ReadonlySet<string>;
}

/**
 * Tells which window asks for a job: the first that can, in an order on which all windows agree, the holder of the lease
 * first. A window may lack a key, or the workspace, which is in the folder settings of another. Undefined when none can.
 */
export function askers(holder: string, windows: readonly Asker[]): (ownId: string) => string | undefined {
  const inOrder = windows.toSorted(
    (a, b) => Number(b.id === holder) - Number(a.id === holder) || (a.id < b.id ? -1 : 1),
  );
  return (ownId) => inOrder.find(({ cannotAsk }) => !cannotAsk.has(ownId))?.id;
}
