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
import { comparable, isAsPlanned, masksFor, viewOf } from '../../../src/protocol/apim/resourceView.ts';
import type { JsonObject } from '../../../src/protocol/json.ts';
import { apimFixture } from './fixtures.ts';

const keyless: Publication = {
  apiId: 'azureml-demo',
  displayName: 'AzureML Demo API',
  serviceUrl: 'https://ussouthcentral.services.azureml.net',
  path: 'azureml-demo',
  operations: gatewayOperations.map((operation) => ({ ...operation, statuses: [200] })),
  product: { id: 'starter', displayName: 'Starter', subscriptionRequired: true },
};
const guide: Publication = { ...keyless, keyName: 'azureml-demo-key' };

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
    const masks = masksFor(plan);
    const views = ([undefined, 'what is planned', 'something else'] as const).map((holds) =>
      viewOf(value, value.body?.properties ?? {}, masks, holds),
    );
    assert.deepEqual(
      views.map((view) => /"value": "(.*)"/.exec(view)?.[1]),
      ['***1', '***1', '***2'],
    );
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
    const existing = comparable(policy, { properties: { value: 'no policy' } });
    assert.equal(viewOf(policy, existing, masksFor([policy])), '***1\n');
  });

  describe('is shown without the secrets of others', () => {
    const policy = one(plannedResources(guide), 'apiPolicy');
    const shown = (inbound: string): string => {
      const value = `<policies><inbound>${inbound}</inbound></policies>`;
      return viewOf(policy, comparable(policy, { properties: { value } }), masksFor([policy]));
    };

    for (const [where, inbound, kept] of [
      [
        'a header',
        '<set-header name="Authorization"><value>Bearer S3cret</value></set-header>',
        'Bearer ***1',
      ],
      [
        'a header that is checked',
        '<check-header name="x-key"><value>S3cret</value></check-header>',
        'x-key',
      ],
      [
        'a query parameter',
        '<set-query-parameter name="code"><value>S3cret</value></set-query-parameter>',
        'code',
      ],
      ['a password', '<authentication-basic username="ada" password="S3cret" />', 'ada'],
      [
        'a key for tokens',
        '<validate-jwt header-name="Authorization"><issuer-signing-keys><key id="one">S3cret</key></issuer-signing-keys></validate-jwt>',
        'id="one"',
      ],
      [
        'an address',
        '<set-backend-service base-url="https://f.example/api?code=S3cret==" />',
        'https://f.example/api',
      ],
      [
        'a user of an address',
        '<set-backend-service base-url="https://ada:S3cret@f.example" />',
        'f.example',
      ],
      [
        'the path of a web hook',
        '<set-url>https://hooks.example/services/S3cret</set-url>',
        'https://hooks.example***1',
      ],
      ['a template', '<rewrite-uri template="/x?code=S3cret" />', '/x?code=***1'],
      [
        'a body',
        '<set-body>grant_type=client_credentials&amp;client_secret=S3cret</set-body>',
        '<set-body>***1<',
      ],
      ['a variable', '<set-variable name="apiKey" value="S3cret" />', 'apiKey'],
      ['a text', '<set-body>@{ return "client_secret=S3cret"; }</set-body>', '@{ return "***1"; }'],
      [
        'a text of several',
        '<set-header name="Authorization"><value>@("Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes("user:S3cret")))</value></set-header>',
        '@("Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes("***1")))',
      ],
      [
        'a text with quotes',
        String.raw`<when condition="@(a == @"x""S3cret" || b == "\"S3cret")" />`,
        '@(a == @"***1" ||',
      ],
      [
        'a letter and a comment',
        `<set-body>@{ /* S3cret */ return 'S'; // S3cret\n }</set-body>`,
        "return '***2'",
      ],
      ['what is no element', '<set-header name="Authorization"><value>S3cret', '***1'],
    ] as const) {
      it(where, () => {
        const view = shown(inbound);
        assert.ok(!view.includes('S3cret'), view);
        assert.ok(view.includes(kept), view);
      });
    }

    it('and with everything else', () => {
      for (const kept of [
        '<set-header name="Accept"><value>text/csv</value></set-header>',
        '<set-header name="x-key"><value>{{named}}</value></set-header>',
        '<set-header name="Authorization"><value>Bearer {{named}}</value></set-header>',
        '<set-backend-service base-url="https://f.example/api?code={{named}}" />',
        '<cors><allowed-origins><origin>https://f.example</origin></allowed-origins></cors>',
        '<rate-limit calls="5" renewal-period="60" />',
      ]) {
        const view = shown(kept).replaceAll(/\n\s*/g, '');
        assert.ok(view.includes(kept), view);
      }
    });

    it('so that equal ones look equal and others do not', () => {
      const header = (value: string): string => `<set-header name="x"><value>${value}</value></set-header>`;
      const view = shown(['S3cret', 'other', 'S3cret'].map(header).join(''));
      assert.deepEqual(view.match(/\*\*\*\d+/g), ['***1', '***2', '***1']);
    });

    it('but with all that the plan says itself', () => {
      const plan = plannedResources({
        ...keyless,
        endpointKeys: [{ endpointId: 'e/1', label: 'E', keyName: 'azureml-demo.e-key' }],
      });
      const own = one(plan, 'apiPolicy');
      const { value } = own.body?.properties ?? {};
      assert.equal(viewOf(own, own.body?.properties ?? {}, masksFor(plan)), `${String(value)}\n`);
    });

    it('where it is no policy', () => {
      const plan = plannedResources(guide);
      const api = one(plan, 'api');
      const address = { serviceUrl: 'https://ada:S3cret@f.example/api?code=S3cret' };
      assert.match(viewOf(api, address, masksFor(plan)), /https:\/\/\*\*\*1@f\.example\/api\?code=\*\*\*2/);
      const operation = one(plan, 'operation');
      const parameter = { name: 'code', defaultValue: 'S3cret', values: ['S3cret'] };
      const view = viewOf(operation, { request: { queryParameters: [parameter] } }, masksFor(plan));
      assert.ok(!view.includes('S3cret') && view.includes('"code"'), view);
    });
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
