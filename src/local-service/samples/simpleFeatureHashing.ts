import type { Cell, Column } from '../../protocol/studio/serviceSchema.ts';
import { ParameterError, scoreRowByRow } from '../webService.ts';
import type { ParameterValues, WebService } from '../webService.ts';
import { murmurHash3 } from './murmurHash3.ts';

const BITSIZE = 'Hashing bitsize';
const NGRAMS = 'N-grams';
const DEFAULT_BITSIZE = 3;
const DEFAULT_NGRAMS = 2;

/** The most columns an answer may have; more would be an answer of megabytes for one row. */
const MAX_BITSIZE = 12;
const MAX_NGRAMS = 10;

/** The factor with which Vowpal Wabbit folds a further token into the hash of an n-gram. */
const NGRAM_FACTOR = 27942141;

const textColumn: Column = { name: 'Col2', type: 'string', nullable: true };

/**
 * Feature hashing of one text column, in the manner of Vowpal Wabbit: how often each n-gram's hash falls
 * into each of 2^bitsize columns.
 */
export const simpleFeatureHashing: WebService = {
  schema: {
    title: 'SimpleFeatureHashingExperiment',
    inputs: [
      {
        name: 'input1',
        columns: [textColumn],
        sampleRows: [
          ['This is a good day'],
          ['The food was cold and the waiter was rude'],
          ['I will come again'],
        ],
      },
    ],
    outputs: [
      {
        name: 'output1',
        columns: outputColumns(DEFAULT_BITSIZE),
        sampleRows: [
          ['This is a good day', ...hashText('This is a good day', DEFAULT_BITSIZE, DEFAULT_NGRAMS)],
        ],
      },
    ],
    globalParameters: [
      {
        name: BITSIZE,
        type: 'integer',
        format: 'int32',
        default: DEFAULT_BITSIZE,
        description: `Number of bits of a feature's column number, 1 to ${MAX_BITSIZE}`,
      },
      {
        name: NGRAMS,
        type: 'integer',
        format: 'int32',
        default: DEFAULT_NGRAMS,
        description: `Longest sequence of words that counts as a feature, 1 to ${MAX_NGRAMS}`,
      },
    ],
  },
  bind(parameters) {
    const bitsize = between1And(MAX_BITSIZE, parameters, BITSIZE, DEFAULT_BITSIZE);
    const ngrams = between1And(MAX_NGRAMS, parameters, NGRAMS, DEFAULT_NGRAMS);
    return scoreRowByRow('input1', { name: 'output1', columns: outputColumns(bitsize) }, ([text = null]) => [
      text,
      ...hashText(text, bitsize, ngrams),
    ]);
  },
};

/**
 * Counts of the n-grams of 1 to `ngrams` words in 2^bitsize columns. Words are split at spaces, case kept.
 * An n-gram's hash starts with its first word's and takes in each further word as `hash * factor + word`, modulo 2^32.
 */
export function hashText(text: Cell, bitsize: number, ngrams: number): number[] {
  const counts = new Array<number>(2 ** bitsize).fill(0);
  const words = String(text ?? '')
    .split(' ')
    .filter((word) => word !== '')
    .map((word) => murmurHash3(Buffer.from(word, 'utf8')));
  for (let start = 0; start < words.length; start += 1) {
    let hash = 0;
    for (const word of words.slice(start, start + ngrams)) {
      hash = (Math.imul(hash, NGRAM_FACTOR) + word) >>> 0;
      const column = hash % counts.length;
      counts[column] = (counts[column] ?? 0) + 1;
    }
  }
  return counts;
}

function outputColumns(bitsize: number): Column[] {
  const features = Array.from({ length: 2 ** bitsize }, (_, index): Column => ({
    name: `Col2_HashingFeature.${index}`,
    type: 'number',
    format: 'double',
    nullable: false,
  }));
  return [textColumn, ...features];
}

function between1And(maximum: number, parameters: ParameterValues, name: string, fallback: number): number {
  const value = parameters.get(name) ?? fallback;
  if (typeof value !== 'number' || value < 1 || value > maximum) {
    throw new ParameterError(name, `it has to be from 1 to ${maximum}`);
  }
  return value;
}
