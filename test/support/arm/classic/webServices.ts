import { asObject } from '../../../../src/protocol/json.ts';
import type { JsonObject } from '../../../../src/protocol/json.ts';
import { existing, listOfType } from '../resources.ts';
import type { Context, ResourceType } from '../resources.ts';
import { without } from '../wire.ts';
import type { Call, Route } from '../wire.ts';
import { inGroup, inSubscription } from './paths.ts';

export interface WebServiceInit {
  readonly title: string;
  readonly description?: string;
  /** `https://…/subscriptions/…/services/…/swagger.json`; the service's base URL is its beginning. */
  readonly swaggerLocation: string;
  readonly keys: { readonly primary: string; readonly secondary: string };
}

/** Web services of the "new" kind, which are resources. Source: azure-rest-api-specs machinelearning 2017-01-01. */
export const webServices: ResourceType = {
  path: `${inGroup('webServices')}/{webService}`,
  required: [],
  unconditional: true,
  slow: ['PUT', 'DELETE'],
  accept: ({ properties, previous, call }) => {
    const now = new Date().toISOString();
    const swaggerLocation = `https://services.example.com${call.path}/swagger.json`;
    return { createdOn: now, swaggerLocation, ...previous?.properties, ...properties, modifiedOn: now };
  },
  shown: ({ properties }) => ({ provisioningState: 'Succeeded', ...without(properties, 'keys') }),
};

export function webServiceRoutes(context: Context): readonly Route[] {
  const keysOf = (path: string): JsonObject =>
    asObject(existing(context, path.slice(0, path.lastIndexOf('/'))).properties.keys);
  return [
    {
      method: 'GET',
      path: inSubscription('webServices'),
      answer: (call) => listOfType(context, webServices, call),
    },
    {
      method: 'GET',
      path: `${webServices.path}/listKeys`,
      answer: ({ path }) => ({ status: 200, body: keysOf(path) }),
    },
    {
      method: 'POST',
      path: `${webServices.path}/CreateRegionalBlob`,
      answer: (call) => ({ status: 202, headers: makeRegional(context, call) }),
    },
  ];
}

/** Nothing here is regional: it ends without having done anything. */
function makeRegional(context: Context, { path, url }: Call): Record<string, string> {
  const { id } = existing(context, path.slice(0, path.lastIndexOf('/')));
  return context.operations.start(url, {
    resource: `${id}/regional`,
    statusRoot: `${id}/operations`,
    failure: undefined,
    end: () => undefined,
    answer: () => ({ status: 200 }),
  });
}

/** What a published web service has besides what its publisher names. */
export function webServiceProperties(init: WebServiceInit): JsonObject {
  const now = new Date().toISOString();
  return {
    description: '',
    readOnly: false,
    exposeSampleData: true,
    createdOn: now,
    modifiedOn: now,
    payloadsInBlobStorage: false,
    packageType: 'Graph',
    realtimeConfiguration: { maxConcurrentCalls: 4 },
    diagnostics: { level: 'None' },
    ...init,
  };
}
