import { stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { basename, isAbsolute, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as vscode from 'vscode';
import * as v from 'valibot';
import type { Catalog, Endpoint } from '../catalog/index.ts';
import type { Job, Jobs } from '../jobs/index.ts';
import { Failure } from '../protocol/failure.ts';
import type { Port } from '../protocol/studio/serviceSchema.ts';
import { parseArguments } from '../shared/arguments.ts';
import { isExplorerNode, type ExplorerNode } from '../shared/explorerNode.ts';
import type { Feature, Foundation } from '../shared/feature.ts';
import { isProgramCall } from '../shared/invocation.ts';
import type { ReadonlyFiles } from '../shared/lazyFileSystem.ts';
import { downloadToFile, type TransferProgress } from '../storage/index.ts';
import { extensionOf, ResultFiles, resultUri, textLimit, type OpenableResult } from './resultFiles.ts';
import { writeSampleCsv } from './sampleData.ts';
import { safeFileName, writeAtomically } from './saveResult.ts';

/** The results of batch jobs: opened as documents, saved to files; and sample data to begin with. */
export interface Results extends Feature<'results'> {
  /** What the read-only file system of results reads. */
  readonly files: ReadonlyFiles;
}

/**
 * Up to here a result opens without a question. Between this and `textLimit` it opens when the user insists, because VS
 * Code then turns features off; beyond, it can only be saved.
 */
const comfortableSize = 20 * 1024 * 1024;
/** Bigger sample files are not opened unasked. */
const openSampleUpTo = 5 * 1024 * 1024;
const defaultRows = 1_000;
const mostRows = 10_000_000;

const text = v.pipe(v.string('a text is expected'), v.trim(), v.nonEmpty('it is empty'));
const openArguments = v.strictObject({ jobId: text, output: v.optional(text) });
const downloadArguments = v.strictObject({
  jobId: text,
  output: v.optional(text),
  target: text,
  overwrite: v.optional(v.boolean('true or false is expected'), false),
});
const rowCount = v.pipe(
  v.number('a number is expected'),
  v.integer('a whole number is expected'),
  v.minValue(1, 'at least 1 is expected'),
  v.maxValue(mostRows, `at most ${mostRows} is expected`),
);
const sampleArguments = v.strictObject({
  workspace: text,
  service: text,
  target: text,
  rows: v.optional(rowCount, defaultRows),
  input: v.optional(text),
  overwrite: v.optional(v.boolean('true or false is expected'), false),
});

/** What `downloadResult` resolves with. */
export interface SavedResult {
  readonly file: string;
  readonly bytes: number;
}

export function createResults(foundation: Foundation, catalog: Catalog, jobs: Jobs): Results {
  return new ResultsFeature(foundation, catalog, jobs);
}

class ResultsFeature implements Results {
  readonly #foundation: Foundation;
  readonly #catalog: Catalog;
  readonly #jobs: Jobs;
  readonly files: ResultFiles;

  readonly commands = {
    openResult: (...args: readonly unknown[]) =>
      isProgramCall(args) ? this.#openCall(args[0]) : this.#openAsked(args),
    downloadResult: (...args: readonly unknown[]) =>
      isProgramCall(args) ? this.#downloadCall(args[0]) : this.#downloadAsked(args),
    createSampleData: (...args: readonly unknown[]) =>
      isProgramCall(args) ? this.#sampleCall(args[0]) : this.#sampleAsked(args),
  };

  constructor(foundation: Foundation, catalog: Catalog, jobs: Jobs) {
    this.#foundation = foundation;
    this.#catalog = catalog;
    this.#jobs = jobs;
    this.files = new ResultFiles(jobs, () => foundation.http());
  }

  dispose(): void {
    // Holds nothing that has to be given back.
  }

  async #openCall(call: unknown): Promise<{ uri: string }> {
    const { jobId, output } = parseArguments('openResult', openArguments, call);
    const result = await this.files.find(await this.#localId(jobId), output);
    if (result.extent.size > comfortableSize) throw tooLarge(result);
    return { uri: (await show(result)).toString() };
  }

  async #openAsked(args: readonly unknown[]): Promise<void> {
    const chosen = await this.#chooseOutput(args, vscode.l10n.t('Open results of a batch job'));
    if (chosen === undefined) return;
    const result = await vscode.window.withProgress(
      { location: vscode.ProgressLocation.Window, title: vscode.l10n.t('Opening results…') },
      () => this.files.find(chosen.job.localId, chosen.output),
    );
    if (result.extent.size <= comfortableSize) {
      await show(result);
      return;
    }
    const save = vscode.l10n.t('Save as…');
    const open = vscode.l10n.t('Open anyway');
    const canOpen = result.extent.size <= textLimit;
    const answer = await vscode.window.showInformationMessage(
      canOpen
        ? vscode.l10n.t(
            'The result has {0}; the editor is slow with files of this size.',
            megabytes(result.extent.size),
          )
        : vscode.l10n.t(
            'The result has {0}, which is more than a text editor takes.',
            megabytes(result.extent.size),
          ),
      save,
      ...(canOpen ? [open] : []),
    );
    if (answer === save) await this.#saveAsked(chosen.job, result);
    if (answer === open) await show(result);
  }

  async #downloadCall(call: unknown): Promise<SavedResult> {
    const { jobId, output, target, overwrite } = parseArguments('downloadResult', downloadArguments, call);
    const path = filePath('target', target);
    const result = await this.files.find(await this.#localId(jobId), output);
    return this.#save(result, await targetFile(path, result), overwrite, {});
  }

  async #downloadAsked(args: readonly unknown[]): Promise<void> {
    const chosen = await this.#chooseOutput(args, vscode.l10n.t('Save results of a batch job'));
    if (chosen === undefined) return;
    await this.#saveAsked(chosen.job, await this.files.find(chosen.job.localId, chosen.output));
  }

  async #saveAsked(job: Job, result: OpenableResult): Promise<void> {
    const stem = job.title.replace(/\.\w{1,10}$/, '');
    const name = safeFileName(
      `${stem}-${result.output}${extensionOf(result.relativeLocation)}`,
      'result.csv',
    );
    const uri = await vscode.window.showSaveDialog({
      title: vscode.l10n.t('Save {0}', result.output),
      defaultUri: vscode.Uri.file(join(defaultFolder(), name)),
    });
    if (uri === undefined) return;
    const saved = await vscode.window.withProgress(
      {
        location: vscode.ProgressLocation.Notification,
        title: vscode.l10n.t('Saving {0}', basename(uri.fsPath)),
        cancellable: true,
      },
      (progress, token) => {
        const abort = new AbortController();
        token.onCancellationRequested(() => abort.abort());
        return this.#save(result, fileOf(uri), true, {
          signal: abort.signal,
          onProgress: reportTo(progress),
        });
      },
    );
    const open = vscode.l10n.t('Open');
    const text = vscode.l10n.t('Saved {0} ({1}).', saved.file, megabytes(saved.bytes));
    const actions = saved.bytes <= textLimit ? [open] : [];
    if ((await vscode.window.showInformationMessage(text, ...actions)) === open) {
      await vscode.commands.executeCommand('vscode.open', uri);
    }
  }

  async #save(
    result: OpenableResult,
    file: string,
    overwrite: boolean,
    how: { signal?: AbortSignal; onProgress?: (progress: TransferProgress) => void },
  ): Promise<SavedResult> {
    const http = await this.#foundation.http();
    let bytes = 0;
    await writeAtomically(file, overwrite, async (path) => {
      bytes = (await downloadToFile(http, { url: result.url, ...how }, path)).size;
    });
    return { file, bytes };
  }

  async #localId(jobId: string): Promise<string> {
    return (await this.#jobs.find(jobId))?.localId ?? jobId;
  }

  async #chooseOutput(
    args: readonly unknown[],
    title: string,
  ): Promise<{ job: Job; output: string | undefined } | undefined> {
    const node = nodeOf(args);
    const given =
      node?.node === 'job' || node?.node === 'output' ? await this.#jobs.find(node.jobId) : undefined;
    const job = given ?? (await this.#jobs.pickFinished(title));
    if (job === undefined) return undefined;
    if (node?.node === 'output') return { job, output: node.output };
    const names = Object.keys(job.outputs);
    if (names.length < 2) return { job, output: names[0] };
    const output = await vscode.window.showQuickPick(names, { title, placeHolder: vscode.l10n.t('Output') });
    return output === undefined ? undefined : { job, output };
  }

  async #sampleCall(call: unknown): Promise<{ file: string; rows: number }> {
    const given = parseArguments('createSampleData', sampleArguments, call);
    const endpoint = await this.#catalog.find(given.workspace, given.service);
    const file = filePath('target', given.target);
    const input = await this.#input(endpoint, given.input);
    await writeAtomically(file, given.overwrite, (path) => writeSampleCsv(path, input, given.rows));
    return { file, rows: given.rows };
  }

  async #sampleAsked(args: readonly unknown[]): Promise<void> {
    const title = vscode.l10n.t('Create sample data');
    const node = nodeOf(args);
    const endpoint =
      node !== undefined && 'service' in node
        ? await this.#catalog.find(node.workspace, node.service)
        : await this.#catalog.pickEndpoint(title);
    if (endpoint === undefined) return;
    const inputs = await this.#inputs(endpoint);
    const name =
      inputs.length === 1
        ? inputs[0]?.name
        : await vscode.window.showQuickPick(
            inputs.map((port) => port.name),
            { title, placeHolder: vscode.l10n.t('Input') },
          );
    const input = inputs.find((port) => port.name === name);
    if (input === undefined) return;
    const rows = await askForRows(title);
    if (rows === undefined) return;
    const uri = await vscode.window.showSaveDialog({
      title,
      defaultUri: vscode.Uri.file(
        join(defaultFolder(), safeFileName(`${endpoint.service.name}-${input.name}.csv`, 'sample.csv')),
      ),
      filters: { CSV: ['csv'] },
    });
    if (uri === undefined) return;
    await writeWithProgress(fileOf(uri), input, rows);
    await offerToOpen(uri, rows);
  }

  async #inputs(endpoint: Endpoint): Promise<readonly Port[]> {
    const schema = await this.#catalog.schema(endpoint);
    if (schema === undefined) {
      throw clientFailure(
        'NoSchema',
        vscode.l10n.t('{0} publishes no schema, so its columns are not known.', endpoint.label),
      );
    }
    if (schema.inputs.length > 0) return schema.inputs;
    throw clientFailure('NoInput', vscode.l10n.t('{0} takes no input.', endpoint.label));
  }

  async #input(endpoint: Endpoint, name: string | undefined): Promise<Port> {
    const inputs = await this.#inputs(endpoint);
    const found = name === undefined ? inputs[0] : inputs.find((port) => port.name === name);
    if (found !== undefined) return found;
    const known = inputs.map((port) => port.name).join(', ');
    throw clientFailure(
      'UnknownInput',
      vscode.l10n.t('{0} has no input "{1}". It has: {2}.', endpoint.label, name ?? '', known),
    );
  }
}

