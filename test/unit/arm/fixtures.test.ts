import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';

import { asArray, asObject, isJsonObject } from '../../../src/protocol/json.ts';
import type { JsonObject } from '../../../src/protocol/json.ts';
import { startArm } from '../../support/arm/index.ts';
import type { Arm, ArmOptions } from '../../support/arm/index.ts';
import { ArmCaller, type Reply } from './armCaller.ts';
import { instance, service } from './examples.ts';
import type { Asked } from './examples.ts';
import { governanceExamples } from './governanceExamples.ts';
import { traceExamples } from './traceExamples.ts';

const folder = new URL('../../fixtures/', import.meta.url);

interface Example {
  readonly parameters: JsonObject;
  readonly responses: Readonly<Record<string, { readonly headers?: JsonObject; readonly body?: JsonObject }>>;
}

const api = 'apis/{apiId}';
const operation = `${api}/operations/{operationId}`;
const namedValue = 'namedValues/{namedValueId}';
const product = 'products/{productId}';
const sid = 'subscriptions/{sid}';
const policy = 'policies/{policyId}';

const apimExamples: Readonly<Record<string, Asked>> = {
  ...traceExamples,
  CreateApi: instance('PUT', api),
  CreateApiOperation: instance('PUT', operation),
  CreateApiOperationPolicy: instance('PUT', `${operation}/${policy}`),
  CreateApiPolicy: instance('PUT', `${api}/${policy}`),
  CreateApiPolicyNonXmlEncoded: instance('PUT', `${api}/${policy}`),
  CreateApiSchema: instance('PUT', `${api}/schemas/{schemaId}`),
  CreateApiUsingImportOverrideServiceUrl: instance('PUT', api),
  CreateApiUsingOai3Import: instance('PUT', api),
  CreateApiUsingOai3ImportWithTranslateRequiredQueryParametersConduct: instance('PUT', api),
  CreateBackendProxyBackend: instance('PUT', 'backends/{backendId}'),
  CreateNamedValue: instance('PUT', namedValue),
  CreatePolicy: instance('PUT', policy),
  CreateProduct: instance('PUT', product),
  CreateProductApi: instance('PUT', `${product}/apis/{apiId}`, {
    needs: {
      'apis/{apiId}': { path: 'echo', serviceUrl: 'http://127.0.0.1' },
    },
  }),
  CreateProductPolicy: instance('PUT', `${product}/${policy}`, {
    needs: {
      'namedValues/count': { displayName: 'call-count', value: '5' },
    },
  }),
  CreateService: instance('PUT', ''),
  CreateServiceSkuv2Service: instance('PUT', ''),
  CreateSubscription: instance('PUT', sid, {
    needs: {
      'products/5600b59475ff190048060002': {},
      'users/57127d485157a511ace86ae7': { firstName: 'foo', lastName: 'bar', email: 'foobar@outlook.com' },
    },
  }),
  DeleteApi: instance('DELETE', api),
  DeleteApiOperation: instance('DELETE', operation),
  DeleteApiPolicy: instance('DELETE', `${api}/${policy}`),
  DeleteProduct: instance('DELETE', product),
  DeleteProductApi: instance('DELETE', `${product}/apis/{apiId}`),
  DeleteSubscription: instance('DELETE', sid),
  DeletedServicesListBySubscription: {
    method: 'GET',
    path: '/subscriptions/{subscriptionId}/providers/Microsoft.ApiManagement/deletedservices',
  },
  GetApiContract: instance('GET', api),
  GetApiExportInOpenApi2dot0: instance('GET', api),
  GetApiExportInOpenApi3dot0: instance('GET', api),
  GetApiOperation: instance('GET', operation),
  GetApiOperationPetStore: instance('GET', operation),
  GetApiPolicy: instance('GET', `${api}/${policy}`),
  GetNamedValue: instance('GET', namedValue),
  GetOperationResult: {
    method: 'GET',
    path: '/subscriptions/{subscriptionId}/providers/Microsoft.ApiManagement/locations/{location}/operationResults/{operationId}',
    before: async (arm, caller, { location }) => {
      const id = await arm.addInstance({ location: String(location) });
      const { headers } = await caller.ask('DELETE', id);
      return { operationId: new URL(headers.get('location') ?? '').pathname.split('/').at(-1) };
    },
    asksAgain: true,
  },
  GetPolicy: instance('GET', policy),
  GetPolicyFormat: instance('GET', policy),
  GetProduct: instance('GET', product),
  GetSubscription: instance('GET', sid),
  HeadApi: instance('HEAD', api),
  ListApiOperations: instance('GET', `${api}/operations`),
  ListApiPolicies: instance('GET', `${api}/policies`),
  ListApiSchemas: instance('GET', `${api}/schemas`),
  ListApis: instance('GET', 'apis'),
  ListBackends: instance('GET', 'backends'),
  ListNamedValues: instance('GET', 'namedValues'),
  ListProductApis: instance('GET', `${product}/apis`, {
    needs: {
      'apis/57681820a40f7eb6c49f6aca': {
        path: 'suffix',
        description: '',
        serviceUrl: 'http://127.0.0.1',
        authenticationSettings: { oAuth2: {} },
      },
    },
  }),
  ListProducts: instance('GET', 'products'),
  'ListSKUs-Consumption': instance('GET', 'skus', { tier: 'Consumption' }),
  'ListSKUs-Dedicated': instance('GET', 'skus', { tier: 'Developer' }),
  ListServiceBySubscription: {
    method: 'GET',
    path: '/subscriptions/{subscriptionId}/providers/Microsoft.ApiManagement/service',
  },
  ListServiceBySubscriptionAndResourceGroup: { method: 'GET', path: service },
  ListSubscriptions: instance('GET', 'subscriptions'),
  NamedValueListValue: instance('POST', `${namedValue}/listValue`),
  ServiceDeleteService: instance('DELETE', ''),
  ServiceGetService: instance('GET', ''),
  SubscriptionListSecrets: instance('POST', `${sid}/listSecrets`),
  SubscriptionRegeneratePrimaryKey: instance('POST', `${sid}/regeneratePrimaryKey`),
  UpdateApi: instance('PATCH', api),
  UpdateNamedValue: instance('PATCH', namedValue),
  UpdateProduct: instance('PATCH', product),
  UpdateSubscription: instance('PATCH', sid, {
    needs: {
      'products/5600b59475ff190048060002': {},
      'users/5931a75ae4bbd512a88c680b': { firstName: 'foo', lastName: 'bar', email: 'foobar@outlook.com' },
    },
  }),
};

