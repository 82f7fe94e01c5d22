import type { Port } from '../../protocol/studio/serviceSchema.ts';
import { scoreRowByRow } from '../webService.ts';
import type { Row, WebService } from '../webService.ts';
import {
  censusColumns,
  formatModelFile,
  incomeLabels,
  originalModel,
  parseModelFile,
  probabilityOf,
} from './censusModel.ts';
import type { CensusModel } from './censusModel.ts';

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

/** Income above or below 50,000 a year, by a logistic model that `CensusTraining` makes anew from other data. */
export const adultCensusIncome: WebService = scoringWith(originalModel);

function scoringWith(model: CensusModel): WebService {
  const score = (row: Row): Row => {
    const probability = probabilityOf(model, row);
    return [probability > 0.5 ? incomeLabels.above : incomeLabels.below, probability];
  };
  const output: Port = {
    name: 'output1',
    columns: [
      { name: 'Scored Labels', type: 'string', nullable: false, allowedValues: Object.values(incomeLabels) },
      { name: 'Scored Probabilities', type: 'number', format: 'double', nullable: false },
    ],
    sampleRows: sampleRows.slice(0, 1).map(score),
  };
  return {
    schema: {
      title: 'AdultCensusIncome',
      inputs: [{ name: 'input1', columns: censusColumns, sampleRows }],
      outputs: [output],
      globalParameters: [],
    },
    bind: () => scoreRowByRow('input1', output, score),
    model: {
      name: 'Census Model [trained model]',
      content: formatModelFile(model),
      replacedBy: (content) => scoringWith(parseModelFile(content)),
    },
  };
}
