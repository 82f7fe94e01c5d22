import { useEffect } from 'preact/hooks';
import type { Problem } from '../../shared/inputProblems.ts';

/** Focuses the field of a problem, each time that it is another object. */
export function useGoTo(place: { readonly current: HTMLElement | null }, goTo: Problem | undefined): void {
  useEffect(() => {
    if (!goTo) return;
    const mark = goTo.kind === 'cell' ? `${goTo.column}.${goTo.name}` : goTo.name;
    const field = place.current?.querySelector<HTMLElement>(`[data-mark="${CSS.escape(mark)}"]`);
    field?.focus();
    field?.scrollIntoView({ block: 'nearest' });
  }, [goTo]);
}
