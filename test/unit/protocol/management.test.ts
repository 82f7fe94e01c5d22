import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import {
  parseEndpointKeys,
  parseManagedEndpoints,
  parseManagedServices,
} from '../../../src/protocol/studio/management.ts';
import {
  managedEndpointsUrl,
  managedServicesUrl,
  newEndpointBody,
  patchModelBody,
  refreshBody,
  refreshUrl,
  settingsBody,
} from '../../../src/protocol/studio/managementRequests.ts';
import { fixture } from './fixtures.ts';

interface ArmExample {
  readonly responses: { readonly 200: { readonly body: unknown } };
}

describe('answers of the management API', () => {
  it('list services whose names are the same', () => {
    const services = parseManagedServices(fixture('mgmt-webservices-list.json'));
    assert.equal(services.length, 3);
    assert.equal(new Set(services.map(({ name }) => name)).size, 1);
    assert.equal(new Set(services.map(({ id }) => id)).size, 3);
    assert.equal(services[0]?.defaultEndpointName, 'default');
    assert.equal(services[0].creationTime, '2016-01-29T13:27:14.153Z');
  });

  it('may list nothing', () => {
    assert.deepEqual(parseManagedServices(null), []);
    assert.deepEqual(parseManagedEndpoints([]), []);
  });

  it('have the id of an endpoint in its URLs only, and its keys apart', () => {
    const listed = fixture('mgmt-endpoint-shape.json');
    const [endpoint] = parseManagedEndpoints(listed);
    assert.equal(endpoint?.name, 'default');
    assert.equal(endpoint.address?.endpointId, 'ENDPOINT_ID');
    assert.deepEqual(endpoint.resources, [
      {
        name: 'Income Predictor [Trained Model]',
        kind: 'TrainedModel',
        location: {
          baseLocation: 'https://ACCOUNT.blob.core.windows.net/',
          relativeLocation: 'CONTAINER/model.ilearner',
          sasBlobToken: '?SAS',
        },
      },
    ]);
    assert.doesNotMatch(JSON.stringify(endpoint), /_KEY==/);
    assert.deepEqual(parseEndpointKeys((listed as unknown[])[0]), {
      primary: 'PRIMARY_KEY==',
      secondary: 'SECONDARY_KEY==',
    });
  });

  it('of Azure may be keys', () => {
    const bodyOf = (name: string): unknown => (fixture(name) as ArmExample).responses[200].body;
    assert.deepEqual(parseEndpointKeys(bodyOf('arm-getWebServiceKeys.json')), {
      primary: 'The Primary key',
      secondary: 'The Secondary key',
    });
  });

  it('that are no answer are refused with the member that is missing', () => {
    assert.throws(() => parseManagedServices({}), /\[service\/MalformedAnswer\]/);
    assert.throws(() => parseManagedServices([{ Name: 'x' }]), /"Id"/);
  });
});

describe('requests to the management API', () => {
  const address = { managementUrl: 'https://management.azureml.net/', workspaceId: 'abc' };
  const reference = { serviceId: 'WEB_SERVICE_ID', endpoint: 'newep01' };

  it('go below the workspace', () => {
    const services = 'https://management.azureml.net/workspaces/abc/webservices';
    assert.equal(managedServicesUrl(address), services);
    assert.equal(managedEndpointsUrl(address, 'x y'), `${services}/x%20y/endpoints`);
    assert.equal(refreshUrl(address, reference), `${services}/WEB_SERVICE_ID/endpoints/newep01/refresh`);
  });

  it('have the bodies of the one known client', () => {
    const settings = {
      description: 'New Endpoint 01',
      throttleLevel: 'High',
      maxConcurrentCalls: 20,
      preventUpdate: false,
    } as const;
    assert.deepEqual(newEndpointBody(reference, settings), fixture('mgmt-endpoint-add-request.json'));
    assert.deepEqual(refreshBody(true), fixture('mgmt-endpoint-refresh-request.json'));
    assert.deepEqual(settingsBody({ diagnosticsTraceLevel: 'All' }), { DiagnosticsTraceLevel: 'All' });
  });

  it('patch a trained model as the documentation does', () => {
    const patch = fixture('mgmt-endpoint-patch-request.json') as {
      Resources: [{ Name: string; Location: Record<string, string> }];
    };
    const [{ Name, Location }] = patch.Resources;
    const body = patchModelBody(Name, {
      baseLocation: Location.BaseLocation ?? '',
      relativeLocation: Location.RelativeLocation ?? '',
      sasBlobToken: Location.SasBlobToken ?? '',
    });
    assert.deepEqual(body, patch);
  });
});
