/** What the Jobs view lists, by our own ids. */
export interface ListedJobs {
  /** Newest first. */
  readonly listed: readonly string[];
  readonly selected: readonly string[];
  readonly isFiltered: boolean;
}

/** VS Code does not tell which rows are scrolled into view; so many are more than fit. */
const mostRows = 50;

/**
 * The jobs that a person looks at: those whose details are in sight, and those of the Jobs view unless it is hidden
 * (`undefined`). Who filters a list wants to see all that is left of it.
 */
export function jobsInSight(details: Iterable<string>, view: ListedJobs | undefined): ReadonlySet<string> {
  if (view === undefined) return new Set(details);
  const { listed, selected, isFiltered } = view;
  return new Set([...details, ...selected, ...(isFiltered ? listed : listed.slice(0, mostRows))]);
}
