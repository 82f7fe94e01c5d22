import assert from 'node:assert/strict';
import { cloudAt } from '../../../src/azure/cloud.ts';

describe('the cloud that is signed in to', () => {
  it('is the public one, a sovereign one, or a server on this machine', () => {
    const windows = 'https://management.core.windows.net/.default';
    assert.deepEqual(cloudAt('https://management.azure.com/'), {
      resourceManagerUrl: 'https://management.azure.com',
      provider: 'microsoft',
      scope: windows,
      portalUrl: 'https://portal.azure.com',
    });
    const china = cloudAt('https://management.chinacloudapi.cn');
    assert.deepEqual(
      [china.provider, china.scope, china.portalUrl],
      [
        'microsoft-sovereign-cloud',
        'https://management.core.chinacloudapi.cn/.default',
        'https://portal.azure.cn',
      ],
    );
    assert.equal(cloudAt('http://127.0.0.1:8080').scope, windows);
  });

  it('is none where a token could be read on the way', () => {
    for (const setting of ['http://management.azure.com', 'ftp://management.azure.com', '', null, {}]) {
      assert.throws(() => cloudAt(setting), { code: 'InvalidSetting' });
    }
  });
});
