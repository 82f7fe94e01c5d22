import type { Runnable, Suite } from 'mocha';

/** The title of the outermost `describe` that a test or a hook is in; empty for one that is in none. */
export function groupOf(runnable: Runnable): string {
  const titles = titlesAbove(runnable.parent);
  return titles.at(-1) ?? '';
}

function titlesAbove(suite: Suite | undefined): string[] {
  return suite === undefined || suite.root ? [] : [suite.title, ...titlesAbove(suite.parent)];
}

/** What Mocha's `--grep` takes for some groups. */
export function grepFor(groups: readonly string[]): string {
  return `^(${groups.map((group) => group.replace(/[^\w\s]/g, '\\$&')).join('|')}) `;
}
