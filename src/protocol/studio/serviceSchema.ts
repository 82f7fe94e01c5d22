/** What a web service takes and gives, however it was learned. */
export interface ServiceSchema {
  readonly title: string;
  readonly inputs: readonly Port[];
  readonly outputs: readonly Port[];
  readonly globalParameters: readonly GlobalParameter[];
}

/** A named input or output: a table with typed columns. */
export interface Port {
  readonly name: string;
  readonly columns: readonly Column[];
  /** Example rows, cells in the order of `columns`. */
  readonly sampleRows: readonly (readonly Cell[])[];
}

export interface Column {
  readonly name: string;
  readonly type: ColumnType;
  /** The `format` beside the type in the document, such as `int32` or `date-time`. */
  readonly format?: string;
  readonly nullable: boolean;
  readonly allowedValues?: readonly string[];
}

export type ColumnType = 'integer' | 'number' | 'boolean' | 'date-time' | 'time-span' | 'string';

export type Cell = string | number | boolean | null;

export interface GlobalParameter {
  readonly name: string;
  readonly type: ColumnType;
  readonly format?: string;
  /** A parameter without a default has to be sent. */
  readonly default?: Cell;
  readonly description?: string;
  readonly allowedValues?: readonly string[];
  /** Named as required by the document or, where it names none, without a default. */
  readonly required?: boolean;
}
