import { asText, asObject } from '../../../../src/protocol/json.ts';
import { existing, listOfType, viewOf } from '../resources.ts';
import type { Context, ResourceType } from '../resources.ts';
import type { Store } from '../store.ts';
import { ArmError } from '../wire.ts';
import type { Answer, Call, Route } from '../wire.ts';
import { SERVICE, SERVICE_TYPE } from './paths.ts';

export interface InstanceInit {
  readonly subscriptionId: string;
  readonly resourceGroup: string;
  readonly name: string;
  readonly location?: string;
  readonly tier?: 'Developer' | 'Basic' | 'Standard' | 'Premium' | 'Consumption' | 'BasicV2' | 'StandardV2';
}

const instances: ResourceType = { path: SERVICE, required: [], etagInBody: true };

/** Instances of API Management, as far as they exist already. */
export function serviceRoutes(context: Context): readonly Route[] {
  const provider = '/subscriptions/{subscriptionId}/providers/Microsoft.ApiManagement';
  return [
    { method: 'GET', path: `${provider}/service`, answer: (call) => listOfType(context, instances, call) },
    {
      method: 'GET',
      path: SERVICE.slice(0, SERVICE.lastIndexOf('/')),
      answer: (call) => listOfType(context, instances, call),
    },
    {
      method: 'GET',
      path: SERVICE,
      answer: (call) => ({
        status: 200,
        body: viewOf(context, instances, existing(context, call.path), call),
      }),
    },
    { method: 'POST', path: `${provider}/checkNameAvailability`, answer: checkName },
  ];

  /** Names are unique in all of Azure, not in a subscription. */
  function checkName({ body }: Call): Answer {
    const name = asText(asObject(body).name);
    if (name === undefined) throw ArmError.invalid([['name', 'name must be given.']]);
    const taken = context.store.where(
      (entity) => entity.type === SERVICE_TYPE && entity.name.toLowerCase() === name.toLowerCase(),
    );
    if (!/^[a-z](?:[a-z\d-]{0,48}[a-z\d])?$/i.test(name))
      return nameAnswer('Invalid', 'The name is letters, digits and hyphens, and begins with a letter.');
    return taken.length > 0
      ? nameAnswer('AlreadyExists', `${name} is in use already.`)
      : nameAnswer('Valid', '');
  }
}

export function instanceIdOf({
  subscriptionId,
  resourceGroup,
  name,
}: Pick<InstanceInit, 'subscriptionId' | 'resourceGroup' | 'name'>): string {
  return SERVICE.replace('{subscriptionId}', subscriptionId)
    .replace('{resourceGroup}', resourceGroup)
    .replace('{service}', name);
}

/** Writes an instance that runs; gives its id. */
export function putInstance(store: Store, init: InstanceInit, gatewayUrl: string): string {
  const { name, location = 'South Central US', tier = 'Developer' } = init;
  const id = instanceIdOf(init);
  const properties = {
    publisherEmail: 'owner@example.com',
    publisherName: 'Example',
    notificationSenderEmail: 'no-reply@example.com',
    provisioningState: 'Succeeded',
    targetProvisioningState: '',
    createdAtUtc: new Date().toISOString(),
    gatewayUrl,
    gatewayRegionalUrl: `https://${name}-01.regional.azure-api.net`,
    portalUrl: `https://${name}.portal.azure-api.net`,
    ...(tier === 'Consumption' ? {} : { developerPortalUrl: `https://${name}.developer.azure-api.net` }),
    managementApiUrl: `https://${name}.management.azure-api.net`,
    scmUrl: `https://${name}.scm.azure-api.net`,
    hostnameConfigurations: [],
    virtualNetworkType: 'None',
    disableGateway: false,
    publicNetworkAccess: 'Enabled',
    platformVersion: 'stv2',
  };
  const sku = { name: tier, capacity: tier === 'Consumption' ? 0 : 1 };
  return store.put({ id, properties, members: { location, sku, tags: {} } }).id;
}

function nameAnswer(reason: 'Valid' | 'Invalid' | 'AlreadyExists', message: string): Answer {
  return { status: 200, body: { nameAvailable: reason === 'Valid', reason, message } };
}
