import assert from 'node:assert/strict';
import { networkSettings } from '../../../src/shared/networkSettings.ts';

describe('the settings of the network', () => {
  const defaults = { noProxy: [], systemCertificates: true, strictSSL: true, timeoutMs: 100_000 };
  const from = (http: Record<string, unknown>, timeout: unknown) =>
    networkSettings({ get: (name) => http[name] }, timeout);

  it('are those of VS Code', () => {
    const http = {
      proxy: 'http://proxy.test:8080',
      proxyAuthorization: 'Basic eA==',
      proxySupport: 'off',
      noProxy: ['intern.test'],
      systemCertificates: false,
      proxyStrictSSL: false,
    };
    const { proxyStrictSSL: strictSSL, ...others } = http;
    assert.deepEqual(from(http, 5), { ...others, strictSSL, timeoutMs: 5_000 });
    assert.deepEqual(from({ proxy: '', proxyAuthorization: null }, 0), { ...defaults, timeoutMs: 0 });
  });

  it('count as not set where they are of the wrong type', () => {
    const nonsense = {
      proxy: 8080,
      proxyAuthorization: {},
      proxySupport: true,
      noProxy: 'x',
      systemCertificates: 1,
      proxyStrictSSL: 'no',
    };
    for (const timeout of ['100', null, -1, Number.NaN, undefined, {}]) {
      assert.deepEqual(from(nonsense, timeout), defaults);
    }
  });
});
