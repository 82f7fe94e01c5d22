/** Workspaces as the setting `azuremlServices.workspaces` has them. */
import type { LocalServiceDescription } from '../../../src/local-service/description.ts';

type Described = Pick<LocalServiceDescription, 'workspaceId' | 'baseUrl' | 'services'>;

/** The workspace of a local service with all of its services. */
export function workspaceOf({ workspaceId, baseUrl, services }: Described) {
  return {
    workspaceId,
    baseUrl,
    services: Object.fromEntries(
      services.map(({ name, endpointId }) => [name, { endpoints: { default: endpointId } }]),
    ),
  };
}

/** A workspace whose gateway adds the key, with one service: for hosts that have no keys. */
export function keylessWorkspace(baseUrl: string, service: string) {
  return {
    workspaceId: 'a'.repeat(32),
    baseUrl,
    auth: { type: 'gateway' },
    services: { [service]: { endpoints: { default: 'b'.repeat(32) } } },
  };
}

/** As `workspaceOf`, behind the service's gateway. */
export function gatedWorkspaceOf(described: Described & Pick<LocalServiceDescription, 'gatewayUrl'>) {
  return {
    ...workspaceOf(described),
    baseUrl: described.gatewayUrl,
    subscriptionKeyHeader: 'Ocp-Apim-Subscription-Key',
  };
}