const studio = 'providers/Microsoft.MachineLearning';
const group = '/subscriptions/{subscriptionId}/resourceGroups/{resourceGroupName}';
const webServices = `${group}/${studio}/webServices`;
const workspaces = `${group}/${studio}/workspaces`;

const classicExamples: Readonly<Record<string, Asked>> = {
  'webservices-2017-01-01/createRegionalProperties': {
    method: 'POST',
    path: `${webServices}/{webServiceName}/CreateRegionalBlob`,
  },
  'webservices-2017-01-01/deleteWebService': { method: 'DELETE', path: `${webServices}/{webServiceName}` },
  'webservices-2017-01-01/getWebService': { method: 'GET', path: `${webServices}/{webServiceName}` },
  'webservices-2017-01-01/getWebServiceKeys': {
    method: 'GET',
    path: `${webServices}/{webServiceName}/listKeys`,
  },
  'webservices-2017-01-01/getWebServicesByResourceGroup': { method: 'GET', path: webServices },
  'webservices-2017-01-01/getWebServicesBySubscriptionId': {
    method: 'GET',
    path: `/subscriptions/{subscriptionId}/${studio}/webServices`,
  },
  'webservices-2017-01-01/patchWebService': { method: 'PATCH', path: `${webServices}/{webServiceName}` },
  'webservices-2017-01-01/putWebService': { method: 'PUT', path: `${webServices}/{webServiceName}` },
  'workspaces-2016-04-01/CreateWorkspace': { method: 'PUT', path: `${workspaces}/{workspaceName}` },
  'workspaces-2016-04-01/DeleteWorkspace': { method: 'DELETE', path: `${workspaces}/{workspaceName}` },
  'workspaces-2016-04-01/GetWorkspace': { method: 'GET', path: `${workspaces}/{workspaceName}` },
  'workspaces-2016-04-01/ListWorkspaceKeys': {
    method: 'POST',
    path: `${workspaces}/{workspaceName}/listWorkspaceKeys`,
  },
  'workspaces-2016-04-01/ListWorkspaceResourceGroup': { method: 'GET', path: workspaces },
  'workspaces-2016-04-01/ListWorkspaces': {
    method: 'GET',
    path: `/subscriptions/{subscriptionId}/${studio}/workspaces`,
  },
  'workspaces-2016-04-01/ResyncStorageKeys': {
    method: 'POST',
    path: `${workspaces}/{workspaceName}/resyncStorageKeys`,
  },
  'workspaces-2016-04-01/UpdateWorkspace': { method: 'PATCH', path: `${workspaces}/{workspaceName}` },
};

