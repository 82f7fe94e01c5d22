import type { ComponentChildren } from 'preact';

interface DataTableProps {
  readonly label: string;
  readonly titles: readonly string[];
  /** The rows. */
  readonly children: ComponentChildren;
}

/** A table that scrolls when it is long or wide. */
export function DataTable({ label, titles, children }: DataTableProps) {
  return (
    // Without anything to press in it, it is scrolled by the keyboard only when it takes the focus.
    <div class="scroll" role="region" aria-label={label} tabIndex={0}>
      <table aria-label={label}>
        <thead>
          <tr>
            {titles.map((title) => (
              <th key={title} scope="col">
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </div>
  );
}
