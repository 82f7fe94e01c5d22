/** Where a row begins. */
export interface RowStart {
  /** From 0. */
  readonly row: number;
  /** In bytes. */
  readonly offset: number;
}

/**
 * Where rows begin, sparsely: one entry for at least `stride` bytes of rows, whatever their length, so that the index of
 * 1 GiB with the default stride has at most 16,384 entries of 16 bytes. A row longer than the stride is followed by an
 * entry of its own.
 */
export class RowIndex {
  #rows = new Float64Array(256);
  #offsets = new Float64Array(256);
  #count = 0;
  #knownRows = 0;
  #knownBytes: number;
  #complete = false;

  /** `first` is the byte at which the first row begins, after a byte order mark. */
  constructor(first: number) {
    this.#knownBytes = first;
    this.#append(0, first);
  }

  /** Rows before this one can be found; the number of all rows when the index is complete. */
  get knownRows(): number {
    return this.#knownRows;
  }

  /** How far the bytes have been looked at. */
  get knownBytes(): number {
    return this.#knownBytes;
  }

  get complete(): boolean {
    return this.#complete;
  }

  get last(): RowStart {
    return this.#at(this.#count - 1);
  }

  /** Adds what has been found up to `knownBytes`; entries at or before the last one are known already. */
  add(found: {
    readonly rows: Float64Array;
    readonly offsets: Float64Array;
    readonly knownRows: number;
    readonly knownBytes: number;
  }): void {
    for (const [i, row] of found.rows.entries()) {
      if (row > this.last.row) this.#append(row, found.offsets[i] ?? 0);
    }
    this.#knownRows = Math.max(this.#knownRows, found.knownRows);
    this.#knownBytes = Math.max(this.#knownBytes, found.knownBytes);
  }

  /** `rows` is the number of all rows. */
  finish(rows: number, size: number): void {
    this.#knownRows = rows;
    this.#knownBytes = size;
    this.#complete = true;
  }

  /** The last entry at or before a row. */
  before(row: number): RowStart {
    return this.#at(this.#lastAtMost(this.#rows, row));
  }

  #lastAtMost(values: Float64Array, wanted: number): number {
    let low = 0;
    let high = this.#count - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((values[middle] ?? 0) <= wanted) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  #at(entry: number): RowStart {
    return { row: this.#rows[entry] ?? 0, offset: this.#offsets[entry] ?? 0 };
  }

  #append(row: number, offset: number): void {
    if (this.#count === this.#rows.length) {
      this.#rows = grown(this.#rows);
      this.#offsets = grown(this.#offsets);
    }
    this.#rows[this.#count] = row;
    this.#offsets[this.#count] = offset;
    this.#count += 1;
  }
}

function grown(values: Float64Array): Float64Array<ArrayBuffer> {
  const bigger = new Float64Array(values.length * 2);
  bigger.set(values);
  return bigger;
}
