import { Failure } from '../protocol/failure.ts';
import { checkUnchanged, readExactly, type OpenFile } from './localFile.ts';
import { SpeedMeter, type TransferProgress } from './speedMeter.ts';

const MiB = 1024 * 1024;
/** Up to here a file goes in one request. */
export const smallestBlock = 4 * MiB;
/** A blob's limit. Source: learn.microsoft.com rest/api/storageservices/put-block. */
const mostBlocks = 50_000;
const mostConcurrency = 8;
const blockMemory = 64 * MiB;
/** How often blocks that the storage has lost are sent again. */
const mostRepairs = 2;

/** Bytes by the id of the block. */
export type StagedBlocks = ReadonlyMap<string, number>;

/** The blob that blocks are sent to. */
export interface BlockTarget {
  stage(id: string, bytes: Uint8Array, signal: AbortSignal): Promise<unknown>;
  /** The blocks that are there and not yet a blob. */
  staged(): Promise<StagedBlocks>;
  /** Makes the blob visible. */
  commit(ids: readonly string[]): Promise<void>;
}

export interface BlockUpload {
  readonly file: OpenFile;
  readonly target: BlockTarget;
  /** What an earlier try has left. */
  readonly staged: StagedBlocks;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: TransferProgress) => void;
  /** Called when the storage has lost blocks, which are sent again then. */
  readonly onLost: (blocks: number) => void;
}

interface Block {
  readonly id: string;
  readonly start: number;
  readonly length: number;
}

/**
 * Sends a file in parallel blocks, at most 64 MiB of them in memory, leaving out what the storage has already. Until the
 * last byte is there and the file is still what it was, no blob is visible.
 */
export async function uploadBlocks(upload: BlockUpload): Promise<void> {
  const { file, target, signal } = upload;
  const blocks = blocksOf(file.size);
  let staged = upload.staged;
  for (let repairs = 0; ; repairs++) {
    await sendMissing(upload, blocks, staged);
    await checkUnchanged(file);
    signal?.throwIfAborted();
    try {
      await target.commit(blocks.map(({ id }) => id));
      return;
    } catch (error) {
      if (!isLoss(error) || repairs === mostRepairs) throw error;
      staged = await target.staged();
      upload.onLost(blocks.filter((block) => !isStaged(block, staged)).length);
    }
  }
}

async function sendMissing(
  { file, target, signal: cancel, onProgress }: BlockUpload,
  blocks: readonly Block[],
  staged: StagedBlocks,
): Promise<void> {
  const missing = blocks.filter((block) => !isStaged(block, staged));
  const blockSize = blocks[0]?.length ?? 0;
  const concurrency = Math.min(mostConcurrency, missing.length, Math.floor(blockMemory / blockSize) || 1);
  const failed = new AbortController();
  const signal = cancel === undefined ? failed.signal : AbortSignal.any([failed.signal, cancel]);
  let doneBytes = file.size - missing.reduce((sum, { length }) => sum + length, 0);
  const meter = new SpeedMeter(doneBytes);
  let next = 0;

  const sendBlocks = async (): Promise<void> => {
    const buffer = Buffer.allocUnsafeSlow(blockSize);
    for (let block = missing[next++]; block !== undefined && !signal.aborted; block = missing[next++]) {
      const bytes = buffer.subarray(0, block.length);
      await readExactly(file, bytes, block.start);
      await target.stage(block.id, bytes, signal);
      doneBytes += block.length;
      onProgress?.({ doneBytes, totalBytes: file.size, bytesPerSecond: meter.update(doneBytes) });
    }
  };
  await allOrNone(
    Array.from({ length: concurrency }, () => sendBlocks()),
    failed,
  );
}

function blocksOf(size: number): readonly Block[] {
  const blockSize = Math.max(smallestBlock, Math.ceil(size / mostBlocks / MiB) * MiB);
  return Array.from({ length: Math.ceil(size / blockSize) }, (_, index) => {
    const start = index * blockSize;
    return { id: blockId(blockSize, index), start, length: Math.min(blockSize, size - start) };
  });
}

/** Names the place of the bytes in the file, so that a later try knows them again. */
function blockId(blockSize: number, index: number): string {
  const digits = (value: number): string => String(value).padStart(6, '0');
  return Buffer.from(`${digits(blockSize / MiB)}-${digits(index)}`).toString('base64');
}

function isStaged({ id, length }: Block, staged: StagedBlocks): boolean {
  return staged.get(id) === length;
}

/** The answer to a list with a block that the storage does not have. */
function isLoss(error: unknown): boolean {
  return error instanceof Failure && error.code === 'InvalidBlockList';
}

/** Waits for all workers; the first failure stops the others, and is thrown once they have stopped. */
async function allOrNone(workers: readonly Promise<void>[], stop: AbortController): Promise<void> {
  let first: { readonly error: unknown } | undefined;
  await Promise.all(
    workers.map((worker) =>
      worker.catch((error: unknown) => {
        first ??= { error };
        stop.abort();
      }),
    ),
  );
  if (first !== undefined) throw first.error;
}
