import assert from 'node:assert/strict';
import { Failure } from '../../../src/protocol/failure.ts';
import { parseConnectionString, parseContainerSasUrl } from '../../../src/protocol/studio/bes.ts';

const key = 'c2VjcmV0LXNlY3JldC1zZWNyZXQ=';

describe('parseConnectionString', () => {
  it('takes the form of the portal', () => {
    assert.deepEqual(
      parseConnectionString(
        `DefaultEndpointsProtocol=https;AccountName=acc;AccountKey=${key};EndpointSuffix=core.chinacloudapi.cn`,
      ),
      { accountName: 'acc', accountKey: key, blobEndpoint: 'https://acc.blob.core.chinacloudapi.cn' },
    );
  });

  it('takes quotes, spaces, other cases and the default suffix', () => {
    assert.deepEqual(parseConnectionString(` "accountname=acc; ACCOUNTKEY=${key};" `), {
      accountName: 'acc',
      accountKey: key,
      blobEndpoint: 'https://acc.blob.core.windows.net',
    });
  });

  it('takes an explicit endpoint', () => {
    const account = parseConnectionString(
      `AccountName=acc;AccountKey=${key};BlobEndpoint=http://127.0.0.1:10000/acc/;`,
    );
    assert.ok(!(account instanceof Failure));
    assert.equal(account.blobEndpoint, 'http://127.0.0.1:10000/acc');
  });

  it('takes a SAS instead of a key, and the name from the endpoint', () => {
    assert.deepEqual(
      parseConnectionString(
        'BlobEndpoint=https://acc.blob.core.windows.net/;SharedAccessSignature=?sv=1&sig=a%3D',
      ),
      {
        accountName: 'acc',
        blobEndpoint: 'https://acc.blob.core.windows.net',
        sharedAccessSignature: 'sv=1&sig=a%3D',
      },
    );
  });

  it('takes the emulator', () => {
    const account = parseConnectionString('UseDevelopmentStorage=true');
    assert.ok(!(account instanceof Failure));
    assert.equal(account.accountName, 'devstoreaccount1');
    assert.equal(account.blobEndpoint, 'http://127.0.0.1:10000/devstoreaccount1');
  });

  it('says what is missing and never repeats the text', () => {
    for (const [text, problem] of [
      ['', /pairs/],
      ['secret-secret', /pairs/],
      [`AccountKey=${key}`, /no AccountName/],
      ['AccountName=acc', /neither an AccountKey/],
      ['AccountName=acc;AccountKey=secret-secret', /not base64/],
      [`AccountName=acc;AccountKey=${key};BlobEndpoint=secret`, /no URL/],
    ] as const) {
      const failure = parseConnectionString(text);
      assert.ok(failure instanceof Failure, text);
      assert.equal(failure.code, 'InvalidConnectionString');
      assert.match(failure.sentence, problem);
      assert.doesNotMatch(failure.message, /secret|c2Vj/);
    }
  });
});

describe('parseContainerSasUrl', () => {
  const now = new Date('2024-05-01T00:00:00Z');
  const token = '?sv=2022-11-02&sr=c&sp=rwl&se=2024-06-01T00%3A00%3A00Z&sig=abc%2Bdef%3D';

  it('takes the URL of a container', () => {
    assert.deepEqual(parseContainerSasUrl(` "https://acc.blob.core.windows.net/data${token}" `, now), {
      baseLocation: 'https://acc.blob.core.windows.net/',
      container: 'data',
      sasToken: token,
      permissions: 'rwl',
      expiresAt: '2024-06-01T00:00:00Z',
    });
  });

  it('takes the URL of an emulator, where the account is in the path', () => {
    const sas = parseContainerSasUrl(`http://127.0.0.1:10000/acc/data${token}`, now);
    assert.ok(!(sas instanceof Failure));
    assert.deepEqual([sas.baseLocation, sas.container], ['http://127.0.0.1:10000/acc/', 'data']);
  });

  it('says what is wrong and never repeats the signature', () => {
    for (const [text, problem] of [
      ['data', /no http/],
      ['https://acc.blob.core.windows.net/data?sv=1', /no signature/],
      [`https://acc.blob.core.windows.net/${token}`, /no container/],
      [`https://acc.blob.core.windows.net/c/b.csv${token.replace('sr=c', 'sr=b')}`, /single blob/],
      [`https://acc.blob.core.windows.net/c${token.replace('2024-06', '2024-04')}`, /expired at 2024-04-01/],
    ] as const) {
      const failure = parseContainerSasUrl(text, now);
      assert.ok(failure instanceof Failure, text);
      assert.equal(failure.code, 'InvalidSasUrl');
      assert.match(failure.sentence, problem);
      assert.doesNotMatch(failure.message, /abc/);
    }
  });
});
