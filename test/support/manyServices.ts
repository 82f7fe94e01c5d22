import { simpleFeatureHashing } from '../../src/local-service/samples/simpleFeatureHashing.ts';
import type { WebService } from '../../src/local-service/webService.ts';

/** As many web services as a large workspace has, `Scorer 1` last. */
export function manyServices(count: number): readonly WebService[] {
  return Array.from({ length: count }, (_, index) => {
    const schema = { ...simpleFeatureHashing.schema, title: `Scorer ${String(count - index)}` };
    return { ...simpleFeatureHashing, schema };
  });
}
