import assert from 'node:assert/strict';
import { parseArm } from '../../../src/protocol/apim/arm.ts';
import {
  armWebServiceSchema,
  classicWorkspaceSchema,
  clientSettingsOf,
  titleOf,
} from '../../../src/protocol/apim/classicArm.ts';

const id = '/subscriptions/s/resourceGroups/g/providers/Microsoft.MachineLearning';

describe('the resources of Studio (classic)', () => {
  function settingsOf(location: string | null, studioEndpoint?: string) {
    const properties = { workspaceId: '00000000-1111-2222-3333-444444444444', studioEndpoint };
    const body = { id: `${id}/workspaces/w`, name: 'w', location, properties };
    return clientSettingsOf(parseArm(classicWorkspaceSchema, body), 'token');
  }

  it('say in which region a workspace is managed', () => {
    const southCentral = 'https://management.azureml.net';
    assert.deepEqual(settingsOf('East US', 'https://studioapi.azureml.net'), {
      workspaceId: '00000000111122223333444444444444',
      token: 'token',
      managementUrl: southCentral,
    });
    const west = 'https://europewest.management.azureml.net';
    assert.equal(settingsOf(null, 'https://europewest.studio.azureml.net/').managementUrl, west);
    assert.equal(settingsOf('West Europe').managementUrl, west);
  });

  it('leave the region open where Studio is elsewhere', () => {
    assert.equal(settingsOf('West Europe', 'https://studio.example.com').managementUrl, undefined);
    assert.equal(settingsOf('West US').managementUrl, undefined);
  });

  it('name a web service as well as they can', () => {
    const title = (body: object): string =>
      titleOf(parseArm(armWebServiceSchema, { id: `${id}/webServices/last`, properties: {}, ...body }));
    assert.equal(title({ name: 'n', properties: { title: 'Title' } }), 'Title');
    assert.equal(title({ name: 'n' }), 'n');
    assert.equal(title({}), 'last');
  });
});
