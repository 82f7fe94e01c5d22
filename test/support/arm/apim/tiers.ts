import { asObject } from '../../../../src/protocol/json.ts';
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
      const instance = store.get(instanceId(call.path));
      if (asObject(instance?.members.sku).name === 'Consumption')
        throw new ArmError(400, 'MethodNotAllowedInPricingTier', 'The tier Consumption does not have this.', {
          details: null,
        });
      return route.answer(call);
    },
  }));
}
