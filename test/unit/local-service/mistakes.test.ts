import { BlobSASPermissions } from '@azure/storage-blob';
import assert from 'node:assert/strict';
import { request } from 'node:http';
import {
  answerTo,
  mistakes,
  type ErrorAnswer,
  type Mistake,
  type MistakeId,
} from '../../../src/local-service/mistakes.ts';
import type { WireVariants } from '../../../src/local-service/options.ts';
import { ModelError, type WebService } from '../../../src/local-service/webService.ts';
import type { ServiceSchema } from '../../../src/protocol/studio/serviceSchema.ts';
import { echoService, LocalTestService } from './localTestService.ts';

const table: ServiceSchema = {
  title: 'Table',
  inputs: [
    {
      name: 'input1',
      columns: [
        { name: 'count', type: 'integer', format: 'int32', nullable: false },
        { name: 'word', type: 'string', nullable: true },
      ],
      sampleRows: [],
    },
  ],
  outputs: [{ name: 'output1', columns: [{ name: 'word', type: 'string', nullable: true }], sampleRows: [] }],
  globalParameters: [{ name: 'Must be sent', type: 'integer' }],
};

const noInput: ServiceSchema = { ...table, title: 'NoInput', inputs: [], globalParameters: [] };

/** Fails while it scores, or before, as its parameter says. */
const failing: WebService = {
  schema: {
    ...noInput,
    title: 'Failing',
    globalParameters: [{ name: 'where', type: 'string', default: 'scoring' }],
  },
  bind(parameters) {
    if (parameters.get('where') === 'binding') throw new TypeError('broken');
    return { outputs: [], run: () => Promise.reject(new Error('no luck')) };
  },
};

/** Has a trained model, whose file says what it is for. */
const trained: WebService = {
  ...echoService({ ...noInput, title: 'Trained' }),
  model: {
    name: 'The model',
    content: 'a model',
    replacedBy(content) {
      if (content === 'a model') return trained;
      const mismatch = content === 'another model';
      throw new ModelError(mismatch ? 'mismatch' : 'unreadable', 'it says so');
    },
  },
};

const training: WebService = {
  ...echoService({ ...noInput, title: 'Training' }),
  modelOutputs: ['output1'],
};

/** A name for each endpoint that a request needs for itself, so that the requests do not meet. */
let lastName = 0;

async function newEndpoint(service: LocalTestService, settings: object = {}): Promise<string> {
  lastName += 1;
  const name = `endpoint${lastName}`;
  const path = service.endpointPath(name, 'Trained');
  const response = await service.manage(path, { method: 'PUT', body: settings });
  assert.equal(response.status, 200, await response.text());
  return path;
}

function add(service: LocalTestService, name: string, body: object = {}): Promise<Response> {
  return service.manage(service.endpointPath(name, 'Trained'), { method: 'PUT', body });
}

/** Patches an endpoint with a blob of the local account, whose text is given. */
async function patchModel(
  service: LocalTestService,
  blob: string,
  content: string,
  { expiresOn = new Date(Date.now() + 60_000), name = 'The model', settings = {} } = {},
): Promise<Response> {
  const client = service.container.getBlockBlobClient(blob);
  await client.uploadData(Buffer.from(content));
  const url = new URL(await client.generateSasUrl({ permissions: BlobSASPermissions.parse('r'), expiresOn }));
  const [, account = '', ...location] = url.pathname.split('/');
  const Location = {
    BaseLocation: `${url.origin}/${account}/`,
    RelativeLocation: location.join('/'),
    SasBlobToken: url.search,
  };
  const body = { Resources: [{ Name: name, Location }] };
  return service.manage(await newEndpoint(service, settings), { method: 'PATCH', body });
}

/** Waits until it is let go. */
let letGo: () => void = () => undefined;
const slow: WebService = {
  schema: { ...noInput, title: 'Slow' },
  bind: () => ({ outputs: [], run: () => new Promise((resolve) => (letGo = resolve)) }),
};

const parameters = { 'Must be sent': '1' };
const good = {
  Inputs: { input1: { ColumnNames: ['count', 'word'], Values: [['1', 'a']] } },
  GlobalParameters: parameters,
};

