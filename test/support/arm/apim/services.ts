import { randomUUID } from 'node:crypto';

import { asText, asObject } from '../../../../src/protocol/json.ts';
import type { JsonObject } from '../../../../src/protocol/json.ts';
import { isLocation } from '../locations.ts';
import { pageOf } from '../paging.ts';
import { listOfType, resourceRoutes } from '../resources.ts';
import type { Context, ResourceType, Write } from '../resources.ts';
import type { Entity, Store } from '../store.ts';
import { ArmError } from '../wire.ts';
import type { Answer, Call, Route } from '../wire.ts';
import { SERVICE, SERVICE_TYPE } from './paths.ts';
import { putPresets } from './presets.ts';

export interface InstanceInit {
  readonly subscriptionId: string;
  readonly resourceGroup: string;
  readonly name: string;
  readonly location?: string;
  readonly tier?: 'Developer' | 'Basic' | 'Standard' | 'Premium' | 'Consumption' | 'BasicV2' | 'StandardV2';
}

const VALID_NAME = /^[a-z](?:[a-z\d-]{0,48}[a-z\d])?$/i;
/** What a gateway may still be made to speak. */
const PROTOCOLS = [
  ...['Security.Protocols.Tls10', 'Security.Protocols.Tls11', 'Security.Protocols.Ssl30'],
  ...[
    'Security.Backend.Protocols.Tls10',
    'Security.Backend.Protocols.Tls11',
    'Security.Backend.Protocols.Ssl30',
  ],
  ...['Security.Ciphers.TripleDes168', 'Protocols.Server.Http2'],
];
const TIERS = ['Developer', 'Basic', 'Standard', 'Premium', 'Consumption', 'BasicV2', 'StandardV2'];

const instances: ResourceType = {
  path: SERVICE,
  required: ['publisherEmail', 'publisherName'],
  etagInBody: true,
  unconditional: true,
  slow: ['PUT', 'PATCH', 'DELETE'],
  pending: { provisioningState: 'Activating', targetProvisioningState: 'Activating' },
  resultRoot: (instance) => `${locationOf(instance)}/operationResults`,
  showsDeleted: true,
  accept: acceptInstance,
  membersFor: ({ identity, systemData }) => ({
    ...(identity === undefined
      ? {}
      : { identity: { ...asObject(identity), principalId: randomUUID(), tenantId: randomUUID() } }),
    zones: null,
    systemData: systemData ?? madeNow(),
  }),
  settle: ({ context, call, previous }, { id }) => {
    const isConsumption = asObject(asObject(call.body).sku).name === 'Consumption';
    if (!previous && context.presets && !isConsumption) putPresets(context.store, id);
  },
  release: (context, _call, entity) => {
    checkUnlocked(context, entity);
    const { id, name, members } = entity;
    const deletionDate = new Date().toISOString();
    context.store.put({
      id: `${locationOf({ id, members })}/deletedservices/${name}`,
      properties: { serviceId: id, scheduledPurgeDate: deletionDate, deletionDate },
      members: { location: members.location },
    });
  },
};

/** The provider's path for the region where an instance is. */
function locationOf({ id, members }: Pick<Entity, 'id' | 'members'>): string {
  const location = String(members.location).toLowerCase().replaceAll(' ', '');
  const subscription = id.split('/').slice(0, 3).join('/');
  return `${subscription}/providers/Microsoft.ApiManagement/locations/${location}`;
}

/** Instances of API Management. */
export function serviceRoutes(context: Context): readonly Route[] {
  const provider = '/subscriptions/{subscriptionId}/providers/Microsoft.ApiManagement';
  return [
    { method: 'GET', path: `${provider}/service`, answer: (call) => listOfType(context, instances, call) },
    { method: 'POST', path: `${provider}/checkNameAvailability`, answer: checkName },
    { method: 'GET', path: `${provider}/deletedservices`, answer: listDeleted },
    ...resourceRoutes(context, instances),
  ];

  function listDeleted(call: Call): Answer {
    const root = `/subscriptions/${call.parameters.subscriptionId ?? ''}/`.toLowerCase();
    const deleted = context.store.where(
      ({ id }) => id.toLowerCase().startsWith(root) && id.includes('/deletedservices/'),
    );
    const views = deleted.map(({ id, name, members, properties }) => ({
      ...{ id, name, type: 'Microsoft.ApiManagement/deletedservices' },
      ...{ ...members, properties },
    }));
    return pageOf(views, call, context.paging);
  }

  /** Names are unique in all of Azure, not in a subscription. */
  function checkName({ body }: Call): Answer {
    const name = asText(asObject(body).name);
    if (name === undefined) throw ArmError.invalid([['name', 'name must be given.']]);
    const taken = context.store.where(
      ({ id, type, name: other }) =>
        (type === SERVICE_TYPE || id.includes('/deletedservices/')) &&
        other.toLowerCase() === name.toLowerCase(),
    );
    if (!VALID_NAME.test(name))
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
  const properties = instanceProperties(name, tier, gatewayUrl);
  const sku = { name: tier, capacity: tier === 'Consumption' ? 0 : 1 };
  return store.put({ id, properties, members: { location, sku, tags: {} } }).id;
}

/** A new one goes only where API Management is registered, in a tier and a region that there are. */
function acceptInstance({ context, call, properties, previous }: Write): JsonObject {
  if (previous) {
    checkUnlocked(context, previous);
    return { ...previous.properties, ...properties };
  }
  context.registrations.check(call.parameters.subscriptionId ?? '');
  const { location, sku } = asObject(call.body);
  const { name: tier } = asObject(sku);
  const name = call.parameters.service ?? '';
  if (!VALID_NAME.test(name)) throw ArmError.invalid([['name', `${name} cannot be a name.`]]);
  if (!TIERS.includes(String(tier))) throw ArmError.invalid([['sku.name', 'sku.name must be a tier.']]);
  if (typeof location !== 'string' || !isLocation(location))
    throw new ArmError(400, 'LocationNotAvailableForResourceType', `There is no region ${String(location)}.`);
  return { ...instanceProperties(name, String(tier), context.gateways.urlOf(call.path)), ...properties };
}

/** One that is being made or changed takes no other change. Source: azure-sdk-for-js arm-apimanagement (recordings). @throws ArmError 409 */
function checkUnlocked({ operations }: Context, { id, name }: Entity): void {
  if (operations.isRunning(id))
    throw new ArmError(409, 'ServiceLocked', `${name} is being changed. Try again later.`);
}

function instanceProperties(name: string, tier: string, gatewayUrl: string): JsonObject {
  return {
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
    publicIPAddresses: [],
    natGatewayState: 'Unsupported',
    legacyPortalStatus: 'Disabled',
    customProperties: Object.fromEntries(
      PROTOCOLS.map((protocol) => [`Microsoft.WindowsAzure.ApiManagement.Gateway.${protocol}`, 'False']),
    ),
    developerPortalStatus: tier === 'Consumption' || tier.endsWith('V2') ? 'Disabled' : 'Enabled',
  };
}

function madeNow(): JsonObject {
  const now = new Date().toISOString();
  const by = { createdBy: 'owner@example.com', createdByType: 'User', createdAt: now };
  return {
    ...by,
    ...{ lastModifiedBy: by.createdBy, lastModifiedByType: by.createdByType, lastModifiedAt: now },
  };
}

function nameAnswer(reason: 'Valid' | 'Invalid' | 'AlreadyExists', message: string): Answer {
  return { status: 200, body: { nameAvailable: reason === 'Valid', reason, message } };
}