async function show(result: OpenableResult): Promise<vscode.Uri> {
  const uri = resultUri(result);
  await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(uri), { preview: false });
  return uri;
}

/** In a folder, the file gets the last part of the blob's name and nothing of its path. */
async function targetFile(target: string, result: OpenableResult): Promise<string> {
  const isFolder = await stat(target).then(
    (stats) => stats.isDirectory(),
    () => false,
  );
  return isFolder ? join(target, safeFileName(result.relativeLocation, 'result.csv')) : target;
}

function filePath(member: string, given: string): string {
  const path = /^file:/i.test(given) ? fileURLToPath(given) : given;
  if (isAbsolute(path)) return path;
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath;
  if (folder !== undefined) return join(folder, path);
  throw clientFailure('InvalidArguments', vscode.l10n.t('"{0}": an absolute path is expected.', member));
}

function fileOf(uri: vscode.Uri): string {
  if (uri.scheme === 'file') return uri.fsPath;
  throw clientFailure(
    'NotWritten',
    vscode.l10n.t('{0} is not on a disk. Choose a folder on one.', uri.toString(true)),
  );
}

function defaultFolder(): string {
  return vscode.workspace.workspaceFolders?.find(({ uri }) => uri.scheme === 'file')?.uri.fsPath ?? homedir();
}

