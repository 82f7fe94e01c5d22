import type { ArmClient } from '../../../src/azure/armClient.ts';
import type { Creation, TierChange } from '../../../src/instances/creation/workRecord.ts';
import { type Arm, defaultTenant } from '../../support/arm/index.ts';
import { accessTo } from '../arm/armAccess.ts';
import type { Bench } from '../transport/servers.ts';

const resourceGroup = '/subscriptions/00000000-0000-4000-8000-000000000000/resourceGroups/rg1';
export const idOf = (name: string): string =>
  `${resourceGroup}/providers/Microsoft.ApiManagement/service/${name}`;

const common = {
  version: 1,
  id: 'a1',
  startedAt: '2026-11-21T10:00:00.000Z',
  where: {
    account: { id: '1', label: 'owner@example.com' },
    tenantId: defaultTenant.tenantId,
    subscriptionId: '00000000-0000-4000-8000-000000000000',
    subscriptionName: 'Pay as you go',
  },
} as const;

export const creation: Creation = {
  ...common,
  kind: 'create',
  instance: { id: idOf('fresh'), name: 'fresh' },
  tier: { name: 'Developer', units: 1 },
  location: 'eastus',
  organisation: 'Contoso',
  email: 'owner@example.com',
};

export const change: TierChange = {
  ...common,
  kind: 'changeTier',
  instance: { id: idOf('demoazureml'), name: 'demoazureml' },
  from: { name: 'Developer', units: 1 },
  tier: { name: 'Standard', units: 2 },
};

/** Of a window of its own. */
export function clientOf(arm: Arm, bench: Bench): ArmClient {
  return accessTo(arm, bench).arm;
}
