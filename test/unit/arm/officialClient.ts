import { ApiManagementClient } from '@azure/arm-apimanagement';

import type { LocalServiceDescription } from '../../../src/local-service/description.ts';
import { gatewayOperations } from '../../../src/protocol/apim/operations.ts';
import type { Arm } from '../../support/arm/index.ts';

/** How long the client waits between two looks at a long-running operation. */
export const polling = { updateIntervalInMs: 5 };

/** What the guide publishes, and for whom. */
export interface Publication {
  readonly resourceGroup: string;
  readonly service: string;
  readonly api: string;
  /** The base URL of the web service. */
  readonly serviceUrl: string;
  readonly product: string;
  readonly apiKey: string;
}

/** The official client against an emulated ARM; it refuses to send a bearer token over plain HTTP by itself. */
export function officialClient(arm: Arm): ApiManagementClient {
  const token = arm.token();
  const credential = {
    getToken: () => Promise.resolve({ token, expiresOnTimestamp: Date.now() + 3_600_000 }),
  };
  const subscriptionId = arm.instances[0]?.split('/')[2] ?? '';
  const client = new ApiManagementClient(credential, subscriptionId, {
    endpoint: arm.url,
    allowInsecureConnection: true,
    retryOptions: { maxRetries: 0 },
  });
  client.pipeline.removePolicy({ name: 'bearerTokenAuthenticationPolicy' });
  client.pipeline.addPolicy({
    name: 'token',
    sendRequest: (request, next) => {
      request.headers.set('Authorization', `Bearer ${token}`);
      return next(request);
    },
  });
  return client;
}

/** Publishes the services of a local service at the instance that an emulator comes with; gives a subscription key. */
export function publishLocal(arm: Arm, { baseUrl, services }: LocalServiceDescription): Promise<string> {
  return publish(officialClient(arm), {
    resourceGroup: 'rg1',
    service: 'demoazureml',
    api: 'azureml-demo',
    serviceUrl: baseUrl,
    product: 'starter',
    apiKey: services[0]?.apiKey ?? '',
  });
}

/** Publishes a web service as the guide does, with its key kept in a secret named value; gives a subscription key. */
export async function publish(client: ApiManagementClient, what: Publication): Promise<string> {
  const { resourceGroup, service, api, product } = what;
  const at = [resourceGroup, service] as const;
  await client.api.beginCreateOrUpdateAndWait(
    ...at,
    api,
    {
      displayName: 'AzureML Demo API',
      path: api,
      serviceUrl: what.serviceUrl,
      protocols: ['https'],
      subscriptionRequired: true,
    },
    polling,
  );
  for (const { id, displayName, method, urlTemplate, parameters } of gatewayOperations) {
    const templateParameters = parameters.map((name) => ({ name, type: 'string', required: true }));
    const responses = [{ statusCode: 200, description: 'OK' }];
    await client.apiOperation.createOrUpdate(...at, api, id, {
      displayName,
      method,
      urlTemplate,
      templateParameters,
      responses,
    });
  }
  await client.productApi.createOrUpdate(...at, product, api);
  const key = `${api}-key`;
  await client.namedValue.beginCreateOrUpdateAndWait(
    ...at,
    key,
    { displayName: key, value: `Bearer ${what.apiKey}`, secret: true },
    polling,
  );
  await client.apiPolicy.createOrUpdate(...at, api, 'policy', {
    format: 'rawxml',
    value: keyInjection(key),
  });
  await client.subscription.createOrUpdate(...at, `${api}-clients`, {
    scope: `/products/${product}`,
    displayName: 'Clients',
    state: 'active',
  });
  const { primaryKey = '' } = await client.subscription.listSecrets(...at, `${api}-clients`);
  return primaryKey;
}

/** Removes what `publish` made. */
export async function unpublish(client: ApiManagementClient, what: Publication): Promise<void> {
  const { resourceGroup, service, api } = what;
  const at = [resourceGroup, service] as const;
  await client.subscription.delete(...at, `${api}-clients`, '*');
  await client.api.beginDeleteAndWait(...at, api, '*', { deleteRevisions: true, ...polling });
  await client.namedValue.delete(...at, `${api}-key`, '*');
}

function keyInjection(namedValue: string): string {
  return [
    '<policies>',
    '  <inbound>',
    '    <base />',
    '    <set-header name="Authorization" exists-action="override">',
    `      <value>{{${namedValue}}}</value>`,
    '    </set-header>',
    '    <set-header name="Ocp-Apim-Subscription-Key" exists-action="delete" />',
    '  </inbound>',
    '  <backend><base /></backend>',
    '  <outbound><base /></outbound>',
    '  <on-error><base /></on-error>',
    '</policies>',
  ].join('\r\n');
}
