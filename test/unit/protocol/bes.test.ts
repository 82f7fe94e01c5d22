import assert from 'node:assert/strict';
import { Failure } from '../../../src/protocol/failure.ts';
import {
  outputUrl,
  outputUrlWithoutSas,
  parseJobId,
  parseJobStatus,
  submitBody,
} from '../../../src/protocol/studio/bes.ts';
import { parseFailedJob } from '../../../src/protocol/studio/failedJob.ts';
import { fixture, fixtureText } from './fixtures.ts';

const connectionString = 'DefaultEndpointsProtocol=https;AccountName=ACCOUNT_NAME;AccountKey=ACCOUNT_KEY';

describe('submitBody', () => {
  it('has the three forms of the documentation', () => {
    const reference = (relativeLocation: string) => ({ connectionString, relativeLocation });
    assert.deepEqual(
      submitBody({
        inputs: { input1: reference('myContainer/sampleinput.csv') },
        outputs: { output1: reference('myContainer/sampleoutput.csv') },
      }),
      fixture('bes-submit-request-inputs-outputs.json'),
    );
    assert.deepEqual(
      submitBody(
        {
          inputs: { input1: reference('/container/mydatablob.csv') },
          outputs: { output1: reference('/container/myresultsblob.csv') },
        },
        'Input+Outputs',
      ),
      fixture('bes-submit-request-apim-guide.json'),
    );
    assert.deepEqual(
      submitBody({ inputs: { any: reference('/mycontainer/mydatablob.csv') } }, 'Input+Output'),
      {
        Input: { ConnectionString: connectionString, RelativeLocation: '/mycontainer/mydatablob.csv' },
        GlobalParameters: {},
      },
    );
  });

  it('names a blob with a SAS, whose token starts with a question mark', () => {
    const body = submitBody({
      inputs: { i: { baseLocation: 'https://a/', relativeLocation: 'c/i.csv', sasBlobToken: 'sv=1&sig=x' } },
    });
    assert.deepEqual(body.Inputs, {
      i: { BaseLocation: 'https://a/', RelativeLocation: 'c/i.csv', SasBlobToken: '?sv=1&sig=x' },
    });
  });

  it('leaves out what a service without input or outputs does not take', () => {
    assert.deepEqual(submitBody({ globalParameters: { 'Database name': 'db' } }), {
      GlobalParameters: { 'Database name': 'db' },
    });
  });

  it('does not lose an input in an older form', () => {
    const inputs = {
      a: { connectionString, relativeLocation: 'c/a.csv' },
      b: { connectionString, relativeLocation: 'c/b.csv' },
    };
    assert.throws(() => submitBody({ inputs }, 'Input+Outputs'), { code: 'TooManyForGeneration' });
  });
});

describe('parseJobId', () => {
  const id = '539d0bc2fde945b6ac986b851d0000f0';

  it('takes the answer to a submit, with and without quotes', () => {
    assert.equal(parseJobId(fixtureText('bes-submit-response.json')), id);
    assert.equal(parseJobId(`  ${id.toUpperCase()}\r\n`), id);
    assert.equal(parseJobId(`'${id}'`), id);
    assert.equal(parseJobId('"MyJobID"'), 'MyJobID');
  });

  it('refuses anything else', () => {
    for (const text of ['', '""', '{"error":{}}', '<html>', 'two words', 'a/b']) {
      assert.throws(() => parseJobId(text), { code: 'MalformedAnswer' });
    }
  });
});

describe('parseJobStatus', () => {
  it('reads a job that has not started', () => {
    assert.deepEqual(parseJobStatus(fixture('bes-status-notstarted.json')), {
      status: 'NotStarted',
      rawStatus: 'NotStarted',
      ended: false,
      outputs: {},
    });
  });

  it('reads the outputs of a finished job', () => {
    const status = parseJobStatus(fixtureText('bes-status-finished.json'));
    assert.equal(status.status, 'Finished');
    assert.ok(status.ended);
    assert.deepEqual(Object.keys(status.outputs), ['output1', 'output2']);
    assert.deepEqual(status.outputs.output2, {
      baseLocation: 'https://ACCOUNT_NAME.blob.core.windows.net/',
      relativeLocation: 'CONTAINER/output2results.ilearner',
      sasBlobToken:
        '?sv=2013-08-15&sr=b&sig=SIGNATURE&st=2015-01-30T22%3A53%3A06Z&se=2015-01-31T22%3A58%3A06Z&sp=r',
    });
  });

  it('reads why a job failed', () => {
    const status = parseJobStatus(fixture('bes-status-failed-details.json'));
    assert.equal(status.status, 'Failed');
    assert.match(status.details ?? '', /^Module: Reader;/);
  });

  const states: readonly (readonly [sent: unknown, status: string, ended: boolean])[] = [
    [0, 'NotStarted', false],
    [1, 'Running', false],
    [2, 'Failed', true],
    [3, 'Cancelled', true],
    [4, 'Finished', true],
    ['4', 'Finished', true],
    ['running', 'Running', false],
    ['NOT_STARTED', 'NotStarted', false],
    ['Canceled', 'Cancelled', true],
    ['Queued', 'Queued', false],
    [17, '17', false],
  ];
  for (const [sent, status, ended] of states) {
    it(`understands the status ${JSON.stringify(sent)}`, () => {
      const parsed = parseJobStatus({ StatusCode: sent });
      assert.deepEqual([parsed.status, parsed.ended, parsed.rawStatus], [status, ended, sent]);
    });
  }

  it('understands the oldest spellings', () => {
    const parsed = parseJobStatus({
      'Status Code': 4,
      Result: { BaseLocation: 'https://a', RelativeLocation: '/c/o.csv', SasBlobToken: null },
    });
    assert.equal(parsed.status, 'Finished');
    assert.deepEqual(parsed.outputs, {
      output1: { baseLocation: 'https://a', relativeLocation: '/c/o.csv' },
    });
  });

  it('does not stumble over results and details of another kind', () => {
    const parsed = parseJobStatus({
      StatusCode: 'Failed',
      Results: { a: null, b: 'x' },
      Details: { code: 7 },
    });
    assert.deepEqual(parsed.outputs, {});
    assert.equal(parsed.details, '{"code":7}');
    assert.deepEqual(parseJobStatus({ StatusCode: 1, Results: [] }).outputs, {});
  });

  it('refuses what is no status', () => {
    for (const answer of [null, [], '', 'text', {}, { StatusCode: null }]) {
      assert.throws(
        () => parseJobStatus(answer),
        (error) => error instanceof Failure && error.code === 'MalformedAnswer',
      );
    }
  });
});

