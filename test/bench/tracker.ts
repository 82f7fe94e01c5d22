import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Measurement } from './measurement.ts';

/** What the child tells: parts of a core. */
export interface TrackerFigures {
  readonly share: number;
  readonly idleShare: number;
  readonly bareShare: number;
  readonly requestsPerSecond: number;
}

const budgets = { requestsPerSecond: 20, share: 0.03, idleShare: 0.001 };
/** The clocks of both processes and the ends of the measured time differ a little. */
const countingError = 0.1;

/** The following of 1,000 running jobs, and of none, beside as many bare requests. */
export async function run(): Promise<readonly Measurement[]> {
  let looks = 0;
  const server = createServer((request, response) => {
    if (request.url === '/count') {
      response.end(String(looks));
      return;
    }
    looks += 1;
    response.writeHead(200, { 'Content-Type': 'application/json' });
    response.end('{"StatusCode":"Running","Results":null,"Details":null}');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    const child = fileURLToPath(new URL('./trackerChild.ts', import.meta.url));
    const { port } = server.address() as AddressInfo;
    const { stdout } = await promisify(execFile)(process.execPath, [child, String(port)]);
    return measurements(JSON.parse(stdout) as TrackerFigures);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

function measurements(figures: TrackerFigures): readonly Measurement[] {
  const { share, idleShare, bareShare, requestsPerSecond } = figures;
  return [
    {
      name: '1,000 jobs, requests',
      value: requestsPerSecond,
      unit: '/s',
      reference: 'one a second for each job: 1,000 /s',
      budget: `${budgets.requestsPerSecond} /s in all`,
      withinBudget: requestsPerSecond <= budgets.requestsPerSecond + countingError,
    },
    {
      name: '1,000 jobs, CPU',
      value: share * 100,
      unit: '% of a core',
      reference: `bare undici at 20 /s ${(bareShare * 100).toFixed(2)} %`,
      ratio: share / bareShare,
      budget: `${budgets.share * 100} %`,
      withinBudget: share <= budgets.share,
    },
    {
      name: 'no job, CPU',
      value: idleShare * 100,
      unit: '% of a core',
      reference: 'nothing to do',
      budget: `${budgets.idleShare * 100} %`,
      withinBudget: idleShare <= budgets.idleShare,
    },
  ];
}
