import type { WebService } from '../webService.ts';
import { adultCensusIncome } from './adultCensusIncome.ts';
import { censusTraining } from './censusTraining.ts';
import { restaurantRecommender } from './restaurantRecommender.ts';
import { simpleFeatureHashing } from './simpleFeatureHashing.ts';

/** The web services that the local service has unasked. */
export const sampleServices: readonly WebService[] = [
  simpleFeatureHashing,
  adultCensusIncome,
  restaurantRecommender,
  censusTraining,
];