describe('outputUrl', () => {
  const expected = 'https://a.blob.core.windows.net/c/o.csv';

  it('has exactly one slash between base and location', () => {
    for (const baseLocation of ['https://a.blob.core.windows.net', 'https://a.blob.core.windows.net/']) {
      for (const relativeLocation of ['c/o.csv', '/c/o.csv']) {
        const reference = { baseLocation, relativeLocation, sasBlobToken: '?sv=1&sig=s' };
        assert.equal(outputUrl(reference), `${expected}?sv=1&sig=s`);
        assert.equal(outputUrlWithoutSas(reference), expected);
      }
    }
  });

  it('adds the question mark that a token lacks, and no token where there is none', () => {
    const reference = { baseLocation: 'https://a.blob.core.windows.net', relativeLocation: 'c/o.csv' };
    assert.equal(outputUrl({ ...reference, sasBlobToken: 'sig=s' }), `${expected}?sig=s`);
    assert.equal(outputUrl(reference), expected);
  });

  it('escapes what would end the path, and nothing twice', () => {
    const url = (relativeLocation: string) => outputUrl({ baseLocation: 'http://h/acc/', relativeLocation });
    assert.equal(url('c/my file #1?.csv'), 'http://h/acc/c/my%20file%20%231%3F.csv');
    assert.equal(url('c/50%.csv'), 'http://h/acc/c/50%25.csv');
    assert.equal(url('c/a%20b.csv'), 'http://h/acc/c/a%20b.csv');
    assert.equal(url('c/é\ud800.csv'), 'http://h/acc/c/%C3%A9%EF%BF%BD.csv');
  });

  it('finds the blob of a reference with a connection string', () => {
    const reference = { relativeLocation: 'c/o.csv', connectionString: 'AccountName=a;AccountKey=a2V5' };
    assert.equal(outputUrl(reference), expected);
    const sas = 'BlobEndpoint=https://a.blob.core.windows.net/;SharedAccessSignature=sv=1&sig=s';
    assert.equal(outputUrl({ relativeLocation: 'c/o.csv', connectionString: sas }), `${expected}?sv=1&sig=s`);
  });

  it('is absent when the reference does not say where', () => {
    assert.equal(outputUrl({ relativeLocation: 'c/o.csv' }), undefined);
    assert.equal(outputUrl({ baseLocation: 'https://a' }), undefined);
  });
});

describe('parseFailedJob', () => {
  it('finds the message in the log text', () => {
    const { details } = parseJobStatus(fixture('bes-status-failed-details.json'));
    const failed = parseFailedJob(details ?? '');
    assert.equal(
      failed.message,
      'Error 1000: AFx Library library exception: All rows must have same number of elements',
    );
    assert.equal(failed.errorId, 'AllRowsMustHaveSameElements');
    assert.equal(failed.errorCode, '1000');
    assert.equal(failed.exceptionType, 'ModuleException');
    assert.equal(failed.library, 'AFx Library');
    assert.equal(failed.module, 'Reader');
    assert.equal(failed.requestId, 'REQUEST_ID');
    assert.equal(failed.raw, details);
    assert.ok(failed.json);
  });

  it('reads the error shape of the service', () => {
    const failed = parseFailedJob(
      '{"error":{"code":"BadArgument","message":"no","details":[{"code":"BlobNotFound","target":"input1","message":"No such blob."}]}}',
    );
    assert.deepEqual(
      [failed.message, failed.errorCode, failed.module],
      ['No such blob.', 'BlobNotFound', 'input1'],
    );
  });

  it('takes plain text, broken JSON and braces', () => {
    assert.equal(parseFailedJob('The blob is gone.').message, 'The blob is gone.');
    assert.equal(parseFailedJob(' ').message, 'The service gave no reason.');
    assert.equal(parseFailedJob('a {"x": {"Exception"').message, 'a {"x": {"Exception"');
    assert.equal(parseFailedJob('{}').json, undefined);
    assert.equal(parseFailedJob('{ not json {"Exception":{"Message":"a } in text"}}').message, 'a } in text');
    assert.equal(parseFailedJob('{'.repeat(200_000)).message.length, 301);
  });
});
