import type { JsonObject } from '../../../src/protocol/json.ts';
import type { Arm } from '../../support/arm/index.ts';
import { nobody } from '../../support/arm/gateway/loggedCall.ts';
import type { LoggedCall } from '../../support/arm/gateway/loggedCall.ts';
import { instance } from './examples.ts';
import type { Asked } from './examples.ts';
import { metricExamples } from './metricExamples.ts';

const user = 'users/{userId}';
const group = 'groups/{groupId}';
const product = 'products/{productId}';
const neededUser = { firstName: 'test', lastName: 'user', email: 'testuser1@live.com' };

const notification = 'notifications/{notificationName}';
const recipientEmail = `${notification}/recipientEmails/{email}`;
const recipientUser = `${notification}/recipientUsers/{userId}`;
const neededApi = { path: 'echo', serviceUrl: 'http://127.0.0.1' };
const neededCall: LoggedCall = {
  ...nobody,
  timestamp: '2017-06-03T00:17:00.164Z',
  method: 'GET',
  url: 'http://127.0.0.1/echo',
  ipAddress: '127.0.0.1',
  responseCode: 200,
  backendResponseCode: 200,
  requestSize: 0,
  responseSize: 405,
  apiTime: 2,
};

/** The providers that the examples name. */
function addProviders(arm: Arm): Promise<JsonObject> {
  const type = {
    locations: ['West US'],
    apiVersions: ['2018-01-01'],
    capabilities: 'SupportsTags, SupportsLocation',
  };
  const zones = [{ location: 'West US', type: 'EdgeZone', extendedLocations: ['LosAngeles', 'LosAngeles2'] }];
  for (const namespace of ['Microsoft.TestRP1', 'Microsoft.TestRP2'])
    arm.addProvider({
      namespace,
      registrationPolicy: 'RegistrationRequired',
      resourceTypes: [
        { resourceType: 'TestResourceType', ...type, locationMappings: zones },
        { resourceType: 'TestResourceTypeSibling', ...type },
      ],
    });
  return Promise.resolve({});
}

/** By the file's name without its common beginning. */
export const governanceExamples: Readonly<Record<string, Asked>> = {
  CreateGroup: instance('PUT', group),
  CreateGroupExternal: instance('PUT', group),
  CreateGroupUser: instance('PUT', `${group}/${user}`, { needs: { [user]: neededUser } }),
  CreateNotificationRecipientEmail: instance('PUT', recipientEmail),
  CreateNotificationRecipientUser: instance('PUT', recipientUser, { needs: { [user]: neededUser } }),
  CreatePolicyFragment: instance('PUT', 'policyFragments/{id}'),
  CreatePortalRevision: instance('PUT', 'portalRevisions/{portalRevisionId}'),
  CreateUser: instance('PUT', user),
  DeleteGroup: instance('DELETE', group),
  DeleteGroupUser: instance('DELETE', `${group}/${user}`),
  DeleteNotificationRecipientEmail: instance('DELETE', recipientEmail),
  DeleteNotificationRecipientUser: instance('DELETE', recipientUser),
  DeleteProductGroup: instance('DELETE', `${product}/${group}`),
  DeleteUser: instance('DELETE', user),
  GetReportsByApi: instance('GET', 'reports/byApi', { needs: { 'apis/echo': neededApi } }),
  GetReportsByOperation: instance('GET', 'reports/byOperation', {
    needs: {
      'apis/echo': neededApi,
      'apis/echo/operations/get': { method: 'GET', urlTemplate: '/' },
    },
  }),
  GetReportsByProduct: instance('GET', 'reports/byProduct', { needs: { 'products/starter': {} } }),
  GetReportsByRequest: instance('GET', 'reports/byRequest', { calls: [neededCall] }),
  GetReportsBySubscription: instance('GET', 'reports/bySubscription', {
    needs: { 'products/starter': {}, 'subscriptions/mine': { scope: '/products/starter' } },
  }),
  GetReportsByTime: instance('GET', 'reports/byTime', { calls: [neededCall] }),
  GetReportsByUser: instance('GET', 'reports/byUser', { needs: { 'users/1': neededUser } }),
  HeadGroupUser: instance('HEAD', `${group}/${user}`),
  HeadNotificationRecipientEmail: instance('HEAD', recipientEmail),
  HeadNotificationRecipientUser: instance('HEAD', recipientUser),
  HeadProductGroup: instance('HEAD', `${product}/${group}`),
  ListGroupUsers: instance('GET', `${group}/users`, { keptIn: 'users' }),
  ListGroups: instance('GET', 'groups'),
  ListNotificationRecipientEmails: instance('GET', `${notification}/recipientEmails`),
  ListNotifications: instance('GET', 'notifications'),
  ListPolicyDescriptions: instance('GET', 'policyDescriptions', { isCatalogue: true }),
  ListPortalRevisions: instance('GET', 'portalRevisions'),
  ListProductGroups: instance('GET', `${product}/groups`, { keptIn: 'groups' }),
  ListProductSubscriptions: instance('GET', `${product}/subscriptions`, { keptIn: 'subscriptions' }),
  ListUserSubscriptions: instance('GET', `${user}/subscriptions`, { keptIn: 'subscriptions' }),
  ListSku: {
    method: 'GET',
    path: '/subscriptions/{subscriptionId}/providers/Microsoft.ApiManagement/skus',
    isCatalogue: true,
  },
  PortalSettingsGetSignUp: instance('GET', 'portalsettings/signup'),
  ServiceCheckNameAvailability: {
    method: 'POST',
    path: '/subscriptions/{subscriptionId}/providers/Microsoft.ApiManagement/checkNameAvailability',
  },
  ServiceGetSsoToken: instance('POST', 'getssotoken'),
  UpdateSubscription: instance('PATCH', 'subscriptions/{sid}', {
    needs: {
      'products/5600b59475ff190048060002': {},
      'users/5931a75ae4bbd512a88c680b': neededUser,
    },
  }),
  UpdateUser: instance('PATCH', user),
  UserConfirmationPasswordSend: instance('POST', `${user}/confirmations/password/send`),
  UserGenerateSsoUrl: instance('POST', `${user}/generateSsoUrl`),
  ...metricExamples,
  'resources-2024-07-01/CreateResourceGroup': {
    method: 'PUT',
    path: '/subscriptions/{subscriptionId}/resourceGroups/{resourceGroupName}',
  },
  'resources-2024-07-01/GetProvider': {
    method: 'GET',
    path: '/subscriptions/{subscriptionId}/providers/{resourceProviderNamespace}',
    before: addProviders,
  },
  'resources-2024-07-01/GetProviders': {
    method: 'GET',
    path: '/subscriptions/{subscriptionId}/providers',
    isCatalogue: true,
    before: addProviders,
  },
  'subscriptions-2022-12-01/GetLocations': {
    method: 'GET',
    path: '/subscriptions/{subscriptionId}/locations',
    isCatalogue: true,
  },
};
