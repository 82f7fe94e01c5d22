import assert from 'node:assert/strict';
import { starterLimits } from '../../../src/protocol/apim/limits.ts';
import { gatewayOperations, swaggerOperation } from '../../../src/protocol/apim/operations.ts';
import {
  plannedResources,
  type PlannedResource,
  type Publication,
  withSecret,
} from '../../../src/protocol/apim/publication.ts';
import { isPath, isUrlTemplate, resourceIdFrom } from '../../../src/protocol/apim/publicationProblems.ts';
import { comparable, isAsPlanned, viewOf } from '../../../src/protocol/apim/resourceView.ts';
import type { JsonObject } from '../../../src/protocol/json.ts';
import { apimFixture } from './fixtures.ts';

const guide: Publication = {
  apiId: 'azureml-demo',
  displayName: 'AzureML Demo API',
  serviceUrl: 'https://ussouthcentral.services.azureml.net',
  path: 'azureml-demo',
  operations: gatewayOperations.map((operation) => ({ ...operation, statuses: [200] })),
  product: { id: 'starter', displayName: 'Starter', subscriptionRequired: true },
  keyName: 'azureml-demo-key',
};

describe('a publication', () => {
  it('is the API of the guide, its operations, the key, the policy and a subscription, in the order of writing', () => {
    const plan = plannedResources(guide);
    assert.deepEqual(
      plan.map(({ kind, path }) => `${kind} ${path}`),
      [
        'api /apis/azureml-demo',
        'operation /apis/azureml-demo/operations/rrs-execute',
        'operation /apis/azureml-demo/operations/bes-submit',
        'operation /apis/azureml-demo/operations/bes-start',
        'operation /apis/azureml-demo/operations/bes-status',
        'operation /apis/azureml-demo/operations/bes-delete',
        'namedValue /namedValues/azureml-demo-key',
        'apiPolicy /apis/azureml-demo/policies/policy',
        'productApi /products/starter/apis/azureml-demo',
        'subscription /subscriptions/azureml-demo-vscode',
      ],
    );
    assert.deepEqual(propertiesOf(plan, 'api'), {
      displayName: 'AzureML Demo API',
      path: 'azureml-demo',
      serviceUrl: 'https://ussouthcentral.services.azureml.net',
      protocols: ['https'],
      subscriptionRequired: true,
      subscriptionKeyParameterNames: { header: 'Ocp-Apim-Subscription-Key', query: 'subscription-key' },
    });
    const execute = propertiesOf(plan, 'operation');
    assert.equal(
      execute.urlTemplate,
      '/workspaces/{workspace}/services/{service}/execute?api-version={apiversion}&details={details}',
    );
    assert.deepEqual(execute.templateParameters, [
      { name: 'workspace', type: 'string', required: true },
      { name: 'service', type: 'string', required: true },
      { name: 'apiversion', type: 'string', required: true },
      { name: 'details', type: 'string', required: true },
    ]);
    assert.deepEqual(propertiesOf(plan, 'subscription'), {
      scope: '/products/starter',
      displayName: 'AzureML Demo API (VS Code)',
      state: 'active',
    });
    assertInOrder(plan);
  });

  it('can have a new product with limits, leave the key to its callers, and have a sixth operation', () => {
    const plan = plannedResources({
      ...guide,
      operations: [{ ...swaggerOperation, statuses: [200, 404] }],
      product: {
        id: 'trial',
        displayName: 'Trial',
        subscriptionRequired: false,
        make: {
          description: '',
          terms: '',
          approvalRequired: true,
          subscriptionsLimit: 1,
          published: true,
          limits: starterLimits,
        },
      },
    });
    assert.deepEqual(
      plan.map(({ kind }) => kind),
      [
        'product',
        'productPolicy',
        'api',
        'operation',
        'namedValue',
        'apiPolicy',
        'productApi',
        'subscription',
      ],
    );
    assert.deepEqual(propertiesOf(plan, 'product'), {
      displayName: 'Trial',
      description: '',
      terms: '',
      subscriptionRequired: false,
      state: 'published',
    });
    assert.equal(propertiesOf(plan, 'subscription').scope, '/apis/azureml-demo');
    assertInOrder(plan);
    const { keyName, ...keyless } = guide;
    assert.ok(keyName);
    const kinds = plannedResources(keyless).map(({ kind }) => kind);
    assert.ok(!kinds.includes('namedValue') && !kinds.includes('apiPolicy'));
  });

  it('has the secret only in what is sent', () => {
    const plan = plannedResources(guide);
    const value = one(plan, 'namedValue');
    assert.equal(withSecret(value, 'Bearer KEY==')?.properties.value, 'Bearer KEY==');
    assert.ok(!JSON.stringify(plan).includes('KEY=='));
    assert.ok(viewOf(value, value.body?.properties ?? {}).includes('"***"'));
  });
});