function withRow(...cells: unknown[]): object {
  return { ...good, Inputs: { input1: { ColumnNames: ['count', 'word'], Values: [cells] } } };
}

/** Asks for a workspace of another region, in a region that has its own way to say that it has none. */
async function askElsewhere(
  { local }: LocalTestService,
  wrongRegion: WireVariants['wrongRegion'],
): Promise<Response> {
  const elsewhere = await LocalTestService.start({ services: [], variants: { wrongRegion } });
  try {
    const url = `${elsewhere.local.managementUrl}/workspaces/${local.workspaceId}/webservices`;
    const answer = await fetch(url, { headers: { Authorization: `Bearer ${local.workspaceToken}` } });
    return new Response(await answer.text(), answer);
  } finally {
    await elsewhere.close();
  }
}

/** One request for each mistake. A mistake without one fails its test. */
const provoke: Partial<Record<MistakeId, (service: LocalTestService) => Promise<Response>>> = {
  badVersion: (service) =>
    service.call(`${service.path()}/execute?api-version=1.0`, { method: 'POST', body: good }),
  keyMissing: (service) =>
    service.call(`${service.path()}/execute?api-version=2.0`, {
      method: 'POST',
      body: good,
      headers: { Authorization: service.local.services[0]?.apiKey ?? '' },
    }),
  keyWrong: (service) => service.call(`${service.path()}/jobs/x?api-version=2.0`, {}, 'Slow'),
  workspaceUnknown: (service) =>
    service.call(
      service.path().replace(service.local.workspaceId, 'f'.repeat(32)) + '/jobs/x?api-version=2.0',
    ),
  serviceUnknown: (service) =>
    service.call(
      `/workspaces/${service.local.workspaceId}/services/${'0'.repeat(32)}/jobs/x?api-version=2.0`,
    ),
  operationUnknown: (service) =>
    service.call(`${service.path()}/score?api-version=2.0`, { method: 'POST', body: good }),
  bodyMissing: (service) => service.execute(undefined),
  bodyNotJson: (service) =>
    service.execute('{"Inputs":{"input1":{"ColumnNames":["count"],"Values":[[NaN]]}}}'),
  bodyShapeWrong: (service) => service.execute({ ...good, GlobalParameters: [] }),
  bodyTooLarge: (service) => service.execute(' '.repeat(4 * 1024 * 1024 + 1)),
  inputMissing: (service) => service.execute({ ...good, Inputs: {} }),
  batchInputMissing: (service) => service.submit({ GlobalParameters: parameters }),
  inputUnknown: (service) =>
    service.execute({ ...good, Inputs: { ...good.Inputs, Input1: good.Inputs.input1 } }),
  inputSurplus: (service) => service.submit({ Input: service.reference('a.csv') }, 'NoInput'),
  columnCountWrong: (service) => service.execute(withRow('1')),
  columnUnknown: (service) =>
    service.execute({
      ...good,
      Inputs: { input1: { ColumnNames: ['count', 'Word'], Values: [['1', 'a']] } },
    }),
  cellTypeWrong: (service) => service.execute(withRow('1.5', 'a')),
  cellMissing: (service) => service.execute(withRow(null, 'a')),
  parameterMissing: (service) => service.execute({ ...good, GlobalParameters: { 'Must be sent': '' } }),
  parameterUnknown: (service) => service.execute({ ...good, GlobalParameters: { ...parameters, other: 1 } }),
  parameterInvalid: (service) => service.execute({ ...good, GlobalParameters: { 'Must be sent': 'one' } }),
  inputAndInputs: (service) =>
    service.submit({ Input: service.reference('a.csv'), Inputs: { input1: service.reference('a.csv') } }),
  outputAndOutputs: (service) =>
    service.submit(
      { Output: service.reference('a.csv'), Outputs: { output1: service.reference('a.csv') } },
      'NoInput',
    ),
  inputLocationMissing: (service) => service.submit({ Inputs: { input1: { RelativeLocation: 'c/a.csv' } } }),
  outputLocationMissing: (service) =>
    service.submit({ Outputs: { output1: { RelativeLocation: 'c/a.csv' } } }, 'NoInput'),
  connectionStringInvalid: (service) =>
    service.submit({
      Input: {
        ConnectionString: 'DefaultEndpointsProtocol=https;AccountName=ACCOUNT_NAME;AccountKey=ACCOUNT_KEY',
        RelativeLocation: 'container/a.csv',
      },
    }),
  relativeLocationInvalid: (service) =>
    service.submit({ Input: { ...service.reference('a.csv'), RelativeLocation: '/a.csv' } }),
  blobNameTooLong: (service) => service.submit({ Input: service.reference(`${'a'.repeat(1021)}.csv`) }),
  blobNotFound: (service) =>
    service.submit({ Input: service.reference('nowhere.csv'), GlobalParameters: parameters }),
  blobUnreadable: (service) => {
    const key = Buffer.from('another key').toString('base64');
    const wrong = service.local.storageConnectionString.replace(/AccountKey=[^;]+/, `AccountKey=${key}`);
    const Input = { ...service.reference('a.csv'), ConnectionString: wrong };
    return service.submit({ Input, GlobalParameters: parameters });
  },
  inputExtension: (service) => service.submit({ Input: service.reference('a.txt') }),
  outputExtension: (service) =>
    service.submit({ Outputs: { output1: service.reference('training/output') } }, 'NoInput'),
  outputUnknown: (service) => service.submit({ Outputs: { Output1: service.reference('a.csv') } }, 'NoInput'),
  startedBefore: async (service) => service.startJob(await service.run({}, 'NoInput'), 'NoInput'),
  jobIdMissing: (service) =>
    service.call(`${service.path()}/jobs//start?api-version=2.0`, { method: 'POST' }),
  jobUnknown: (service) => service.getJob('0'.repeat(32)),
  tooManyCalls: async (service) => {
    const first = service.execute({}, '', 'Slow');
    const second = await service.execute({}, '', 'Slow');
    letGo();
    await first;
    return second;
  },
  batchOnly: (service) => service.execute({}, '', 'Training'),
  modelExtension: (service) =>
    service.submit({ Outputs: { output1: service.reference('a.csv') } }, 'Training'),
  tokenMissing: (service) => service.manage('', { headers: { Authorization: service.local.workspaceToken } }),
  tokenWrong: (service) =>
    service.manage('', { headers: { Authorization: `Bearer ${service.local.services[0]?.apiKey ?? ''}` } }),
  workspaceFailed: (service) => askElsewhere(service, 'failed'),
  managedServiceUnknown: (service) => service.manage(`/${'0'.repeat(32)}`),
  endpointUnknown: (service) => service.manage(service.endpointPath('nowhere')),
  endpointExists: (service) => add(service, 'default'),
  endpointNameInvalid: (service) => add(service, 'New-endpoint'),
  serviceIdWrong: (service) => add(service, 'other', { WebServiceId: '0'.repeat(32) }),
  settingInvalid: (service) => add(service, 'other', { ThrottleLevel: 'Middle' }),
  concurrencyInvalid: (service) => add(service, 'other', { MaxConcurrentCalls: 0 }),
  concurrencyTooHigh: (service) => add(service, 'other', { MaxConcurrentCalls: 201 }),
  defaultFixed: (service) => service.manage(service.endpointPath('default', 'Trained'), { method: 'DELETE' }),
  updatePrevented: (service) =>
    patchModel(service, 'model.ilearner', 'a model', { settings: { PreventUpdate: true } }),
  resourceUnknown: (service) => patchModel(service, 'model.ilearner', 'a model', { name: 'Another model' }),
  sasExpired: (service) =>
    patchModel(service, 'model.ilearner', 'a model', { expiresOn: new Date(Date.now() - 60_000) }),
  modelUnreadable: (service) => patchModel(service, 'no-model.ilearner', 'a,b'),
  modelMismatch: (service) => patchModel(service, 'other-model.ilearner', 'another model'),
  scoringFailed: (service) => service.execute({}, '', 'Failing'),
  internal: (service) => service.execute({ GlobalParameters: { where: 'binding' } }, '', 'Failing'),
};

