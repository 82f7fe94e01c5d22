/**
 * A window that runs one batch job and stands still at a given point, so that a test can kill it there. Takes one JSON
 * argument and prints one line when it has got there.
 */
import { JobEngine } from '../../src/jobs/engine.ts';
import { BlobClient } from '../../src/storage/blobClient.ts';
import { defineStorage } from '../../src/storage/storageDefinition.ts';
import type { LocalServiceDescription } from '../../src/local-service/description.ts';
import type { HttpAnswer, HttpClient, HttpRequest } from '../../src/transport/index.ts';
import { keyOf, localEndpoint, plainHttpClient } from './batch.ts';

export type StandStill = 'uploading' | 'submitting' | 'submitted' | 'starting' | 'started';

export interface ChildArguments {
  readonly folder: string;
  readonly local: LocalServiceDescription;
  readonly file: string;
  readonly at: StandStill;
}

const forEver = new Promise<never>(() => {
  // Something has to keep the process alive.
  setInterval(() => undefined, 1_000_000);
});

function standingStill(http: HttpClient, at: StandStill): HttpClient {
  const here = (): Promise<never> => {
    console.log(at);
    return forEver;
  };
  return {
    async send(request: HttpRequest): Promise<HttpAnswer> {
      const isSubmit = request.method === 'POST' && /\/jobs\?/.test(request.url);
      const isStart = request.method === 'POST' && /\/start\?/.test(request.url);
      if (at === 'uploading' && request.method === 'PUT') return here();
      if ((at === 'submitting' && isSubmit) || (at === 'starting' && isStart)) return here();
      const answer = await http.send(request);
      if ((at === 'submitted' && isSubmit) || (at === 'started' && isStart)) {
        await answer.text();
        return here();
      }
      return answer;
    },
    dispose: () => http.dispose(),
  };
}

const { folder, local, file, at } = JSON.parse(process.argv[2] ?? '') as ChildArguments;
const http = standingStill(plainHttpClient(), at);
const engine = await JobEngine.open({
  globalStoragePath: folder,
  http: () => Promise.resolve(http),
  endpointOf: (record) => Promise.resolve(localEndpoint(local, record.service)),
  authorize: (endpoint) => Promise.resolve({ Authorization: `Bearer ${keyOf(local, endpoint.endpointId)}` }),
  schema: () => Promise.resolve(undefined),
  note: () => undefined,
  explain: (_, failure) => failure,
  report: (error) => console.error(error),
  onEnd: () => undefined,
  onTakenUp: () => undefined,
  onSentAgain: () => undefined,
  maySpendCalls: () => Promise.resolve(true),
});
const { storageConnectionString: connectionString, storageContainer: container } = local;
await engine.run({
  endpoint: localEndpoint(local, 'SimpleFeatureHashingExperiment'),
  inputs: { input1: file },
  storage: {
    name: 'Local',
    client: await BlobClient.open(
      defineStorage({ kind: 'connectionString', connectionString, container }),
      http,
    ),
  },
  referenceForm: 'sas',
  start: true,
});
