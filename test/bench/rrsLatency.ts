import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { Agent, request } from 'undici';
import { createHttpClient } from '../../src/transport/index.ts';
import { median, type Measurement } from './measurement.ts';

const warmUps = 1_000;
const rounds = 5_000;
const allowedRatio = 1.1;
const allowedMoreUs = 30;

const body = JSON.stringify({
  Inputs: { input1: { ColumnNames: ['Col2'], Values: Array<string[]>(20).fill(['This is a good day']) } },
  GlobalParameters: {},
});
const headers = { 'content-type': 'application/json', authorization: 'Bearer bench' };

/** One RRS call on an open connection: through the extension's client and through bare undici, in shuffled order. */
export async function run(): Promise<readonly Measurement[]> {
  const server = new Worker(new URL('./echoServer.ts', import.meta.url));
  const [port] = (await once(server, 'message')) as [number];
  const url = `http://127.0.0.1:${port}/workspaces/w/services/s/execute?api-version=2.0&details=true`;
  const agent = new Agent();
  let logged = 0;
  const client = createHttpClient({ log: (line) => (logged += line.text.length), settings: () => ({}) });
  const ours = async () => {
    const answer = await client.send({ method: 'POST', url, headers, body });
    return answer.text();
  };
  const raw = async () => {
    const answer = await request(url, { method: 'POST', headers, body, dispatcher: agent });
    return answer.body.text();
  };
  try {
    for (let i = 0; i < warmUps; i++) await pair(ours, raw);
    const times: [ours: number, raw: number][] = [];
    for (let i = 0; i < rounds; i++) times.push(await pair(ours, raw));
    if (logged === 0) throw new Error('The client did not log, so the comparison is not fair.');
    return [measurement(median(times.map(([one]) => one)), median(times.map(([, two]) => two)))];
  } finally {
    await Promise.all([client.dispose(), agent.close(), server.terminate()]);
  }
}

/** Microseconds of either, called in random order. */
async function pair(ours: () => Promise<string>, raw: () => Promise<string>): Promise<[number, number]> {
  if (Math.random() < 0.5) {
    const first = await time(ours);
    return [first, await time(raw)];
  }
  const first = await time(raw);
  return [await time(ours), first];
}

async function time(call: () => Promise<string>): Promise<number> {
  // A connection rests for one turn of the event loop; without the turn a second one would be opened.
  await new Promise(setImmediate);
  const start = performance.now();
  const answer = await call();
  const microseconds = (performance.now() - start) * 1000;
  if (answer.length !== body.length) throw new Error('The echo is not complete.');
  return microseconds;
}

function measurement(value: number, reference: number): Measurement {
  return {
    name: 'RRS call, p50',
    value,
    unit: 'µs',
    reference: `undici.request ${reference.toFixed(0)} µs`,
    ratio: value / reference,
    budget: `${allowedRatio.toFixed(2)} × or + ${allowedMoreUs} µs`,
    withinBudget: value <= reference * allowedRatio || value <= reference + allowedMoreUs,
  };
}
