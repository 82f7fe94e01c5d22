/** Outlines on a 16 by 16 field, in the text's colour. */
const outlines = {
  send: 'M4 2.8v10.4L12.8 8Z',
  stop: 'M4 4h8v8H4Z',
  copy: 'M5.5 5.5v-3h8v8h-3M2.5 5.5h8v8h-8Z',
  add: 'M8 3v10M3 8h10',
  insertRow: 'M2.5 9.5h11v4h-11ZM8 1.5v5M5.5 4h5',
  import: 'M8 2v7.5M4.5 6 8 9.5 11.5 6M2.5 10v3.5h11V10',
  remove: 'M4 4l8 8M12 4l-8 8',
  trash: 'M2.5 4h11M6 4V2.5h4V4M4 4l.7 9.5h6.6L12 4M6.6 6.5v4.5M9.4 6.5v4.5',
  duplicate: 'M5.5 5.5v-3h8v8h-3M2.5 5.5h8v8h-8ZM6.5 7.5v4M4.5 9.5h4',
  previous: 'M10 3.5 5.5 8l4.5 4.5',
  next: 'M6 3.5 10.5 8 6 12.5',
  up: 'M3.5 10 8 5.5 12.5 10',
  down: 'M3.5 6 8 10.5 12.5 6',
  document: 'M3.5 1.5h5.5l3.5 3.5v9.5h-9ZM9 1.5V5h3.5',
  save: 'M8 2v8M4.5 6.5 8 10l3.5-3.5M2.5 13.5h11',
  refresh: 'M13 8a5 5 0 1 1-1.5-3.5M13.2 2v3h-3',
  error: 'M8 1.5a6.5 6.5 0 1 1 0 13 6.5 6.5 0 0 1 0-13ZM5.5 5.5l5 5M10.5 5.5l-5 5',
  warning: 'M8 2 14.5 13.5h-13ZM8 6.5v3.5M8 11.3v1',
  info: 'M8 1.5a6.5 6.5 0 1 1 0 13 6.5 6.5 0 0 1 0-13ZM8 7v4.5M8 4.6v1',
  check: 'M3 8.5 6.5 12 13 4.5',
  key: 'M10.5 2a3.5 3.5 0 1 1-2.9 5.5L2.5 12.6V14h2v-1.5H6V11l1.8-1.8M11 5h.1',
  compare: 'M5.5 2.5v11M2.5 5.5l3-3 3 3M10.5 13.5v-11M7.5 10.5l3 3 3-3',
  history: 'M3 8a5 5 0 1 0 1.5-3.5M2.8 2v3h3M8 5.2V8l2 1.6',
  chart: 'M2.5 13.5h11M4 13v-4M6.7 13V5M9.3 13V3M12 13V7.5',
  folder: 'M1.8 4V13h12.4V4.8H7.6L6.2 3H1.8Z',
  filter: 'M2 3h12L9.3 8.4v4.1l-2.6 1.2V8.4Z',
  reset: 'M3 8a5 5 0 1 0 1.5-3.5M2.8 2v3h3',
} as const;

export type IconName = keyof typeof outlines;

const filled: ReadonlySet<IconName> = new Set(['send', 'stop']);

export function Icon({ name }: { readonly name: IconName }) {
  return (
    <svg class={filled.has(name) ? 'icon icon-filled' : 'icon'} viewBox="0 0 16 16" aria-hidden="true">
      <path d={outlines[name]} />
    </svg>
  );
}
