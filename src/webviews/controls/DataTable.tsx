import type { ComponentChildren } from 'preact';
import { Icon } from './Icon.tsx';

export interface Sorting {
  /** Index of the column. */
  readonly column: number;
  readonly isDescending: boolean;
  readonly onSort: (column: number) => void;
}

interface DataTableProps {
  readonly label: string;
  readonly titles: readonly string[];
  /** Titles are buttons that sort then. */
  readonly sorting?: Sorting;
  /** The rows. */
  readonly children: ComponentChildren;
}

/** A table that scrolls when it is long or wide. */
export function DataTable({ label, titles, sorting, children }: DataTableProps) {
  return (
    // Without anything to press in it, it is scrolled by the keyboard only when it takes the focus.
    <div class="scroll" role="region" aria-label={label} tabIndex={0}>
      <table class="data-table" aria-label={label}>
        <thead>
          <tr>
            {titles.map((title, column) => (
              <th key={title} scope="col" aria-sort={sorting && orderOf(sorting, column)}>
                {sorting ? <SortButton title={title} column={column} sorting={sorting} /> : title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </div>
  );
}

interface SortButtonProps {
  readonly title: string;
  readonly column: number;
  readonly sorting: Sorting;
}

function SortButton({ title, column, sorting }: SortButtonProps) {
  const order = orderOf(sorting, column);
  return (
    <button type="button" class="sort" onClick={() => sorting.onSort(column)}>
      {title}
      {order !== 'none' && <Icon name={order === 'descending' ? 'down' : 'up'} />}
    </button>
  );
}

function orderOf({ column, isDescending }: Sorting, of: number): 'ascending' | 'descending' | 'none' {
  if (column !== of) return 'none';
  return isDescending ? 'descending' : 'ascending';
}
