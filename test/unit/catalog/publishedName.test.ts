import assert from 'node:assert/strict';
import { publishedName } from '../../../src/catalog/publishedName.ts';

function endpoint(endpointId: string, serviceId?: string, name = 'default') {
  const service = { name: 'Census', endpoints: [], ...(serviceId !== undefined && { serviceId }) };
  return { service, name, endpointId };
}

describe('the name of a published service', () => {
  const services = {
    Census: { serviceId: 's1', endpoints: { default: 'e1' } },
    'Census 2': { serviceId: 's2', endpoints: { default: 'e2' } },
  };

  it('is its own where it is free, or its already', () => {
    assert.equal(publishedName(undefined, endpoint('e1', 's1')), 'Census');
    assert.equal(publishedName(services, endpoint('e1', 's1')), 'Census');
    assert.equal(publishedName(services, endpoint('e9', 's1', 'second')), 'Census');
  });

  it('is another where another service has it, the same one each time', () => {
    assert.equal(publishedName(services, endpoint('e2', 's2')), 'Census 2');
    assert.equal(publishedName(services, endpoint('e3', 's3', 'second')), 'Census 3');
    assert.equal(publishedName(services, endpoint('e3')), 'Census 3');
  });
});
