import { basename } from 'node:path';
import * as vscode from 'vscode';
import { outputUrl, type BlobReference } from '../protocol/studio/bes.ts';
import { blobBeginning, type Storage } from '../storage/index.ts';
import type { HttpClient } from '../transport/index.ts';
import type { BatchInput } from './batchJob.ts';
import { sampleBytes, type Sample } from './inputCheck.ts';
import { sampleIn } from './inputFile.ts';
import { urlByConnectionString } from './jobBlobs.ts';

export interface BlobSampleTools {
  readonly storage: Pick<Storage, 'openConnectionString'>;
  http(): Promise<HttpClient>;
}

/** Its path, or its place in the storage. */
export function placeOf(input: BatchInput): string {
  return typeof input === 'string' ? input : input.relativeLocation;
}

export function nameOf(input: BatchInput): string {
  return basename(placeOf(input));
}

/** Reads the beginning of a blob, and no more of it; undefined when nothing says where it is. */
export async function sampleOfBlob(
  tools: BlobSampleTools,
  blob: BlobReference,
  signal: AbortSignal,
): Promise<Sample | undefined> {
  return vscode.window.withProgress(
    {
      location: vscode.ProgressLocation.Window,
      title: vscode.l10n.t('Reading the beginning of {0}…', nameOf(blob)),
    },
    async () => {
      const url = await urlToRead(tools.storage, blob);
      if (url === undefined) return undefined;
      // One byte more tells whether the blob goes on.
      return sampleIn(await blobBeginning(await tools.http(), { url, signal }, sampleBytes + 1));
    },
  );
}

async function urlToRead(
  storage: BlobSampleTools['storage'],
  blob: BlobReference,
): Promise<string | undefined> {
  return 'connectionString' in blob
    ? urlByConnectionString(storage, blob.connectionString, blob.relativeLocation)
    : outputUrl(blob);
}