/** How the names of API Management's examples begin. */
const PREFIX = 'ApiManagement';

/** Parameters of the examples that are sent as headers. */
const HEADERS = ['If-Match'];

/** Header of Studio's examples that their generator wrote everywhere. */
const PLACEHOLDER = 'http://azure.async.operation/status';

/** The subscriptions and groups that the examples name. */
const options: ArmOptions = {
  instances: [],
  tenants: [
    {
      tenantId: '11111111-1111-4111-8111-111111111111',
      displayName: 'Examples',
      subscriptions: [
        {
          subscriptionId: '00000000-0000-0000-0000-000000000000',
          displayName: 'API Management',
          resourceGroups: ['rg1', 'myResourceGroup'],
        },
        { subscriptionId: '1f3fa6d2-851c-4a91-9087-1a050f3a9c38', displayName: 'Storage' },
        { subscriptionId: 'ac41e21f-afd6-4a79-8070-f01eba278f97', displayName: 'Databases' },
        { subscriptionId: '07c0b09d-9f69-4e6e-8d05-f59f67299cb2', displayName: 'Sites' },
        { subscriptionId: 'a1ffc958-d2c7-493e-9f1e-125a0477f536', displayName: 'Locations' },
        {
          subscriptionId: '00000000-1111-2222-3333-444444444444',
          displayName: 'Workspaces',
          resourceGroups: ['myResourceGroup'],
        },
        {
          subscriptionId: 'subscription-id',
          displayName: 'Web services',
          resourceGroups: ['OneResourceGroupName'],
        },
      ],
    },
  ],
};

/** What the imports of the examples find at their links. */
const documents = {
  'http://apimpimportviaurl.azurewebsites.net/api/apidocs/': {
    swagger: '2.0',
    info: { title: 'Example', description: 'An API.' },
    paths: { '/pets': { get: { responses: { 200: { description: 'OK' } } } } },
  },
  'https://raw.githubusercontent.com/OAI/OpenAPI-Specification/master/examples/v3.0/petstore.yaml': {
    openapi: '3.0.0',
    info: { title: 'Example' },
    servers: [{ url: 'http://127.0.0.1/v1' }],
    paths: { '/pets': { get: { operationId: 'listPets', responses: {} } } },
  },
};