/** Status, code and detail of each, as the contract has them: the table is held against this. */
const contract: Readonly<Record<MistakeId, string>> = {
  badVersion: '400 BadArgument/BadVersionCall',
  keyMissing: '401 Unauthorized/ScoreRequestUnauthorized',
  keyWrong: '401 Unauthorized/ScoreRequestUnauthorized',
  workspaceUnknown: '404 NotFound/WorkspaceNotFound',
  serviceUnknown: '404 NotFound/WebServiceNotFound',
  operationUnknown: '404',
  bodyMissing: '400 BadArgument/RequestIsEmpty',
  bodyNotJson: '400 BadArgument/RequestBodyInvalid',
  bodyShapeWrong: '400 BadArgument/RequestBodyInvalid',
  bodyTooLarge: '413',
  inputMissing: '400 BadArgument/MissingRequestInput',
  batchInputMissing: '400 BadArgument/BatchJobInputsNotSpecified',
  inputUnknown: '400 BadArgument/InvalidInputNames',
  inputSurplus: '400 BadArgument/BatchJobInputsTooManySpecified',
  columnCountWrong: '400 BadUserArgument/InputParseError',
  columnUnknown: '400 BadUserArgument/InputMismatchError',
  cellTypeWrong: '400 BadUserArgument/InputParseError',
  cellMissing: '400 BadUserArgument/InputParseError',
  parameterMissing: '400 BadArgument/MissingRequiredGlobalParameters',
  parameterUnknown: '400 BadArgument/UnexpectedParameter',
  parameterInvalid: '400 BadUserArgument/UserParameterInvalid',
  inputAndInputs: '400 BadArgument/DuplicateInputInBatchCall',
  outputAndOutputs: '400 BadArgument/RequestBodyInvalid',
  inputLocationMissing: '400 BadArgument/MissingInputBlobInformation',
  outputLocationMissing: '400 BadArgument/MissingOutputOverrideSpecification',
  connectionStringInvalid: '400 BadArgument/InvalidBlobConnectionString',
  relativeLocationInvalid: '400 BadArgument/InputBlobRelativeLocationInvalid',
  blobNameTooLong: '400 BadArgument/BlobNameTooLong',
  blobNotFound: '400 BadArgument/BlobNotFound',
  blobUnreadable: '400 BadArgument/InvalidBlob',
  inputExtension: '400 BadArgument/InvalidBlobExtension',
  outputExtension: '400 BadArgument/InvalidBlobExtension',
  outputUnknown: '400 BadArgument/InvalidOutputOverrideName',
  startedBefore: '400 InvalidOperation/CannotStartJob',
  jobIdMissing: '400 BadArgument/MissingJobId',
  jobUnknown: '404 NotFound',
  tooManyCalls: '503 ServiceUnavailable/RequestThrottled',
  batchOnly: '400 InvalidOperation/IncompatibleModel',
  modelExtension: '400 BadArgument/InvalidBlobExtension',
  tokenMissing: '401 Unauthorized/ManagementRequestUnauthorized',
  tokenWrong: '401 Unauthorized/ManagementRequestUnauthorized',
  workspaceFailed: '500 InternalError/GetWorkspaceFailed',
  managedServiceUnknown: '404 NotFound/WebServiceIdNotFoundInWorkspace',
  endpointUnknown: '404 NotFound/WebServiceNotFound',
  endpointExists: '409 Conflict',
  endpointNameInvalid: '400 BadArgument/BadParameterValue',
  serviceIdWrong: '400 BadArgument/WebServiceIdInvalid',
  settingInvalid: '400 BadArgument/BadParameterValue',
  concurrencyInvalid: '400 BadArgument/WebServiceConcurrentRequestRequirementInvalid',
  concurrencyTooHigh: '400 BadArgument/WebServiceTooManyConcurrentRequestRequirement',
  defaultFixed: '400 InvalidOperation',
  updatePrevented: '400 InvalidOperation',
  resourceUnknown: '404 NotFound/ModelPackageNotFound',
  sasExpired: '400 BadArgument/ExpiryTimeInThePast',
  modelUnreadable: '500 ModelPackageFormatError',
  modelMismatch: '409 Conflict/ModelOutputMetadataMismatch',
  scoringFailed: '400 ModuleExecutionError',
  internal: '500 InternalError/UnknownError',
};

