import type { WebService } from '../webService.ts';
import { simpleFeatureHashing } from './simpleFeatureHashing.ts';

/** The web services that the local service has unasked. */
export const sampleServices: readonly WebService[] = [simpleFeatureHashing];
