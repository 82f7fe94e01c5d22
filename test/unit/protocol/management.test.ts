import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import {
  parseArmWebServices,
  parseEndpointKeys,
  parseManagedEndpoints,
  parseManagedServices,
} from '../../../src/protocol/studio/management.ts';
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
      { name: 'Income Predictor [Trained Model]', kind: 'TrainedModel' },
    ]);
    assert.doesNotMatch(JSON.stringify(endpoint), /_KEY==/);
    assert.deepEqual(parseEndpointKeys((listed as unknown[])[0]), {
      primary: 'PRIMARY_KEY==',
      secondary: 'SECONDARY_KEY==',
    });
  });

  it('of Azure are one service, a page of them, or keys', () => {
    const bodyOf = (name: string): unknown => (fixture(name) as ArmExample).responses[200].body;
    const [one] = parseArmWebServices(bodyOf('arm-getWebService.json'));
    assert.equal(one?.title, 'Web Service Title');
    assert.deepEqual(one.address, {
      baseUrl: 'https://ussouthcentral.services.azureml.net',
      style: 'subscriptions',
      workspaceId: 'subscriptionId',
      endpointId: 'serviceId',
    });
    const page = parseArmWebServices(bodyOf('arm-getWebServicesByResourceGroup.json'));
    assert.deepEqual(
      page.map(({ id }) => id),
      ['TheWebServiceId', 'TheWebServiceId2'],
    );
    assert.deepEqual(parseEndpointKeys(bodyOf('arm-getWebServiceKeys.json')), {
      primary: 'The Primary key',
      secondary: 'The Secondary key',
    });
  });

  it('that are no answer are refused with the member that is missing', () => {
    assert.throws(() => parseManagedServices({}), /\[service\/MalformedAnswer\]/);
    assert.throws(() => parseManagedServices([{ Name: 'x' }]), /"Id"/);
    assert.throws(() => parseArmWebServices({ value: [{ properties: {} }] }), /"id"/);
  });
});
