import { asObject } from '../../../../src/protocol/json.ts';
import type { JsonObject } from '../../../../src/protocol/json.ts';
import { LOCATIONS } from '../locations.ts';
import { pageOf } from '../paging.ts';
import { existing, instanceId } from '../resources.ts';
import type { Context } from '../resources.ts';
import type { Route } from '../wire.ts';
import { SERVICE, SERVICE_TYPE } from './paths.ts';

/** The classic tiers with the most units of each. */
const CLASSIC = { Developer: 1, Basic: 2, Standard: 4, Premium: 10 };

/** Has no Consumption, so that what is offered depends on the region. */
const WITHOUT_CONSUMPTION = 'westeurope';

/** The tiers in the regions, and those that an instance can be changed to. Source: apimanagement 2024-05-01. */
export function skuRoutes(context: Context): readonly Route[] {
  return [
    {
      method: 'GET',
      path: '/subscriptions/{subscriptionId}/providers/Microsoft.ApiManagement/skus',
      answer: (call) => pageOf(Object.keys(LOCATIONS).flatMap(skusIn), call, context.paging),
    },
    {
      method: 'GET',
      path: `${SERVICE}/skus`,
      answer: (call) => {
        const { members } = existing(context, instanceId(call.path));
        const isConsumption = asObject(members.sku).name === 'Consumption';
        return pageOf(isConsumption ? [consumption] : classicTargets, call, context.paging);
      },
    },
  ];
}

const consumption = { resourceType: SERVICE_TYPE, sku: { name: 'Consumption' }, capacity: null };

const classicTargets = Object.entries({ ...CLASSIC, Isolated: 1 }).map(([name, maximum]) => ({
  resourceType: SERVICE_TYPE,
  sku: { name },
  capacity: { minimum: 1, maximum, default: 1, scaleType: name === 'Developer' ? 'none' : 'automatic' },
}));

function skusIn(location: string): readonly JsonObject[] {
  const rows = Object.entries(CLASSIC).map(([name, maximum]) => sku(location, name, 1, maximum));
  return location === WITHOUT_CONSUMPTION ? rows : [...rows, sku(location, 'Consumption', 0, 0)];
}

function sku(location: string, name: string, minimum: number, maximum: number): JsonObject {
  const scaleType = maximum > 1 ? 'Automatic' : 'None';
  return {
    resourceType: 'service',
    name,
    locations: [location],
    locationInfo: [{ location, zones: [], zoneDetails: [] }],
    capacity: { minimum, maximum, default: minimum, scaleType },
    restrictions: [],
  };
}
