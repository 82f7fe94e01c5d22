import { useLayoutEffect, useRef } from 'preact/hooks';

/**
 * A focused button that gives way to another one passes the focus on to it, unless the workbench has the focus by now:
 * the prompt for a key must not lose it.
 */
export function useKeptFocus(state: boolean): { readonly current: HTMLDivElement | null } {
  const place = useRef<HTMLDivElement>(null);
  const hasFocus = place.current?.contains(document.activeElement) ?? false;
  useLayoutEffect(() => {
    if (hasFocus && document.hasFocus()) place.current?.querySelector('button')?.focus();
  }, [state]);
  return place;
}