describe('a resource that exists', () => {
  it('is compared in the members that are written, whatever else it has', () => {
    const plan = plannedResources(guide);
    const api = one(plan, 'api');
    const wanted = api.body?.properties ?? {};
    const existing = { properties: { apiRevision: '1', isCurrent: true, ...wanted, description: null } };
    assert.ok(isAsPlanned(api, existing));
    assert.ok(!isAsPlanned(api, { properties: { ...existing.properties, serviceUrl: 'https://other' } }));
    const contract = apimFixture('GetApiContract');
    assert.ok(!isAsPlanned(api, contract));
    assert.equal(comparable(api, contract).displayName, contract.properties.displayName);
    assert.equal(comparable(api, contract).isCurrent, undefined);
  });

  it('has one operation more or one parameter less, and that counts', () => {
    const execute = one(plannedResources(guide), 'operation');
    const wanted = execute.body?.properties ?? {};
    const asAnswered = {
      ...wanted,
      description: null,
      templateParameters: (wanted.templateParameters as JsonObject[]).map((each) => ({
        ...each,
        values: [],
      })),
    };
    assert.ok(isAsPlanned(execute, { properties: asAnswered }));
    const fewer = asAnswered.templateParameters.slice(1);
    assert.ok(!isAsPlanned(execute, { properties: { ...asAnswered, templateParameters: fewer } }));
    assert.ok(!isAsPlanned(execute, { properties: { ...asAnswered, responses: [] } }));
    assert.ok(!isAsPlanned(execute, apimFixture('GetApiOperation')));
  });

  it('has its policy compared by what it says', () => {
    const policy = one(plannedResources(guide), 'apiPolicy');
    const value = String(policy.body?.properties.value);
    const respelled = `<!-- x -->\r\n${value.replaceAll('\n', '\r\n\t')}`;
    assert.ok(isAsPlanned(policy, { properties: { value: respelled } }));
    assert.ok(!isAsPlanned(policy, { properties: { value: value.replace('override', 'skip') } }));
    assert.ok(!isAsPlanned(policy, { properties: { value: 'no policy' } }));
    assert.equal(viewOf(policy, comparable(policy, { properties: { value: 'no policy' } })), 'no policy\n');
  });

  it('may name its scope in full', () => {
    const subscription = one(plannedResources(guide), 'subscription');
    const { scope, ...rest } = subscription.body?.properties ?? {};
    const full = `/subscriptions/0/resourceGroups/g/providers/Microsoft.ApiManagement/service/s${String(scope)}`;
    assert.ok(isAsPlanned(subscription, { properties: { ...rest, scope: full } }));
    assert.ok(!isAsPlanned(subscription, { properties: { ...rest, scope: `${full}2` } }));
  });
});

describe('what a person types of a publication', () => {
  it('is checked', () => {
    assert.ok(['', 'a', 'azureml-demo', 'a/b.c'].every(isPath));
    assert.ok(!['/a', 'a/', 'a//b', 'a b', 'ä'].some(isPath));
    assert.ok(['/', '/a/{b}?c={d}'].every(isUrlTemplate));
    assert.ok(!['', 'a', '/{a', '/{a}/{a}', '/a b', '/{a-b}'].some(isUrlTemplate));
    assert.equal(resourceIdFrom('-Hash / Größe 2-'), 'hash-gr-e-2');
    assert.equal(resourceIdFrom('…'), 'azureml');
  });
});

function one(plan: readonly PlannedResource[], kind: PlannedResource['kind']): PlannedResource {
  const found = plan.find((resource) => resource.kind === kind);
  assert.ok(found);
  return found;
}

function propertiesOf(plan: readonly PlannedResource[], kind: PlannedResource['kind']): JsonObject {
  return one(plan, kind).body?.properties ?? {};
}

/** Nothing is written before what it needs. */
function assertInOrder(plan: readonly PlannedResource[]): void {
  const paths = plan.map(({ path }) => path);
  for (const { path, needs } of plan)
    for (const need of needs)
      assert.ok(paths.slice(0, paths.indexOf(path)).includes(need), `${path} needs ${need}`);
}
