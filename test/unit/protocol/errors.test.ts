import assert from 'node:assert/strict';
import type { Failure } from '../../../src/protocol/failure.ts';
import { failureCodes } from '../../../src/protocol/failureCodes.ts';
import { errorHints } from '../../../src/protocol/studio/errorHints.ts';
import { failureOfAnswer, isTransient, type ErrorAnswer } from '../../../src/protocol/studio/errors.ts';
import { fixture } from './fixtures.ts';

const now = new Date('2024-05-01T12:00:00Z');
const url =
  'https://host.example/demo/workspaces/w/services/e/execute?api-version=2.0&subscription-key=topsecret';

function failure(init: Partial<Omit<ErrorAnswer, 'bodyText'>> & { body?: unknown }): Failure {
  const { body = '', ...rest } = init;
  return failureOfAnswer({
    status: 500,
    headers: [],
    url,
    method: 'POST',
    requestKind: 'execute',
    now,
    ...rest,
    bodyText: typeof body === 'string' ? body : JSON.stringify(body),
  });
}

function serviceError(code: string, message: string, details: unknown[] = []) {
  return { error: { code, message, details } };
}

interface CodeClass {
  code: string;
  httpStatus: number;
  details: { code: string }[];
}

describe('errors of the service', () => {
  it('have the most specific code, for every row of the documented table', () => {
    const { classes } = fixture('error-codes.json') as { classes: CodeClass[] };
    assert.equal(classes.length, 18);
    for (const { code, httpStatus, details } of classes) {
      const plain = failure({ status: httpStatus, body: serviceError(code, 'The class.') });
      assert.deepEqual([plain.code, plain.origin, plain.status], [code, 'service', httpStatus]);
      for (const detail of details) {
        const body = serviceError(code, 'The class.', [{ code: detail.code, message: 'The detail.' }]);
        const specific = failure({ status: httpStatus, body });
        assert.deepEqual(
          [specific.code, specific.origin, specific.status],
          [detail.code, 'service', httpStatus],
        );
        assert.match(specific.message, /^\[service\//);
        assert.match(specific.sentence, /The detail\./);
        assert.deepEqual(
          specific.evidence?.reasons?.map((reason) => reason.code),
          [code, detail.code],
        );
      }
    }
  });

  it('give advice for documented codes only', () => {
    const { classes } = fixture('error-codes.json') as { classes: CodeClass[] };
    const documented = new Set(classes.flatMap(({ code, details }) => [code, ...details.map((d) => d.code)]));
    const seenElsewhere = ['FailedToEvaluateRScript', 'GetWorkspaceFailed'];
    const strange = Object.keys(errorHints).filter(
      (code) => !documented.has(code) && !seenElsewhere.includes(code),
    );
    assert.deepEqual(strange, []);
  });

  it('name the module and what to do', () => {
    const { sentence } = failure({
      status: 400,
      body: serviceError('LibraryExecutionError', 'Internal library error.', [
        { code: 'FailedToEvaluateRScript', target: 'Execute R Script Piped', message: 'R_tryEval: no' },
      ]),
    });
    assert.equal(
      sentence,
      `The call to the service at host.example failed with FailedToEvaluateRScript (HTTP 400) in "Execute R Script Piped": R_tryEval: no. ${errorHints.FailedToEvaluateRScript ?? ''}`,
    );
  });

  it('take the outer text and the advice of the class where the detail has none', () => {
    const { sentence } = failure({
      status: 503,
      body: serviceError('ServiceUnavailable', 'Busy now.', [{ code: 'SomethingNew', message: '' }]),
    });
    assert.match(sentence, /SomethingNew \(HTTP 503\): Busy now\. Try again in a minute\.$/);
  });

  it('may lack details, members and sense', () => {
    assert.equal(
      failure({ body: { error: { code: 'GetWorkspaceFailed', message: 'm' } } }).code,
      'GetWorkspaceFailed',
    );
    assert.equal(failure({ status: 400, body: { error: {} } }).code, 'BadRequest');
    assert.equal(
      failure({ status: 400, body: { error: { code: 7, details: [null, 'x'] } } }).code,
      'BadRequest',
    );
    assert.equal(failure({ status: 404, body: serviceError('NotFound', '', []) }).code, 'NotFound');
  });

  it('keep the whole answer as evidence, without credentials', () => {
    const { evidence } = failure({
      status: 400,
      headers: [
        ['Content-Type', 'application/json'],
        ['x-ms-request-id', 'r-1'],
        ['Set-Cookie', 'session=topsecret'],
      ],
      body: serviceError('BadArgument', 'AccountKey=topsecret;x https://a/b?sig=topsecret&se=1'),
    });
    assert.equal(evidence?.url, url.replace('topsecret', '***'));
    assert.equal(evidence.method, 'POST');
    assert.equal(evidence.time, '2024-05-01T12:00:00.000Z');
    assert.deepEqual(evidence.headers, [
      ['Content-Type', 'application/json'],
      ['x-ms-request-id', 'r-1'],
      ['Set-Cookie', '***'],
    ]);
    assert.match(evidence.body ?? '', /se=1/);
    assert.doesNotMatch(JSON.stringify(evidence), /topsecret/);
  });
});

describe('the two keys', () => {
  const refusedByService = failure({
    status: 401,
    body: serviceError('Unauthorized', 'Access denied.', [
      { code: 'ScoreRequestUnauthorized', message: 'Invalid credentials provided.' },
    ]),
  });
  const refusedByGateway = failure({
    status: 401,
    headers: [
      [
        'WWW-Authenticate',
        'AzureApiManagementKey realm="https://host.example/demo",name="X-Our-Key",type="header"',
      ],
    ],
    body: {
      statusCode: 401,
      message:
        'Access denied due to invalid subscription key. Make sure to provide a valid key for an active subscription.',
    },
  });

  it('are told apart by code, origin and sentence', () => {
    assert.deepEqual(
      [refusedByService.code, refusedByService.origin],
      ['ScoreRequestUnauthorized', 'service'],
    );
    assert.deepEqual([refusedByGateway.code, refusedByGateway.origin], ['GatewayUnauthorized', 'gateway']);
    assert.match(
      refusedByService.sentence,
      /^The service at host\.example refused the API key of the endpoint/,
    );
    assert.match(
      refusedByGateway.sentence,
      /^The gateway at host\.example refused the subscription key \(header X-Our-Key\)/,
    );
  });

  it('are told from a key that was not sent, however a gateway words it', () => {
    for (const message of [
      'Access denied due to missing subscription key. Make sure to include subscription key when making requests to an API.',
      'Access denied: the request has no subscription key.',
    ]) {
      const { sentence } = failure({ status: 401, body: { statusCode: 401, message } });
      assert.match(
        sentence,
        /wants a subscription key in the header Ocp-Apim-Subscription-Key, and none was sent/,
      );
    }
  });

  it('are recognized by the challenge when the gateway has a body of its own', () => {
    const own = failure({
      status: 401,
      headers: [['www-authenticate', 'AzureApiManagementKey realm="r",name="K",type="header"']],
      body: 'Go away',
    });
    assert.equal(own.code, 'GatewayUnauthorized');
    assert.match(own.sentence, /header K/);
  });

  it('are neither of them what the management API refuses', () => {
    const plain = failure({
      status: 401,
      requestKind: 'management',
      body: 'The request is not authorized. Request ID: 0-0 2016-01-28 14:20:07Z',
    });
    assert.equal(plain.code, 'Unauthorized');
    assert.match(plain.sentence, /workspace authorization token.*region/);
  });
});

describe('errors of the gateway', () => {
  const quota = (message: string) => failure({ status: 403, body: { statusCode: 403, message } });

  it('say when a quota is there again', () => {
    for (const [span, at] of [
      ['5.03:23:11', '2024-05-06T15:23:11.000Z'],
      ['00:10:30', '2024-05-01T12:10:30.000Z'],
      ['2.12 days', '2024-05-03T14:52:48.000Z'],
    ]) {
      const used = quota(`Out of call volume quota. Quota will be replenished in ${span ?? ''}.`);
      assert.equal(used.code, 'GatewayQuotaExceeded');
      assert.equal(used.origin, 'gateway');
      assert.equal(used.evidence?.retryAt, at);
      assert.match(used.sentence, new RegExp(`call quota.*from ${at?.replace('.000', '') ?? ''} on`));
    }
    assert.match(
      quota('Out of bandwidth quota. Quota will be replenished in 01:00:00.').sentence,
      /bandwidth quota/,
    );
    assert.equal(quota('Out of call volume quota.').evidence?.retryAt, undefined);
  });

  it('say when a rate limit ends, by header or by text', () => {
    const byHeader = failure({
      status: 429,
      headers: [['Retry-After', '26']],
      body: { statusCode: 429, message: 'Rate limit is exceeded. Try again in 99 seconds.' },
    });
    assert.equal(byHeader.code, 'GatewayRateLimited');
    assert.match(byHeader.sentence, /again in 26 s\.$/);
    assert.equal(byHeader.evidence?.retryAt, '2024-05-01T12:00:26.000Z');
    const byText = failure({
      status: 429,
      body: { statusCode: 429, message: 'Rate limit is exceeded. Try again in 7 seconds.' },
    });
    assert.equal(byText.evidence?.retryAt, '2024-05-01T12:00:07.000Z');
    assert.ok(isTransient(byText));
  });

  it('tell an unknown operation from an unknown service', () => {
    const operation = failure({ status: 404, body: { statusCode: 404, message: 'Resource not found' } });
    assert.deepEqual([operation.code, operation.origin], ['GatewayNotFound', 'gateway']);
    assert.match(operation.sentence, /no operation for POST \/demo\/workspaces\/w\/services\/e\/execute/);
    const service = failure({
      status: 404,
      body: serviceError('NotFound', 'x', [{ code: 'WebServiceNotFound', message: 'y' }]),
    });
    assert.deepEqual([service.code, service.origin], ['WebServiceNotFound', 'service']);
    const schema = failure({
      status: 404,
      method: 'GET',
      requestKind: 'swagger',
      body: { statusCode: 404, message: 'Resource not found' },
    });
    assert.match(schema.sentence, /attach the schema/);
  });

  it('have codes for everything else', () => {
    assert.equal(quota('Subscription is suspended.').code, 'GatewayForbidden');
    const crash = failure({
      status: 500,
      body: { statusCode: 500, message: 'Internal server error', activityId: 'a-1' },
    });
    assert.deepEqual([crash.code, crash.origin], ['GatewayError', 'gateway']);
  });
});

describe('answers without an error shape', () => {
  it('have a code by their status', () => {
    for (const [status, code] of [
      [400, 'BadRequest'],
      [401, 'Unauthorized'],
      [404, 'NotFound'],
      [408, 'RequestTimeout'],
      [413, 'RequestTooLarge'],
      [418, 'UnexpectedStatus'],
      [429, 'RateLimited'],
      [500, 'ServerError'],
      [503, 'ServiceUnavailable'],
      [504, 'GatewayTimeout'],
    ] as const) {
      const plain = failure({ status, body: 'words' });
      assert.deepEqual([plain.code, plain.origin], [code, 'service']);
      assert.ok(code in failureCodes, code);
      assert.match(plain.sentence, /words/);
    }
    assert.match(failure({ status: 413 }).sentence, /4 MB/);
    assert.match(failure({ status: 404, requestKind: 'jobStatus' }).sentence, /job id/);
  });

  it('say when to try again, in seconds or by date', () => {
    const seconds = failure({ status: 503, headers: [['retry-after', '10']] });
    assert.match(seconds.sentence, /again in 10 s\.$/);
    const date = failure({ status: 503, headers: [['Retry-After', 'Wed, 01 May 2024 13:00:00 GMT']] });
    assert.match(date.sentence, /from 2024-05-01T13:00:00Z on\.$/);
    const past = failure({ status: 503, headers: [['Retry-After', 'Wed, 01 May 2024 11:00:00 GMT']] });
    assert.equal(past.evidence?.retryAt, now.toISOString());
    const nonsense = failure({ status: 503, headers: [['Retry-After', '-5']] });
    assert.equal(nonsense.evidence?.retryAt, undefined);
    const beyondAnyClock = failure({ status: 503, headers: [['Retry-After', '9'.repeat(20)]] });
    assert.equal(beyondAnyClock.evidence?.retryAt, '2025-05-02T12:00:00.000Z');
    assert.doesNotMatch(failure({ status: 503 }).sentence, /can be tried again/);
  });

  it('are recognized as web pages of something in between', () => {
    const page = failure({
      status: 502,
      headers: [['content-type', 'text/html; charset=utf-8']],
      body: '<html><head><title>502 Bad Gateway</title></head></html>',
    });
    assert.deepEqual([page.code, page.origin], ['UnexpectedHtml', 'network']);
    assert.match(page.sentence, /502 Bad Gateway/);
    assert.equal(failure({ status: 403, body: ' <!DOCTYPE html><p>x' }).code, 'UnexpectedHtml');
    assert.equal(failure({ status: 407, body: '<html></html>' }).code, 'ProxyAuthenticationRequired');
  });

  it('have the code of storage in a header or in XML', () => {
    const xml =
      '<?xml version="1.0"?><Error><Code>BlobNotFound</Code><Message>The specified blob does not exist.\nRequestId:1\nTime:2</Message></Error>';
    const byBody = failure({ status: 404, requestKind: 'storage', body: xml });
    assert.deepEqual([byBody.code, byBody.origin], ['BlobNotFound', 'storage']);
    assert.match(byBody.sentence, /does not exist\. Check the container/);
    const byHeader = failure({
      status: 404,
      requestKind: 'storage',
      headers: [['x-ms-error-code', 'ContainerNotFound']],
    });
    assert.equal(byHeader.code, 'ContainerNotFound');
    assert.deepEqual(
      [failure({ status: 403, requestKind: 'storage' })].map((bare) => [bare.code, bare.origin]),
      [['Forbidden', 'storage']],
    );
  });

  it('do not fill the sentence with a long text', () => {
    const long = failure({ status: 400, body: `a ${'b'.repeat(100_000)}` });
    assert.ok(long.sentence.length < 600);
    assert.equal(long.evidence?.body?.length, 64 * 1024);
  });
});
