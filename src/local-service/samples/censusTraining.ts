import type { Cell, Column, Port } from '../../protocol/studio/serviceSchema.ts';
import type { Row, Tables, WebService } from '../webService.ts';
import { censusColumns, formatModelFile, incomeLabels, originalModel, probabilityOf } from './censusModel.ts';
import type { CensusModel } from './censusModel.ts';

/** Rows that a training uses; what follows them is left aside, so that memory stays small. */
const MAX_ROWS = 10_000;
const PASSES = 30;
const STEP = 0.3;

/** What a number is divided by to come near 1, as the training needs it. */
const SCALES: Readonly<Record<string, number>> = {
  age: 40,
  'education-num': 10,
  'hours-per-week': 40,
  'capital-gain': 5000,
  'capital-loss': 1000,
};

const incomeColumn: Column = {
  name: 'income',
  type: 'string',
  nullable: false,
  allowedValues: Object.values(incomeLabels),
};

const sampleRows: readonly Row[] = [
  row(39, 'State-gov', 13, 'Never-married', 'Adm-clerical', 'Male', 2174, 0, 40, '<=50K'),
  row(50, 'Self-emp-not-inc', 13, 'Married-civ-spouse', 'Exec-managerial', 'Male', 0, 0, 13, '<=50K'),
  row(28, 'Private', 14, 'Married-civ-spouse', 'Prof-specialty', 'Female', 0, 0, 40, '>50K'),
  row(54, null, 10, 'Divorced', null, 'Female', null, null, 20.5, '<=50K'),
  row(46, 'Federal-gov', 16, 'Married-civ-spouse', 'Prof-specialty', 'Male', 7688, 0, 50, '>50K'),
  row(23, 'Private', 9, 'Never-married', 'Other-service', 'Female', 0, 0, 30, '<=50K'),
  row(37, 'Private', 10, 'Married-civ-spouse', 'Exec-managerial', 'Male', 0, 1887, 60, '>50K'),
  row(61, 'Local-gov', 7, 'Widowed', 'Handlers-cleaners', 'Female', 0, 0, 38, '<=50K'),
];

const evaluation: Port = {
  name: 'output2',
  columns: ['Accuracy', 'Precision', 'Recall', 'F-Score', 'AUC', 'Average Log Loss', 'Training Log Loss'].map(
    (name) => ({ name, type: 'number', format: 'double', nullable: false }),
  ),
  sampleRows: [],
};

/**
 * Trains the model of `AdultCensusIncome` on the rows of a job: its first output is the trained model, which patches an
 * endpoint, its second one row of figures about it. The outputs of a retraining service, in the order of azure-docs
 * retrain-classic-web-service.md.
 */
export const censusTraining: WebService = {
  schema: {
    title: 'CensusTraining',
    inputs: [{ name: 'input1', columns: [...censusColumns, incomeColumn], sampleRows }],
    outputs: [{ name: 'output1', columns: [], sampleRows: [] }, evaluation],
    globalParameters: [],
  },
  modelOutputs: ['output1'],
  bind() {
    return { outputs: censusTraining.schema.outputs, run };
  },
};

async function run(tables: Tables): Promise<void> {
  const rows = await readSome(tables.read('input1'));
  if (rows.length === 0) throw new Error('There are no rows to train on.');
  const model = train(rows);
  await tables.writeModel('output1', formatModelFile(model));
  await tables.write(evaluation.name, [evaluate(model, rows)]);
}

async function readSome(batches: AsyncIterable<readonly Row[]>): Promise<Row[]> {
  const rows: Row[] = [];
  for await (const batch of batches) {
    for (const each of batch) if (rows.length < MAX_ROWS) rows.push(each);
  }
  return rows;
}

/** A feature of a row: the member of the model that its weight belongs to, and its value. */
type Feature = readonly [key: string, value: number];

/** Logistic regression by gradient descent, whose steps get shorter for features that had many (AdaGrad). */
function train(rows: readonly Row[]): CensusModel {
  const weights = new Map<string, number>();
  const squares = new Map<string, number>();
  const examples = rows.map((each) => ({ features: featuresOf(each), above: isAbove(each) ? 1 : 0 }));
  for (let pass = 0; pass < PASSES; pass += 1) {
    for (const { features, above } of examples) {
      const logit = features.reduce((sum, [key, value]) => sum + (weights.get(key) ?? 0) * value, 0);
      const error = 1 / (1 + Math.exp(-logit)) - above;
      for (const [key, value] of features) {
        const gradient = error * value;
        const square = (squares.get(key) ?? 1e-6) + gradient * gradient;
        squares.set(key, square);
        weights.set(key, (weights.get(key) ?? 0) - (STEP * gradient) / Math.sqrt(square));
      }
    }
  }
  return modelOf(weights);
}

