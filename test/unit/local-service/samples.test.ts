import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { murmurHash3 } from '../../../src/local-service/samples/murmurHash3.ts';
import { LocalTestService } from './localTestService.ts';

interface Tables {
  Results: Record<
    string,
    { value: { ColumnNames: string[]; ColumnTypes: string[]; Values: (string | null)[][] } }
  >;
}

describe('murmurHash3', () => {
  const vectors: readonly [text: string, seed: number, hash: number][] = [
    ['', 0, 0],
    ['', 1, 0x514e28b7],
    ['a', 0, 0x3c2569b2],
    ['abc', 0, 0xb3dd93fa],
    ['test', 0, 0xba6bd213],
    ['hello', 0, 0x248bfa47],
    ['hello, world', 0, 0x149bbb7f],
    ['The quick brown fox jumps over the lazy dog', 0, 0x2e4ff723],
  ];
  for (const [text, seed, hash] of vectors) {
    it(`of "${text}" with seed ${seed} is ${hash.toString(16)}`, () => {
      assert.equal(murmurHash3(Buffer.from(text), seed), hash);
    });
  }
});

describe('the sample services', () => {
  let service: LocalTestService;

  before(async () => {
    service = await LocalTestService.start();
  });

  after(() => service.close());

  async function score(name: string, body: object): Promise<Tables['Results']> {
    const response = await service.execute(body, 'details=true', name);
    assert.equal(response.status, 200, await response.clone().text());
    return ((await response.json()) as Tables).Results;
  }

  async function hash(text: string | null, GlobalParameters: object = {}): Promise<string[]> {
    const body = { Inputs: { input1: { ColumnNames: ['Col2'], Values: [[text]] } }, GlobalParameters };
    const { output1 } = await score('SimpleFeatureHashingExperiment', body);
    assert.equal(output1?.value.ColumnNames.length, output1?.value.Values[0]?.length);
    return (output1?.value.Values[0] ?? []).slice(1).map(String);
  }

  it('come in their order', () => {
    const names = service.local.services.map(({ name }) => name);
    assert.deepEqual(names, [
      'SimpleFeatureHashingExperiment',
      'AdultCensusIncome',
      'RestaurantRecommender',
      'CensusTraining',
    ]);
  });

  it('hash "This is a good day" to 1 1 2 2 0 2 0 1', async () => {
    assert.equal((await hash('This is a good day')).join(' '), '1 1 2 2 0 2 0 1');
  });

  it('drop empty words and keep the case', async () => {
    assert.deepEqual(await hash('  This  is a good day '), await hash('This is a good day'));
    assert.notDeepEqual(await hash('this is a good day'), await hash('This is a good day'));
    assert.deepEqual(await hash(''), Array<string>(8).fill('0'));
    assert.deepEqual(await hash(null), Array<string>(8).fill('0'));
  });

  it('count n-grams of every length up to the parameter, in 2^bitsize columns', async () => {
    for (const [bitsize, ngrams, total] of [
      [1, 1, 5],
      [4, 2, 9],
      [5, 3, 12],
      [10, 10, 15],
    ] as const) {
      const counts = await hash('This is a good day', {
        'Hashing bitsize': bitsize,
        'N-grams': String(ngrams),
      });
      assert.equal(counts.length, 2 ** bitsize);
      assert.equal(
        counts.reduce((sum, count) => sum + Number(count), 0),
        total,
      );
    }
  });

  it('fold the words of an n-gram from the left, modulo 2^32', async () => {
    const words = ['déjà', 'vu', 'Zürich'].map((word) => BigInt(murmurHash3(Buffer.from(word))));
    const expected = Array<number>(16).fill(0);
    for (let start = 0; start < words.length; start += 1) {
      let folded = 0n;
      for (const word of words.slice(start)) {
        folded = (folded * 27942141n + word) % 2n ** 32n;
        const column = Number(folded % 16n);
        expected[column] = (expected[column] ?? 0) + 1;
      }
    }
    const counts = await hash('déjà vu Zürich', { 'Hashing bitsize': 4, 'N-grams': 3 });
    assert.deepEqual(counts.map(Number), expected);
  });

  it('refuse a bitsize that is out of range', async () => {
    const body = {
      Inputs: { input1: { ColumnNames: ['Col2'], Values: [['x']] } },
      GlobalParameters: { 'Hashing bitsize': 40 },
    };
    const response = await service.execute(body);
    assert.match(await response.text(), /UserParameterInvalid.*Hashing bitsize/);
  });

  it('score a census row with the model of the data file', async () => {
    const file = new URL('../../../src/local-service/samples/adultCensusIncome.json', import.meta.url);
    const model = JSON.parse(await readFile(file, 'utf8')) as {
      intercept: number;
      numbers: Record<string, number>;
      booleans: Record<string, number>;
      words: Record<string, Record<string, number>>;
      yearsSinceSurvey: number;
      surveyYear: number;
    };
    const row: Record<string, string | number | boolean | null> = {
      age: '50',
      workclass: 'Private',
      'education-num': 13,
      'marital-status': 'Married-civ-spouse',
      occupation: null,
      sex: 'Male',
      'capital-gain': 1000.5,
      'capital-loss': '',
      'hours-per-week': 45,
      'us-citizen': 'True',
      'surveyed-at': '5/1/1996 9:30:00 AM',
    };
    const numbers = Object.entries(model.numbers).map(([name, weight]) => weight * Number(row[name]));
    const words = Object.entries(model.words).map(([name, weights]) => weights[String(row[name])] ?? 0);
    const rest = [model.intercept, model.booleans['us-citizen'] ?? 0, 2 * model.yearsSinceSurvey];
    const logit = [...numbers, ...words, ...rest].reduce((sum, term) => sum + term, 0);
    const body = { Inputs: { input1: { ColumnNames: Object.keys(row), Values: [Object.values(row)] } } };
    const { output1 } = await score('AdultCensusIncome', body);
    assert.deepEqual(output1?.value.ColumnNames, ['Scored Labels', 'Scored Probabilities']);
    assert.deepEqual(output1.value.ColumnTypes, ['String', 'Double']);
    const [label, probability] = output1.value.Values[0] ?? [];
    assert.equal(label, logit > 0 ? '>50K' : '<=50K');
    assert.ok(Math.abs(Number(probability) - 1 / (1 + Math.exp(-logit))) < 1e-12);
  });

  it('recommend restaurants within the budget, the best first, and count both inputs', async () => {
    const users = {
      ColumnNames: ['userID', 'budget'],
      Values: [
        ['U1', 'medium'],
        ['U2', 'low'],
        ['U3', null],
      ],
    };
    const restaurants = {
      ColumnNames: ['placeID', 'name', 'price', 'rating'],
      Values: [
        [1, 'A', 'low', 1.5],
        [2, 'B', 'medium', 1.9],
        [3, 'C', 'high', 2],
        [4, 'D', 'medium', null],
      ],
    };
    const body = {
      Inputs: { users, restaurants },
      GlobalParameters: { 'Number of items to recommend': '2' },
    };
    const { recommendations, coverage } = await score('RestaurantRecommender', body);
    assert.deepEqual(recommendations?.value.Values, [
      ['U1', '1', '2', 'B', '1.9'],
      ['U1', '2', '1', 'A', '1.5'],
      ['U2', '1', '1', 'A', '1.5'],
      ['U3', '1', '3', 'C', '2'],
      ['U3', '2', '2', 'B', '1.9'],
    ]);
    assert.deepEqual(coverage?.value.Values, [
      ['low', '1', '3'],
      ['medium', '2', '2'],
      ['high', '1', '1'],
    ]);
    const refused = await service.execute({ ...body, GlobalParameters: {} }, '', 'RestaurantRecommender');
    assert.match(await refused.text(), /MissingRequiredGlobalParameters/);
  });
});
