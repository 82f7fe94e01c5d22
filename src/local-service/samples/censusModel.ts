import * as v from 'valibot';

import type { Cell, Column } from '../../protocol/studio/serviceSchema.ts';
import { ModelError } from '../webService.ts';
import type { Row } from '../webService.ts';
import original from './adultCensusIncome.json' with { type: 'json' };

const weights = v.record(v.string(), v.number());

const modelSchema = v.object({
  intercept: v.number(),
  numbers: weights,
  booleans: weights,
  /** For each column the weight of each word in it. */
  words: v.record(v.string(), weights),
  yearsSinceSurvey: v.number(),
  surveyYear: v.number(),
});

/** A logistic model of an income above 50,000: what each value adds. A value without a weight adds nothing. */
export type CensusModel = v.InferOutput<typeof modelSchema>;

export const censusColumns: readonly Column[] = [
  { name: 'age', type: 'integer', format: 'int32', nullable: false },
  { name: 'workclass', type: 'string', nullable: true },
  { name: 'education-num', type: 'integer', format: 'int32', nullable: false },
  { name: 'marital-status', type: 'string', nullable: false },
  { name: 'occupation', type: 'string', nullable: true },
  { name: 'sex', type: 'string', nullable: false, allowedValues: ['Female', 'Male'] },
  { name: 'capital-gain', type: 'number', format: 'double', nullable: true },
  { name: 'capital-loss', type: 'number', format: 'double', nullable: true },
  { name: 'hours-per-week', type: 'number', format: 'double', nullable: false },
  { name: 'us-citizen', type: 'boolean', nullable: false },
  { name: 'surveyed-at', type: 'date-time', format: 'date-time', nullable: true },
];

export const incomeLabels = { below: '<=50K', above: '>50K' } as const;

/** The model of the data file beside. */
export const originalModel: CensusModel = original;

/** The probability of an income above 50,000. */
export function probabilityOf(model: CensusModel, row: Row): number {
  const values = new Map(censusColumns.map(({ name }, index) => [name, row[index] ?? null]));
  const logit =
    model.intercept +
    sumOfNumbers(model, values) +
    sumOfBooleans(model, values) +
    sumOfWords(model, values) +
    sinceSurvey(model, values);
  return 1 / (1 + Math.exp(-logit));
}

const fileSchema = v.object({
  format: v.literal('azureml-services/census-model'),
  columns: v.array(v.string()),
  model: modelSchema,
});

/** The text of an `.ilearner` file of the local service. The hosted service's own format is not public. */
export function formatModelFile(model: CensusModel): string {
  const file: v.InferOutput<typeof fileSchema> = {
    format: 'azureml-services/census-model',
    columns: censusColumns.map(({ name }) => name),
    model,
  };
  return JSON.stringify(file, undefined, 1);
}

/** @throws ModelError when the text is no trained model, or one for other columns */
export function parseModelFile(text: string): CensusModel {
  const { columns, model } = parseFile(text);
  if (columns.join('\n') === censusColumns.map(({ name }) => name).join('\n')) return model;
  throw new ModelError('mismatch', `it was trained on the columns ${columns.join(', ')}`);
}

function parseFile(text: string): v.InferOutput<typeof fileSchema> {
  try {
    return v.parse(fileSchema, JSON.parse(text));
  } catch (error) {
    throw new ModelError('unreadable', error instanceof SyntaxError ? 'it is not JSON' : String(error));
  }
}

type Values = ReadonlyMap<string, Cell>;

function sumOfNumbers(model: CensusModel, values: Values): number {
  return sum(Object.entries(model.numbers), ([name, weight]) => weight * Number(values.get(name) ?? 0));
}

function sumOfBooleans(model: CensusModel, values: Values): number {
  return sum(Object.entries(model.booleans), ([name, weight]) => (values.get(name) === true ? weight : 0));
}

function sumOfWords(model: CensusModel, values: Values): number {
  return sum(Object.entries(model.words), ([name, words]) => {
    const weight = new Map(Object.entries(words)).get(String(values.get(name) ?? ''));
    return weight ?? 0;
  });
}

function sinceSurvey(model: CensusModel, values: Values): number {
  const surveyed = values.get('surveyed-at');
  if (typeof surveyed !== 'string') return 0;
  return model.yearsSinceSurvey * (new Date(surveyed).getUTCFullYear() - model.surveyYear);
}

function sum<T>(items: readonly T[], valueOf: (item: T) => number): number {
  return items.reduce((total, item) => total + valueOf(item), 0);
}