async function askForRows(title: string): Promise<number | undefined> {
  const typed = await vscode.window.showInputBox({
    title,
    prompt: vscode.l10n.t('Number of rows'),
    value: String(defaultRows),
    ignoreFocusOut: true,
    validateInput: (value) =>
      v.safeParse(rowCount, Number(value)).success
        ? undefined
        : vscode.l10n.t('A whole number from 1 to {0} is expected.', mostRows),
  });
  return typed === undefined ? undefined : Number(typed);
}

async function writeWithProgress(file: string, input: Port, rows: number): Promise<void> {
  await vscode.window.withProgress(
    {
      location: vscode.ProgressLocation.Notification,
      title: vscode.l10n.t('Writing sample data'),
      cancellable: true,
    },
    (_, token) => {
      const abort = new AbortController();
      token.onCancellationRequested(() => abort.abort(cancelled()));
      return writeAtomically(file, true, (path) => writeSampleCsv(path, input, rows, abort.signal));
    },
  );
}

async function offerToOpen(uri: vscode.Uri, rows: number): Promise<void> {
  const { size } = await stat(uri.fsPath);
  if (size <= openSampleUpTo) {
    await vscode.window.showTextDocument(uri, { preview: false });
    return;
  }
  void vscode.window.showInformationMessage(
    vscode.l10n.t('{0} rows are in {1} ({2}).', rows, uri.fsPath, megabytes(size)),
  );
}

function reportTo(progress: vscode.Progress<{ message?: string; increment?: number }>) {
  let reported = 0;
  return ({ doneBytes, totalBytes, bytesPerSecond }: TransferProgress): void => {
    const percent = totalBytes === undefined || totalBytes === 0 ? 0 : (doneBytes / totalBytes) * 100;
    progress.report({ increment: percent - reported, message: `${megabytes(bytesPerSecond)}/s` });
    reported = percent;
  };
}

function megabytes(bytes: number): string {
  const value = bytes / 1_000_000;
  return `${value < 10 ? value.toFixed(1) : value.toFixed(0)} MB`;
}

function nodeOf(args: readonly unknown[]): ExplorerNode | undefined {
  const [first] = args;
  return isExplorerNode(first) ? first : undefined;
}

function tooLarge({ extent }: OpenableResult): Failure {
  return clientFailure(
    'TooLarge',
    vscode.l10n.t('The result has {0}. Save it with downloadResult instead.', megabytes(extent.size)),
  );
}

function cancelled(): Failure {
  return clientFailure('Cancelled', vscode.l10n.t('No sample data was written.'));
}

function clientFailure(code: string, sentence: string): Failure {
  return new Failure({ code, origin: 'client', sentence });
}
