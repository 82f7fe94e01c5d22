import { basename, extname } from 'node:path';
import * as vscode from 'vscode';
import type { Port, ServiceSchema } from '../protocol/studio/serviceSchema.ts';
import type { BatchInput } from './batchJob.ts';
import { outputLocation } from './callArguments.ts';
import { placeOf } from './inputBlob.ts';
import { isBlobName, safeName } from './jobBlobs.ts';

/** Stands for the name of the file that is scored, in the outputs of several jobs. */
const ownStem = '*';

/** The data of each input of a job, by its name. */
export type JobInputs = ReadonlyMap<string, BatchInput>;

/** Each output is offered a name of its own, after the data that is scored. */
export function offeredOutputs(
  schema: ServiceSchema | undefined,
  jobs: readonly JobInputs[],
): Map<string, string> {
  const stem = jobs.length > 1 ? ownStem : stemOf(jobs[0]);
  const prefix = stem === '' ? '' : `${stem}-`;
  return new Map(
    schema?.outputs.map((port) => [
      port.name,
      `${prefix}${safeName(port.name)}${extensionsOf(port)[0] ?? ''}`,
    ]),
  );
}

/** The outputs of one of several jobs. */
export function ownOutputs(outputs: ReadonlyMap<string, string>, inputs: JobInputs): Map<string, string> {
  return new Map([...outputs].map(([name, place]) => [name, place.replaceAll(ownStem, stemOf(inputs))]));
}

/**
 * What is wrong with the place of an output, which is a name or, of a single job, `container/blob.csv`; an empty one is
 * left to the service.
 */
export function outputProblem(output: Port, text: string, isForSeveral: boolean): string | undefined {
  const location = text.trim();
  if (location === '') return undefined;
  const extensions = extensionsOf(output);
  if (!extensions.includes(extname(location).toLowerCase())) {
    return vscode.l10n.t('The service writes {0} files for this output.', extensions.join(', '));
  }
  if (isBlobName(location)) return undefined;
  // One place would be written to by all of them.
  if (isForSeveral) return vscode.l10n.t('A name is expected.');
  try {
    outputLocation(output.name, location);
    return undefined;
  } catch {
    return vscode.l10n.t('A name, or container/name.csv, is expected.');
  }
}

/** What services write; an output without columns is no table but a trained model. */
function extensionsOf({ columns }: Port): readonly string[] {
  return columns.length === 0 ? ['.ilearner', '.csv', '.tsv', '.arff'] : ['.csv', '.tsv', '.arff'];
}

/** The name of the first input's data; letters without their accents, and what any service takes in a blob's name. */
function stemOf(inputs: JobInputs | undefined): string {
  const [first] = inputs?.values() ?? [];
  if (first === undefined) return '';
  const place = placeOf(first);
  const stem = basename(place, extname(place)).normalize('NFD').replaceAll(/\p{M}/gu, '');
  return safeName(stem).slice(0, 80);
}
