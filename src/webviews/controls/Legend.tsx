import type { ComponentChildren } from 'preact';

export function Legend({ children }: { readonly children: ComponentChildren }) {
  return <ul class="legend">{children}</ul>;
}

interface LegendItemProps {
  /** The looks of what it explains, of the class `mark`. */
  readonly mark: string;
  readonly children: ComponentChildren;
}

export function LegendItem({ mark, children }: LegendItemProps) {
  return (
    <li>
      <svg viewBox="0 0 10 10" aria-hidden="true">
        <rect class={`mark mark-${mark}`} x="1" y="1" width="8" height="8" />
      </svg>
      {children}
    </li>
  );
}