function provoked(id: MistakeId, service: LocalTestService): Promise<Response> {
  const request = provoke[id];
  assert.ok(request, 'no request provokes it');
  return request(service);
}

async function assertAnswer(response: Response, expected: ErrorAnswer): Promise<void> {
  const text = await response.text();
  assert.equal(response.status, expected.status, text);
  assert.ok(response.headers.get('x-ms-request-id'));
  assert.ok(response.headers.get('date'));
  if (expected.code === undefined) {
    assert.equal(text, '');
    return;
  }
  const { error } = JSON.parse(text) as {
    error: { code: string; message: string; details?: { code: string; message: string }[] };
  };
  assert.equal(error.code, expected.code);
  assert.deepEqual(
    error.details?.map(({ code }) => code),
    expected.detail === undefined ? undefined : [expected.detail],
  );
  const message = error.details?.[0]?.message ?? error.message;
  assert.match(message, /^[A-Z].*[.)\w"]$/s);
  assert.doesNotMatch(message, /\{\w+\}|undefined/);
}

describe('the mistakes of the local service', () => {
  let service: LocalTestService;
  let contrary: LocalTestService;
  const rows = Object.entries(mistakes) as [MistakeId, Mistake][];

  before(async () => {
    const services = [echoService(table), echoService(noInput), failing, slow, trained, training];
    const limits = { concurrentCalls: 1, retryAfterSeconds: 7 };
    const otherAnswers = rows.map(([id]) => id);
    service = await LocalTestService.start({ services, limits });
    contrary = await LocalTestService.start({ services, limits, variants: { otherAnswers } });
    await service.upload('a.csv', 'count,word\r\n1,a\r\n');
  });

  after(async () => {
    await service.close();
    await contrary.close();
  });

  for (const [id, mistake] of rows) {
    const { status, code = 'no body', detail = 'no detail' } = mistake;
    it(`${id}, when ${mistake.when}: ${status} ${code} ${detail}`, async () => {
      assert.equal(
        [status, [mistake.code, mistake.detail].filter(Boolean).join('/')].join(' ').trim(),
        contract[id],
      );
      assert.notEqual(mistake.source, '');
      await assertAnswer(await provoked(id, service), answerTo(id, false));
    });

    if (mistake.unconfirmed) {
      const other = mistake.unconfirmed;
      it(`${id}, asked for the other answer: ${other.status} ${other.code ?? 'no body'}`, async () => {
        await assertAnswer(await provoked(id, contrary), other);
      });
    }
  }

  it('of a workspace in another region are told in three ways', async () => {
    const statuses = await Promise.all(
      (['notFound', 'unauthorized', 'failed'] as const).map(async (way) => {
        const response = await askElsewhere(service, way);
        const { error } = (await response.json()) as { error: { details: { code: string }[] } };
        return [response.status, error.details[0]?.code];
      }),
    );
    assert.deepEqual(statuses, [
      [404, 'WorkspaceNotFound'],
      [401, 'ManagementRequestUnauthorized'],
      [500, 'GetWorkspaceFailed'],
    ]);
  });

  it('answers a good request beside them', async () => {
    assert.equal((await service.execute(good)).status, 200);
  });

  it('says when to try again, if it is told to', async () => {
    const response = await provoked('tooManyCalls', service);
    assert.equal(response.headers.get('retry-after'), '7');
  });

  it('refuses a body of unknown length once it is over the limit', async () => {
    const { hostname, port } = new URL(service.local.baseUrl);
    const path = `${service.path()}/execute?api-version=2.0`;
    const headers = { Authorization: `Bearer ${service.local.services[0]?.apiKey ?? ''}` };
    const status = await new Promise((resolve, reject) => {
      const outgoing = request({ hostname, port, path, method: 'POST', headers }, (answer) => {
        answer.resume();
        resolve(answer.statusCode);
      });
      outgoing.on('error', reject);
      for (let piece = 0; piece < 5; piece += 1) outgoing.write(' '.repeat(1024 * 1024));
      outgoing.end();
    });
    assert.equal(status, 413);
  });
});