function featuresOf(cells: Row): Feature[] {
  const features: Feature[] = [['intercept', 1]];
  for (const [index, { name, type }] of censusColumns.entries()) {
    const cell = cells[index] ?? null;
    if (cell === null) continue;
    if (type === 'boolean') features.push([`boolean ${name}`, cell === true ? 1 : 0]);
    else if (type === 'string') features.push([`word ${name} ${String(cell)}`, 1]);
    else if (type !== 'date-time') features.push([`number ${name}`, Number(cell) / (SCALES[name] ?? 1)]);
  }
  return features;
}

/** The weights under their members; the survey's date is not learned from. */
function modelOf(weights: ReadonlyMap<string, number>): CensusModel {
  const model: CensusModel = {
    intercept: 0,
    numbers: {},
    booleans: {},
    words: {},
    yearsSinceSurvey: 0,
    surveyYear: originalModel.surveyYear,
  };
  for (const [key, weight] of weights) {
    const [kind, name = '', ...rest] = key.split(' ');
    if (kind === 'intercept') model.intercept = weight;
    else if (kind === 'number') model.numbers[name] = weight / (SCALES[name] ?? 1);
    else if (kind === 'boolean') model.booleans[name] = weight;
    else model.words[name] = { ...model.words[name], [rest.join(' ')]: weight };
  }
  return model;
}

/** One row of figures, in the order of the evaluation's columns. */
function evaluate(model: CensusModel, rows: readonly Row[]): Row {
  const scored = rows.map((each) => ({ probability: probabilityOf(model, each), above: isAbove(each) }));
  const count = (test: (each: (typeof scored)[number]) => boolean): number => scored.filter(test).length;
  const right = count(({ probability, above }) => probability > 0.5 === above);
  const predicted = count(({ probability }) => probability > 0.5);
  const actual = count(({ above }) => above);
  const hits = count(({ probability, above }) => above && probability > 0.5);
  const precision = ratio(hits, predicted);
  const recall = ratio(hits, actual);
  const logLoss = mean(scored.map(({ probability, above }) => lossOf(above ? probability : 1 - probability)));
  const share = actual / scored.length;
  const priorLoss = mean(scored.map(({ above }) => lossOf(above ? share : 1 - share)));
  return [
    right / scored.length,
    precision,
    recall,
    ratio(2 * precision * recall, precision + recall),
    areaUnderCurve(scored),
    logLoss,
    ratio((priorLoss - logLoss) * 100, priorLoss),
  ];
}

/** How often a row above gets a higher probability than one below; ties count half. */
function areaUnderCurve(
  scored: readonly { readonly probability: number; readonly above: boolean }[],
): number {
  const sorted = scored.toSorted((one, other) => one.probability - other.probability);
  let below = 0;
  let pairs = 0;
  for (let start = 0; start < sorted.length;) {
    const { probability } = sorted[start] ?? { probability: NaN };
    let end = start + 1;
    while (sorted[end]?.probability === probability) end += 1;
    const tied = sorted.slice(start, end);
    const tiedAbove = tied.filter(({ above }) => above).length;
    pairs += tiedAbove * (below + (tied.length - tiedAbove) / 2);
    below += tied.length - tiedAbove;
    start = end;
  }
  const above = sorted.length - below;
  return above * below === 0 ? 0.5 : pairs / (above * below);
}

function isAbove(cells: Row): boolean {
  return cells[censusColumns.length] === incomeLabels.above;
}

function lossOf(probability: number): number {
  return -Math.log(Math.max(probability, 1e-15));
}

function ratio(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function row(
  age: number,
  workclass: Cell,
  education: number,
  marital: string,
  occupation: Cell,
  sex: string,
  gain: Cell,
  loss: Cell,
  hours: number,
  income: string,
): Row {
  return [age, workclass, education, marital, occupation, sex, gain, loss, hours, true, null, income];
}
