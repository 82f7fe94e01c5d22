import { resourceRoutes } from '../resources.ts';
import type { Context } from '../resources.ts';
import type { Route } from '../wire.ts';
import { apis, operations, schemas } from './apis.ts';
import { backends } from './backends.ts';
import { groupRoutes, groups } from './groups.ts';
import { namedValueRoutes, namedValues } from './namedValues.ts';
import { notificationRoutes } from './notifications.ts';
import { policyDescriptionRoutes } from './policyDescriptions.ts';
import { fragmentRoutes, policyFragments } from './policyFragments.ts';
import { policyScopes } from './policies.ts';
import { portalRevisions } from './portalRevisions.ts';
import { portalRoutes } from './portalSettings.ts';
import { productApiRoutes, products } from './products.ts';
import { serviceRoutes } from './services.ts';
import { reportRoutes } from './reports.ts';
import { skuRoutes } from './skus.ts';
import { subscriptionRoutes, subscriptions } from './subscriptions.ts';
import { notInConsumption } from './tiers.ts';
import { tracingRoutes } from './tracing.ts';
import { userRoutes, users } from './users.ts';

/** All that the emulator knows of `Microsoft.ApiManagement`, 2024-05-01. */
export function apimRoutes(context: Context): readonly Route[] {
  const types = [
    ...[apis, operations, schemas, products, subscriptions, namedValues, backends],
    ...[policyFragments, ...policyScopes],
  ];
  const typesWithPortal = [users, groups, portalRevisions];
  return [
    ...serviceRoutes(context),
    ...skuRoutes(context),
    ...productApiRoutes(context),
    ...subscriptionRoutes(context),
    ...namedValueRoutes(context),
    ...fragmentRoutes(context),
    ...tracingRoutes(context),
    ...policyDescriptionRoutes(context),
    ...types.flatMap((type) => resourceRoutes(context, type)),
    ...notInConsumption(context, [
      ...userRoutes(context),
      ...groupRoutes(context),
      ...notificationRoutes(context),
      ...reportRoutes(context),
      ...portalRoutes(context),
      ...typesWithPortal.flatMap((type) => resourceRoutes(context, type)),
    ]),
  ];
}
