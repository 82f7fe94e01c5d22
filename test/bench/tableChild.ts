/** Measures the core of the table editor on the file that is named, in a process of its own; tells figures as JSON. */
import { open } from 'node:fs/promises';
import { Worker } from 'node:worker_threads';
import { openFileSource, openTable } from '../../src/results/table/index.ts';
import { median } from './measurement.ts';
import type { TableFigures } from './table.ts';

const MiB = 1024 * 1024;
const rounds = 3;
const lookUps = 200;

const [path = ''] = process.argv.slice(2);
const startRss = process.memoryUsage.rss();

async function main(): Promise<TableFigures> {
  const opening = performance.now();
  const table = await openTable(await openFileSource(path));
  const { rows } = await table.rows(0, 100);
  const firstRowsMs = performance.now() - opening;
  if (rows.length !== 100) throw new Error('The first rows are not complete.');

  // Memory first: what the reference has left behind must not count.
  const { peak, result: count } = await withPeak(() => table.index());
  const times: number[] = [];
  for (let i = 0; i < lookUps; i++) {
    const row = Math.floor(Math.random() * (count - 50));
    const start = performance.now();
    const page = await table.rows(row, 50);
    times.push(performance.now() - start);
    if (page.rows.length !== 50 || page.rows[0]?.row !== row) throw new Error(`Row ${row} is not there.`);
  }
  await table.close();

  const ours: number[] = [];
  const plain: number[] = [];
  for (let i = 0; i < rounds; i++) {
    const turns = [() => timed(ours, index), () => timed(plain, loop)];
    if (Math.random() < 0.5) turns.reverse();
    for (const turn of turns) if ((await turn()) !== count) throw new Error('The counts of rows differ.');
  }
  times.sort((a, b) => a - b);
  return {
    rows: count,
    firstRowsMs,
    rowMs: { p50: median(times), max: times.at(-1) ?? Number.NaN },
    indexSeconds: median(ours),
    loopSeconds: median(plain),
    memory: peak - startRss,
  };
}

async function index(): Promise<number> {
  const table = await openTable(await openFileSource(path));
  try {
    return await table.index();
  } finally {
    await table.close();
  }
}

/** The reference: two buffers, of which one is filled while the worker looks at the other. */
async function loop(): Promise<number> {
  const file = await open(path);
  const worker = new Worker(new URL('./byteLoop.ts', import.meta.url));
  try {
    return await new Promise<number>((resolve, reject) => {
      let position = 0;
      let underWay = 0;
      let sent = Promise.resolve();
      const fill = (buffer: ArrayBuffer): void => {
        const read = file.read(new Uint8Array(buffer), 0, MiB, position);
        position += MiB;
        underWay += 1;
        sent = Promise.all([read, sent]).then(([{ bytesRead }]) => {
          worker.postMessage({ buffer, length: bytesRead }, [buffer]);
        });
        sent.catch(reject);
      };
      const size = file.stat().then((stat) => stat.size);
      worker.on('error', reject);
      worker.on('message', ({ buffer, rows }: { buffer: ArrayBuffer; rows: number }) => {
        underWay -= 1;
        void size.then((bytes) => {
          if (position < bytes) fill(buffer);
          else if (underWay === 0) resolve(rows);
        });
      });
      for (let i = 0; i < 2; i++) fill(new ArrayBuffer(MiB));
    });
  } finally {
    await worker.terminate();
    await file.close();
  }
}

async function timed<T>(times: number[], work: () => Promise<T>): Promise<T> {
  const start = performance.now();
  const result = await work();
  times.push((performance.now() - start) / 1000);
  return result;
}

async function withPeak<T>(work: () => Promise<T>): Promise<{ peak: number; result: T }> {
  let peak = 0;
  const look = () => (peak = Math.max(peak, process.memoryUsage.rss()));
  const timer = setInterval(look, 10);
  try {
    const result = await work();
    look();
    return { peak, result };
  } finally {
    clearInterval(timer);
  }
}

console.log(JSON.stringify(await main()));
