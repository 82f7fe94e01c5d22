import type { Cell, Column } from '../../protocol/studio/serviceSchema.ts';
import { ParameterError } from '../webService.ts';
import type { ParameterValues, Row, Tables, WebService } from '../webService.ts';

const COUNT = 'Number of items to recommend';
const MAX_COUNT = 100;
const PRICES = ['low', 'medium', 'high'];

const userColumns: readonly Column[] = [
  { name: 'userID', type: 'string', nullable: false },
  { name: 'budget', type: 'string', nullable: true, allowedValues: PRICES },
];

const restaurantColumns: readonly Column[] = [
  { name: 'placeID', type: 'integer', format: 'int32', nullable: false },
  { name: 'name', type: 'string', nullable: false },
  { name: 'price', type: 'string', nullable: false, allowedValues: PRICES },
  { name: 'rating', type: 'number', format: 'double', nullable: true },
];

const recommendationColumns: readonly Column[] = [
  { name: 'userID', type: 'string', nullable: false },
  { name: 'rank', type: 'integer', format: 'int32', nullable: false },
  { name: 'placeID', type: 'integer', format: 'int32', nullable: false },
  { name: 'name', type: 'string', nullable: false },
  { name: 'Scored Rating', type: 'number', format: 'double', nullable: false },
];

const coverageColumns: readonly Column[] = [
  { name: 'price', type: 'string', nullable: false },
  { name: 'restaurants', type: 'integer', format: 'int32', nullable: false },
  { name: 'users', type: 'integer', format: 'int32', nullable: false },
];

/**
 * The best rated restaurants within each user's budget, and how many of both there were for each price.
 * It keeps the best of each price only, so neither input has to fit in memory.
 */
export const restaurantRecommender: WebService = {
  schema: {
    title: 'RestaurantRecommender',
    inputs: [
      {
        name: 'users',
        columns: userColumns,
        sampleRows: [
          ['U1077', 'medium'],
          ['U1068', 'low'],
          ['U1003', null],
        ],
      },
      {
        name: 'restaurants',
        columns: restaurantColumns,
        sampleRows: [
          [135085, 'Tortas Locas', 'low', 1.6],
          [135038, 'Cafe Chaires', 'medium', 1.2],
          [132825, 'La Posada', 'medium', 1.9],
          [135060, 'El Mirador', 'high', null],
        ],
      },
    ],
    outputs: [
      {
        name: 'recommendations',
        columns: recommendationColumns,
        sampleRows: [['U1077', 1, 132825, 'La Posada', 1.9]],
      },
      { name: 'coverage', columns: coverageColumns, sampleRows: [['low', 1, 1]] },
    ],
    globalParameters: [
      {
        name: COUNT,
        type: 'integer',
        format: 'int32',
        description: `Restaurants for each user, 1 to ${MAX_COUNT}`,
      },
    ],
  },
  bind(parameters) {
    const count = requireCount(parameters);
    return {
      outputs: [
        { name: 'recommendations', columns: recommendationColumns },
        { name: 'coverage', columns: coverageColumns },
      ],
      run: (tables) => recommend(tables, count),
    };
  },
};

function requireCount(parameters: ParameterValues): number {
  const count = parameters.get(COUNT);
  if (typeof count !== 'number' || count < 1 || count > MAX_COUNT) {
    throw new ParameterError(COUNT, `it has to be from 1 to ${MAX_COUNT}`);
  }
  return count;
}

async function recommend(tables: Tables, count: number): Promise<void> {
  const restaurants = PRICES.map((price) => new RestaurantsOfPrice(price, count));
  for await (const rows of tables.read('restaurants')) {
    for (const row of rows) restaurants.find(({ price }) => price === row[2])?.add(row);
  }
  for await (const rows of tables.read('users')) {
    await tables.write(
      'recommendations',
      rows.flatMap(([user = null, budget = null]) => recommendTo(user, budget, restaurants, count)),
    );
  }
  await tables.write(
    'coverage',
    restaurants.map(({ price, seen, users }) => [price, seen, users]),
  );
}

/** Restaurants that cost no more than the budget, the best first; without a budget any. */
function recommendTo(
  user: Cell,
  budget: Cell,
  restaurants: readonly RestaurantsOfPrice[],
  count: number,
): Row[] {
  const affordable = budget === null ? restaurants : restaurants.slice(0, PRICES.indexOf(String(budget)) + 1);
  for (const ofPrice of affordable) ofPrice.users += 1;
  const best = affordable
    .flatMap((ofPrice) => ofPrice.best)
    .sort(byRating)
    .slice(0, count);
  return best.map((row, index) => [user, index + 1, row[0] ?? null, row[1] ?? null, ratingOf(row)]);
}

class RestaurantsOfPrice {
  readonly price: string;
  readonly #kept: number;
  readonly best: Row[] = [];
  seen = 0;
  users = 0;

  constructor(price: string, kept: number) {
    this.price = price;
    this.#kept = kept;
  }

  add(row: Row): void {
    this.seen += 1;
    this.best.push(row);
    this.best.sort(byRating);
    if (this.best.length > this.#kept) this.best.pop();
  }
}

function byRating(one: Row, other: Row): number {
  return ratingOf(other) - ratingOf(one) || Number(one[0]) - Number(other[0]);
}

/** A restaurant that nobody rated counts as rated 0. */
function ratingOf(row: Row): number {
  return Number(row[3] ?? 0);
}
