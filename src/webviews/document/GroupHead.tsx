import type { ComponentChildren } from 'preact';

/** The name of a group of fields, and what is done to the group. */
export function GroupHead({
  title,
  children,
}: {
  readonly title: string;
  readonly children?: ComponentChildren;
}) {
  return (
    <div class="group-head">
      <h3 class="group-title">{title}</h3>
      {children}
    </div>
  );
}
