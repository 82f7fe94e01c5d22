import type { ComponentChildren } from 'preact';

/** Numbers that are to be seen first. */
export function Figures({ children }: { readonly children: ComponentChildren }) {
  return <dl class="figures">{children}</dl>;
}

interface FigureProps {
  readonly name: string;
  readonly value: ComponentChildren;
}

export function Figure({ name, value }: FigureProps) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}
