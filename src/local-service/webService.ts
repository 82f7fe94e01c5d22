import type { Cell, Column, ServiceSchema } from '../protocol/studio/serviceSchema.ts';

/** Cells in the order of the table's columns. */
export type Row = readonly Cell[];

/** A call's global parameters after checking: every parameter of the schema that has a value. */
export type ParameterValues = ReadonlyMap<string, Cell>;

export interface OutputTable {
  readonly name: string;
  readonly columns: readonly Column[];
}

/** What a running call reads and writes; rows come and go in batches, so a file never has to fit in memory. */
export interface Tables {
  read(input: string): AsyncIterable<readonly Row[]>;
  /** Resolves when more rows may be written. */
  write(output: string, rows: readonly Row[]): Promise<void>;
  /** Writes an output that is a trained model; jobs only. */
  writeModel(output: string, content: string): Promise<void>;
}

/** One call, bound to its parameters, which may change the columns of the answer. */
export interface Scoring {
  readonly outputs: readonly OutputTable[];
  run(tables: Tables): Promise<void>;
}

/** A parameter whose value has the right type and still cannot be used. */
export class ParameterError extends Error {
  readonly parameter: string;

  constructor(parameter: string, reason: string) {
    super(reason);
    this.parameter = parameter;
  }
}

/** The part of a service that an endpoint can exchange for one that was trained anew. */
export interface TrainedModel {
  /** As the management API lists it among the resources of an endpoint. */
  readonly name: string;
  /** The text of its `.ilearner` file. */
  readonly content: string;
  /** The service with the model of another `.ilearner` file. @throws ModelError */
  replacedBy(content: string): WebService;
}

/** An `.ilearner` file that cannot take the place of a model. */
export class ModelError extends Error {
  readonly kind: 'unreadable' | 'mismatch';

  constructor(kind: ModelError['kind'], reason: string) {
    super(reason);
    this.kind = kind;
  }
}

/** A web service of the local service: what it takes and gives, and how it scores. Its name is the schema's title. */
export interface WebService {
  readonly schema: ServiceSchema;
  /** @throws ParameterError */
  bind(parameters: ParameterValues): Scoring;
  /** Absent when nothing of the service can be exchanged. */
  readonly model?: TrainedModel;
  /** Outputs that are a trained model instead of a table. A service with any is for jobs only. */
  readonly modelOutputs?: readonly string[];
}

/** A scoring that maps each row of one input to one row of one output. */
export function scoreRowByRow(input: string, output: OutputTable, score: (row: Row) => Row): Scoring {
  return {
    outputs: [output],
    async run(tables) {
      for await (const rows of tables.read(input)) await tables.write(output.name, rows.map(score));
    },
  };
}
