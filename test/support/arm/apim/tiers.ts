import { asObject, asText } from '../../../../src/protocol/json.ts';
import { instanceId } from '../resources.ts';
import type { Context } from '../resources.ts';
import { ArmError } from '../wire.ts';
import type { Route } from '../wire.ts';

/**
 * Rows for what the tier Consumption does not have. Its refusal has `details: null`, seen in Azure/apiops.
 * Source: azure-docs api-management-features.md.
 */
export function notInConsumption({ store }: Context, routes: readonly Route[]): readonly Route[] {
  return routes.map((route) => ({
    ...route,
    answer: (call) => {
      if (tierOf({ store }, call.path) === 'Consumption')
        throw new ArmError(400, 'MethodNotAllowedInPricingTier', 'The tier Consumption does not have this.', {
          details: null,
        });
      return route.answer(call);
    },
  }));
}

/** The tier of the instance that a path is about; empty where there is none. */
export function tierOf({ store }: Pick<Context, 'store'>, path: string): string {
  return asText(asObject(store.get(instanceId(path))?.members.sku).name) ?? '';
}
