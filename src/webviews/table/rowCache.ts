import type { RowBlock } from '../../shared/tableEditorContract.ts';
import type { GridSpan } from '../controls/gridModel.ts';

/** What is asked for at once. */
export interface BlockPlace {
  readonly from: number;
  readonly count: number;
  readonly firstColumn: number;
  readonly columns: number;
}

type Load = (place: BlockPlace) => Promise<RowBlock>;

const blockRows = 50;
const blockColumns = 200;
const mostBlocks = 80;
const mostLoading = 3;

/** The rows that have been in sight, loaded in blocks; the least recently used ones are forgotten. */
export class RowCache {
  readonly #load: Load;
  readonly #columnCount: number;
  readonly #changed: (error?: unknown) => void;
  readonly #blocks = new Map<string, RowBlock>();
  readonly #loading = new Set<string>();
  #wanted: readonly (readonly [key: string, place: BlockPlace])[] = [];

  /** @param changed told when rows have come, or why they do not */
  constructor(columnCount: number, load: Load, changed: (error?: unknown) => void) {
    this.#columnCount = columnCount;
    this.#load = load;
    this.#changed = changed;
  }

  /** Rows that came in another way. */
  put(block: RowBlock): void {
    this.#keep(keyOf(block.from / blockRows, block.firstColumn / blockColumns), block);
  }

  /** Undefined while nothing of the row is here; cells that are not here are undefined too. */
  row(index: number): readonly (string | undefined)[] | undefined {
    const rowBlock = Math.floor(index / blockRows);
    if (this.#columnCount <= blockColumns) return this.#cells(rowBlock, 0, index);
    let row: (string | undefined)[] | undefined;
    for (let block = 0; block * blockColumns < this.#columnCount; block++) {
      const cells = this.#cells(rowBlock, block, index);
      if (!cells) continue;
      row ??= [];
      for (const [i, cell] of cells.entries()) row[block * blockColumns + i] = cell;
    }
    return row;
  }

  /** The row's number in the table; undefined while it is not here. */
  numberOf(index: number): number | undefined {
    const rowBlock = Math.floor(index / blockRows);
    for (let block = 0; block * blockColumns <= this.#columnCount; block++) {
      const found = this.#blocks.get(keyOf(rowBlock, block));
      if (found) return found.numbers[index - found.from];
    }
    return undefined;
  }

  /** Loads what is missing of these rows; what was wanted before and is not under way is wanted no more. */
  want(rows: GridSpan, columns: GridSpan): void {
    const wanted: [string, BlockPlace][] = [];
    for (let row = Math.floor(rows.first / blockRows); row * blockRows < rows.last; row++) {
      const firstBlock = Math.floor(columns.first / blockColumns);
      for (let block = firstBlock; block * blockColumns < Math.max(1, columns.last); block++) {
        const key = keyOf(row, block);
        const known = this.#blocks.get(key);
        if (known) this.#keep(key, known);
        else {
          const firstColumn = block * blockColumns;
          wanted.push([
            key,
            {
              from: row * blockRows,
              count: blockRows,
              firstColumn,
              columns: Math.max(1, Math.min(blockColumns, this.#columnCount - firstColumn)),
            },
          ]);
        }
      }
    }
    this.#wanted = wanted;
    this.#loadNext();
  }

  #loadNext(): void {
    for (const [key, place] of this.#wanted) {
      if (this.#loading.size >= mostLoading) return;
      if (this.#loading.has(key) || this.#blocks.has(key)) continue;
      this.#loading.add(key);
      this.#load(place)
        .then(
          (block) => {
            this.#keep(key, block);
            this.#changed();
          },
          (error: unknown) => {
            this.#wanted = this.#wanted.filter(([each]) => each !== key);
            this.#changed(error);
          },
        )
        .finally(() => {
          this.#loading.delete(key);
          this.#loadNext();
        });
    }
  }

  #keep(key: string, block: RowBlock): void {
    this.#blocks.delete(key);
    this.#blocks.set(key, block);
    for (const oldest of this.#blocks.keys()) if (this.#blocks.size > mostBlocks) this.#blocks.delete(oldest);
  }

  #cells(rowBlock: number, columnBlock: number, index: number): readonly string[] | undefined {
    const block = this.#blocks.get(keyOf(rowBlock, columnBlock));
    return block?.rows[index - block.from];
  }
}

function keyOf(rowBlock: number, columnBlock: number): string {
  return `${rowBlock}/${columnBlock}`;
}
