import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, open, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { median, type Measurement } from './measurement.ts';

export type Way = 'upload' | 'rawUpload' | 'download' | 'sdkDownload';

/** What a child tells of one transfer. */
export interface TransferFigures {
  readonly seconds: number;
  /** Bytes at the peak, above what the process had before. */
  readonly memory: number;
}

const MiB = 1024 * 1024;
const fileSize = 1024 * MiB;
const rounds = 5;
const budgets = { upload: 0.8, download: 1.5, memory: 96 * MiB };

/**
 * 1 GiB to a server that drops it, beside bare undici with the same blocks, and 1 GiB from it to the disk, beside the
 * SDK's `downloadToFile`; each in a process of its own, in shuffled order.
 */
export async function run(): Promise<readonly Measurement[]> {
  const folder = await mkdtemp(join(tmpdir(), 'azureml-bench-'));
  const server = spawn(process.execPath, [programAt('./sinkServer.ts'), String(fileSize)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    const [line] = (await once(server.stdout, 'data')) as [Buffer];
    const port = line.toString().trim();
    const source = join(folder, 'source.csv');
    await writeSource(source);
    const target = join(folder, 'target.csv');
    const figures: Record<Way, TransferFigures[]> = {
      upload: [],
      rawUpload: [],
      download: [],
      sdkDownload: [],
    };
    for (let round = 0; round < rounds; round++) {
      for (const pair of [
        ['upload', 'rawUpload'],
        ['download', 'sdkDownload'],
      ] as const) {
        for (const way of Math.random() < 0.5 ? pair : pair.toReversed()) {
          const isUpload = way === 'upload' || way === 'rawUpload';
          figures[way].push(await inChild(way, port, isUpload ? source : target));
          if (isUpload) continue;
          if ((await stat(target)).size !== fileSize) throw new Error(`${way} has not read the whole file.`);
          await rm(target);
        }
      }
    }
    return [
      ...measurements('upload', figures.upload, figures.rawUpload, 'undici, same blocks', budgets.upload),
      ...measurements(
        'download',
        figures.download,
        figures.sdkDownload,
        "SDK's downloadToFile",
        budgets.download,
      ),
    ];
  } finally {
    server.kill();
    await rm(folder, { recursive: true, force: true });
  }
}

async function inChild(way: Way, port: string, path: string): Promise<TransferFigures> {
  const { stdout } = await promisify(execFile)(process.execPath, [
    programAt('./transferChild.ts'),
    way,
    port,
    path,
  ]);
  return JSON.parse(stdout) as TransferFigures;
}

function programAt(path: string): string {
  return fileURLToPath(new URL(path, import.meta.url));
}

async function writeSource(path: string): Promise<void> {
  const chunk = Buffer.alloc(8 * MiB, 'one line of a file that has many\r\n');
  const file = await open(path, 'wx');
  for (let bytes = 0; bytes < fileSize; bytes += chunk.length) await file.write(chunk);
  // What the system still has to write would slow down the first transfers.
  await file.sync();
  await file.close();
}

function measurements(
  name: string,
  ours: readonly TransferFigures[],
  theirs: readonly TransferFigures[],
  reference: string,
  budget: number,
): readonly Measurement[] {
  const speed = (figures: readonly TransferFigures[]): number =>
    fileSize / median(figures.map(({ seconds }) => seconds)) / 1e6;
  const memory = (figures: readonly TransferFigures[]): number =>
    Math.max(...figures.map((figure) => figure.memory)) / MiB;
  const ratio = speed(ours) / speed(theirs);
  return [
    {
      name: `${name}, 1 GiB`,
      value: speed(ours),
      unit: 'MB/s',
      reference: `${reference} ${speed(theirs).toFixed(0)} MB/s`,
      ratio,
      budget: `${budget} ×`,
      withinBudget: ratio >= budget,
    },
    {
      name: `${name}, memory above idle`,
      value: memory(ours),
      unit: 'MiB',
      reference: `${reference} ${memory(theirs).toFixed(0)} MiB`,
      budget: `${budgets.memory / MiB} MiB`,
      withinBudget: memory(ours) * MiB <= budgets.memory,
    },
  ];
}
