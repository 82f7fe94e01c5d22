/** Measures the following of jobs, in a process of its own, at the server on the port that is named; tells figures as JSON. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Agent, request } from 'undici';
import type { Endpoint } from '../../src/catalog/index.ts';
import { JobEngine, type EnginePorts } from '../../src/jobs/engine.ts';
import type { JobRecord } from '../../src/jobs/jobRecord.ts';
import { JobStore } from '../../src/jobs/jobStore.ts';
import { jobUrl } from '../../src/protocol/studio/urls.ts';
import { createHttpClient } from '../../src/transport/index.ts';
import type { TrackerFigures } from './tracker.ts';

const jobs = 1_000;
const warmUpMs = 5_000;
const measuredMs = 20_000;
const intervalMs = 50;

const baseUrl = `http://127.0.0.1:${process.argv[2] ?? ''}`;
const address = { baseUrl, style: 'workspaces', workspaceId: 'w', endpointId: 'e' } as const;
const entry = { name: 'default', endpointId: 'e' };
const service = { name: 's', endpoints: [entry] };
const endpoint: Endpoint = {
  workspace: {
    name: 'w',
    workspaceId: 'w',
    baseUrl,
    auth: { type: 'apiKey' },
    style: 'workspaces',
    services: [service],
    local: false,
  },
  service,
  name: 'default',
  endpointId: 'e',
  label: 's',
  address,
};
const headers = { Authorization: 'Bearer bench', Accept: 'application/json' };

function recordOf(number: number): JobRecord {
  const id = number.toString(16).padStart(32, '0');
  return {
    version: 1,
    ownId: `job-${id}`,
    serviceJobId: id,
    workspace: 'w',
    service: 's',
    endpointId: 'e',
    baseUrl,
    status: 'Running',
    ended: false,
    inputs: {},
    outputs: {},
    createdAt: new Date(Date.now() - number).toISOString(),
    answers: {},
  };
}

async function main(): Promise<TrackerFigures> {
  const folder = await mkdtemp(join(tmpdir(), 'azureml-bench-'));
  const http = createHttpClient({ log: () => undefined, settings: () => ({}) });
  const ports: EnginePorts = {
    globalStoragePath: folder,
    http: () => Promise.resolve(http),
    endpointOf: () => Promise.resolve(endpoint),
    authorize: () => Promise.resolve(headers),
    schema: () => Promise.resolve(undefined),
    note: () => undefined,
    explain: (_, failure) => failure,
    report: (error) => {
      throw error;
    },
    onEnd: () => undefined,
    onTakenUp: () => undefined,
    onSentAgain: () => undefined,
    maySpendCalls: () => Promise.resolve(true),
  };
  try {
    const none = await JobEngine.open(ports);
    const idleShare = await cpuShare();
    none.dispose();

    const store = await JobStore.open(folder);
    await Promise.all(Array.from({ length: jobs }, (_, number) => store.create(recordOf(number))));
    store.dispose();
    const engine = await JobEngine.open(ports);
    await delay(warmUpMs);
    const before = await asked();
    const share = await cpuShare();
    const requests = (await asked()) - before;
    engine.dispose();
    await engine.settled();
    return {
      share,
      idleShare,
      bareShare: await bareShare(),
      requestsPerSecond: requests / (measuredMs / 1000),
    };
  } finally {
    await http.dispose();
    await rm(folder, { recursive: true, force: true });
  }
}

/** The reference: nothing but the requests. */
async function bareShare(): Promise<number> {
  const agent = new Agent();
  let number = 0;
  const timer = setInterval(() => {
    number += 1;
    const url = jobUrl(address, recordOf(number % jobs).serviceJobId ?? '');
    void request(url, { headers, dispatcher: agent }).then(({ body }) => body.json());
  }, intervalMs);
  await delay(warmUpMs);
  const share = await cpuShare();
  clearInterval(timer);
  await agent.close();
  return share;
}

/** Part of a core that this process takes. */
async function cpuShare(): Promise<number> {
  const begun = performance.now();
  const before = process.cpuUsage();
  await delay(measuredMs);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000 / (performance.now() - begun);
}

/** How many looks at jobs the server has seen. */
async function asked(): Promise<number> {
  return Number(await (await fetch(`${baseUrl}/count`)).text());
}

console.log(JSON.stringify(await main()));
