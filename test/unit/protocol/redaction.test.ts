import assert from 'node:assert/strict';
import { redactHeaders, redactText, redactUrl } from '../../../src/protocol/redaction.ts';

describe('redactUrl', () => {
  it('shows the parameters of the contract and masks the others', () => {
    assert.equal(
      redactUrl(
        'https://h/x?api-version=2.0&details=true&subscription-key=abc&Format=swagger&unknown=1&flag',
      ),
      'https://h/x?api-version=2.0&details=true&subscription-key=***&Format=swagger&unknown=***&***',
    );
  });

  it('masks the signature of a SAS only', () => {
    assert.equal(
      redactUrl('https://a.blob.core.windows.net/c/b.csv?sv=2022&sr=b&sp=r&se=2024&sig=a%2Bb%3D#part'),
      'https://a.blob.core.windows.net/c/b.csv?sv=2022&sr=b&sp=r&se=2024&sig=***',
    );
  });

  it('masks the address of somebody who is notified', () => {
    const path = 'https://h/service/s/notifications/n/recipientEmails';
    for (const address of ['ada%2Bml%40contoso.com', "ada.o'brien@contoso.com"])
      assert.equal(redactUrl(`${path}/${address}?api-version=1`), `${path}/***?api-version=1`);
    assert.equal(redactUrl(path), path);
    assert.equal(redactText(`There is no ${path}/ada@contoso.com here.`), `There is no ${path}/*** here.`);
  });

  it('masks user information', () => {
    assert.equal(redactUrl('http://me:pass@proxy:8080/'), 'http://***@proxy:8080/');
    assert.equal(redactUrl('http://h/a@b'), 'http://h/a@b');
  });
});

describe('redactHeaders', () => {
  it('shows values by an allow-list', () => {
    const headers = [
      ['Authorization', 'Bearer abc'],
      ['Content-Type', 'text/csv'],
      ['Ocp-Apim-Subscription-Key', 'abc'],
      ['X-Own-Key', 'abc'],
      ['apim-request-id', '1-2'],
      ['Location', 'https://h/x?sig=abc&sr=b&code=abc'],
      ['x-ms-copy-source', 'https://h/x?sig=abc'],
    ] as const;
    assert.deepEqual(redactHeaders(headers), [
      ['Authorization', '***'],
      ['Content-Type', 'text/csv'],
      ['Ocp-Apim-Subscription-Key', '***'],
      ['X-Own-Key', '***'],
      ['apim-request-id', '1-2'],
      ['Location', 'https://h/x?sig=***&sr=b&code=***'],
      ['x-ms-copy-source', '***'],
    ]);
  });
});

describe('redactText', () => {
  it('takes no longer for a text that was made to take long', () => {
    // Each of these took minutes where time grows with the square of the length.
    for (const piece of ['a.', 'key', '"key', 'a://', 'Bearer ', '\\"key\\":\\"']) {
      redactText(`"${piece.repeat(400_000)}`);
    }
  });

  it('masks what looks like a secret', () => {
    for (const text of [
      'DefaultEndpointsProtocol=https;AccountName=a;AccountKey=c2VjcmV0==;EndpointSuffix=x',
      'SharedAccessSignature=sv=1&sig=c2VjcmV0;',
      'https://h/x?sv=1&sig=c2VjcmV0%3D&se=2',
      'Authorization: Bearer c2VjcmV0c2VjcmV0==',
      'SharedKey account:c2VjcmV0c2VjcmV0=',
      '{"PrimaryKey":"c2VjcmV0","n":1}',
      '{"Server user account password": "c2Vj\\"cmV0"}',
      '"SasBlobToken":"?sv=1&sig=c2VjcmV0"',
      '{"PrimaryKey":"c2VjcmV0 that was c',
      '{"PrimaryKey":"c2VjcmV0 that was cut\\',
      'http://me:c2VjcmV0@host/',
      'x?subscription-key=c2VjcmV0&y',
    ]) {
      assert.doesNotMatch(redactText(text), /c2Vj|cmV0/, text);
    }
  });

  it('leaves the rest as it is', () => {
    for (const text of [
      'The job cannot be started because it is in Running state.',
      '{"StatusCode":"Failed","Details":"taskStatusCode=400"}',
      'https://h/x?sv=1&se=2',
      'me@example.com',
    ]) {
      assert.equal(redactText(text), text);
    }
  });

  it('masks known secrets in every spelling', () => {
    const secret = 'pa"ss+wörd/1==';
    const spellings = [
      secret,
      encodeURIComponent(secret),
      JSON.stringify(secret),
      Buffer.from(secret).toString('base64'),
    ];
    for (const spelling of spellings) {
      const redacted = redactText(`before ${spelling} after`, [secret]);
      assert.match(redacted, /^before "?\*\*\*"? after$/, spelling);
    }
    assert.equal(redactText('a cat', ['cat']), 'a cat');
  });
});
