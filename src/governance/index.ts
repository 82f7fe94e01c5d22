import type { Catalog } from '../catalog/index.ts';
import type { Instances } from '../instances/index.ts';
import type { Feature } from '../shared/feature.ts';
import { accessCommands } from './access/commands.ts';
import { notificationCommands } from './notifications/commands.ts';

export type Governance = Feature<'governance'>;

/** What an administrator of API Management does with the instances of the view. */
export function createGovernance(instances: Instances, catalog: Catalog): Governance {
  return {
    commands: { ...accessCommands({ instances }, catalog), ...notificationCommands({ instances }) },
    dispose: () => undefined,
  };
}