describe('the emulated Azure Resource Manager and the examples of its specification', () => {
  let arm: Arm;
  let caller: ArmCaller;

  beforeEach(async () => {
    arm = await startArm(options);
    caller = new ArmCaller(arm);
    for (const [url, document] of Object.entries(documents)) arm.documents.set(url, JSON.stringify(document));
  });

  afterEach(() => arm.close());

  it('are all asked for', () => {
    for (const [subfolder, ...known] of [
      ['apim', apimExamples],
      ['apim-governance', governanceExamples],
      ['classic-arm', classicExamples],
    ] as const)
      assert.deepEqual(namesIn(subfolder), known.flatMap(Object.keys).sort());
  });

  const examples = [
    ...Object.entries(apimExamples).map(([name, asked]) => [`apim/${PREFIX}${name}`, asked] as const),
    ...Object.entries(governanceExamples).map(
      ([name, asked]) => [`apim-governance/${name.includes('/') ? '' : PREFIX}${name}`, asked] as const,
    ),
    ...Object.entries(classicExamples).map(([name, asked]) => [`classic-arm/${name}`, asked] as const),
  ];
  for (const [name, asked] of examples) {
    it(`answers ${name}`, async () => {
      const example = JSON.parse(readFileSync(new URL(`${name}.json`, folder), 'utf8')) as Example;
      const parameters = {
        ...example.parameters,
        ...(await asked.before?.(arm, caller, example.parameters)),
      };
      const path = filled(asked.path, parameters);
      await seed(asked, path, example);
      const answer = await ask(asked, path, { ...example, parameters });
      if (answer.headers.has('azure-asyncoperation')) await caller.follow(answer);
      const answersTwice = asked.method === 'PUT' || asked.method === 'DELETE';
      if (answersTwice || asked.asksAgain) await ask(asked, path, example);
    });
  }

  /** Asks as the example does, and compares the answer with the listed one of that status. */
  async function ask(
    { method, path: template, isCatalogue = false }: Asked,
    path: string,
    { parameters, responses }: Example,
  ): Promise<Reply> {
    const pathParameters = [...template.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
    const query = new URLSearchParams();
    for (const [name, value] of Object.entries(parameters)) {
      if (pathParameters.includes(name) || HEADERS.includes(name)) continue;
      if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
        query.set(name, String(value));
    }
    const body = parameters.parameters ?? parameters.patchPayload ?? parameters.createOrUpdatePayload;
    const ifMatch = parameters['If-Match'];
    const answer = await caller.ask(
      method,
      `${arm.url}${path}?${query.toString()}`,
      body,
      typeof ifMatch === 'string' ? { 'If-Match': ifMatch } : {},
    );
    const listed = responses[String(answer.status)];
    assert.ok(listed, `${answer.status} ${JSON.stringify(answer.body)}`);
    for (const [header, value] of Object.entries(listed.headers ?? {}))
      if (value !== PLACEHOLDER || answer.status === 202)
        assert.ok(answer.headers.has(header), `header ${header} of ${answer.status}`);
    if (listed.body) {
      if (path.includes('/reports/')) assert.ok(asArray(answer.body.value).length > 0, 'a row');
      assertMembers(
        answer.body,
        listed.body,
        String(answer.status),
        isCatalogue || path.includes('/reports/'),
      );
    }
    for (const [member, value] of Object.entries(asObject(asObject(body).properties)))
      if (typeof asObject(listed.body?.properties)[member] === 'string' && member !== 'value')
        assert.equal(asObject(answer.body.properties)[member], value, member);
    return answer;
  }

  /** Writes what the example needs: the resources above, the ones it reads, changes, deletes or lists. */
  async function seed(
    { method, path: template, needs = {}, keptIn, tier, calls = [], before: isMade }: Asked,
    path: string,
    example: Example,
  ): Promise<void> {
    const { parameters, responses } = example;
    const root = filled(`${service}/{serviceName}`, parameters);
    if (template.startsWith(`${service}/{`)) {
      if (method !== 'PUT' || path !== root)
        arm.seed(root, {}, tier === undefined ? {} : { sku: { name: tier } });
      const below = path.slice(root.length + 1).split('/');
      for (let end = 2; end < below.length; end += 2)
        arm.seed(`${root}/${below.slice(0, end).join('/')}`, { displayName: 'Parent' });
    }
    for (const [needed, properties] of Object.entries(needs)) {
      const written = await caller.put(`${root}/${filled(needed, parameters)}`, {
        displayName: 'Needed',
        ...properties,
      });
      assert.equal(written.status, 201, needed);
      if (written.headers.has('azure-asyncoperation')) await caller.follow(written);
    }
    arm.addCalls(root, calls);
    if (method === 'PUT' || path.includes('/reports/') || isMade) return;
    const body = responses['200']?.body ?? responses['202']?.body;
    const target = method === 'POST' || path.endsWith('/listKeys') ? path.replace(/\/[^/]+$/, '') : path;
    if (!Array.isArray(body?.value)) {
      const properties = target === path ? asObject(body?.properties) : secretsOf(target, asObject(body));
      seedOne(target, asObject(body), properties);
      return;
    }
    const inGroup = target.replace(/^(\/subscriptions\/[^/]+)(?=\/providers\/)/, '$1/resourceGroups/rg1');
    for (const item of asArray(body.value).map(asObject)) {
      const name = String(item.name ?? item.id);
      seedOne(`${inGroup}/${name}`, item, asObject(item.properties));
      if (keptIn !== undefined) seedOne(`${root}/${keptIn}/${name}`, item, asObject(item.properties));
    }
  }

  function seedOne(id: string, listed: JsonObject, properties: JsonObject): void {
    const members = Object.entries(listed).filter(([name]) => !STANDARD.includes(name));
    arm.seed(id, properties, Object.fromEntries(members));
  }
});

/** Names of the examples in a folder and below it. */
function namesIn(subfolder: string): readonly string[] {
  return readdirSync(new URL(`${subfolder}/`, folder), { recursive: true, encoding: 'utf8' })
    .flatMap((name) => /^(?:ApiManagement)?(.*)\.json$/.exec(name.replaceAll('\\', '/'))?.[1] ?? [])
    .sort();
}

/** Members that every resource has, and those of an answer that is no resource. */
const STANDARD = ['id', 'name', 'type', 'properties', 'etag', 'primary', 'secondary', 'value'];

/** Where a kind of resource keeps what is given away only when asked for. */
function secretsOf(path: string, secrets: JsonObject): JsonObject {
  return path.includes('/webServices/') ? { keys: secrets } : secrets;
}

function filled(template: string, parameters: JsonObject): string {
  return template.replaceAll(/\{(\w+)\}/g, (_, name: string) => String(parameters[name]));
}

/** Everything that is listed must be there, with the same type; tags have the names that a caller gave them. */
function assertMembers(actual: unknown, listed: unknown, at: string, isCatalogue: boolean): void {
  if (Array.isArray(listed)) {
    assert.ok(Array.isArray(actual), at);
    for (const [index, item] of listed.entries())
      if (index < actual.length)
        assertMembers(counterpart(actual, item) ?? actual[index], item, `${at}[${index}]`, isCatalogue);
    if (at.endsWith('.value') && !isCatalogue) assert.equal(actual.length, listed.length, at);
  } else if (isJsonObject(listed)) {
    assert.ok(isJsonObject(actual), at);
    if (at.endsWith('.tags')) return;
    for (const [name, value] of Object.entries(listed)) {
      assert.ok(Object.hasOwn(actual, name), `${at}.${name} is missing`);
      assertMembers(actual[name], value, `${at}.${name}`, isCatalogue);
    }
  } else if (listed !== null) {
    assert.equal(typeof actual, typeof listed, at);
  }
}

/** The item with the same id: catalogues have an order of their own. */
function counterpart(actual: readonly unknown[], listed: unknown): unknown {
  const { id } = asObject(listed);
  return id === undefined ? undefined : actual.find((item) => asObject(item).id === id);
}
