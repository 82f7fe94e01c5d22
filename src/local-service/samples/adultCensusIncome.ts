import type { Cell, Column } from '../../protocol/studio/serviceSchema.ts';
import { scoreRowByRow } from '../webService.ts';
import type { Row, WebService } from '../webService.ts';
import model from './adultCensusIncome.json' with { type: 'json' };

const columns: readonly Column[] = [
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

const sampleRows: readonly Row[] = [
  [39, 'State-gov', 13, 'Never-married', 'Adm-clerical', 'Male', 2174, 0, 40, true, '1994-05-01T09:30:00Z'],
  [50, 'Self-emp-not-inc', 13, 'Married-civ-spouse', 'Exec-managerial', 'Male', 0, 0, 13, true, null],
  [
    28,
    'Private',
    14,
    'Married-civ-spouse',
    'Prof-specialty',
    'Female',
    0,
    0,
    40,
    false,
    '1994-06-15T14:00:00Z',
  ],
  [54, null, 10, 'Divorced', null, 'Female', null, null, 20.5, true, null],
];

/** Income above or below 50,000 a year, by a logistic model whose coefficients are in the data file beside. */
export const adultCensusIncome: WebService = {
  schema: {
    title: 'AdultCensusIncome',
    inputs: [{ name: 'input1', columns, sampleRows }],
    outputs: [
      {
        name: 'output1',
        columns: [
          { name: 'Scored Labels', type: 'string', nullable: false, allowedValues: ['<=50K', '>50K'] },
          { name: 'Scored Probabilities', type: 'number', format: 'double', nullable: false },
        ],
        sampleRows: sampleRows.slice(0, 1).map(score),
      },
    ],
    globalParameters: [],
  },
  bind() {
    const { outputs } = adultCensusIncome.schema;
    return scoreRowByRow('input1', { name: 'output1', columns: outputs[0]?.columns ?? [] }, score);
  },
};

/** Label and probability of an income above 50,000. A missing value adds nothing. */
function score(row: Row): Row {
  const values = new Map(columns.map(({ name }, index) => [name, row[index] ?? null]));
  const logit =
    model.intercept + sumOfNumbers(values) + sumOfBooleans(values) + sumOfWords(values) + sinceSurvey(values);
  const probability = 1 / (1 + Math.exp(-logit));
  return [probability > 0.5 ? '>50K' : '<=50K', probability];
}

type Values = ReadonlyMap<string, Cell>;

function sumOfNumbers(values: Values): number {
  return sum(Object.entries(model.numbers), ([name, weight]) => weight * Number(values.get(name) ?? 0));
}

function sumOfBooleans(values: Values): number {
  return sum(Object.entries(model.booleans), ([name, weight]) => (values.get(name) === true ? weight : 0));
}

function sumOfWords(values: Values): number {
  return sum(Object.entries(model.words), ([name, weights]) => {
    const weight = new Map(Object.entries(weights)).get(String(values.get(name) ?? ''));
    return weight ?? 0;
  });
}

function sinceSurvey(values: Values): number {
  const surveyed = values.get('surveyed-at');
  if (typeof surveyed !== 'string') return 0;
  return model.yearsSinceSurvey * (new Date(surveyed).getUTCFullYear() - model.surveyYear);
}

function sum<T>(items: readonly T[], valueOf: (item: T) => number): number {
  return items.reduce((total, item) => total + valueOf(item), 0);
}
