import { stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import * as vscode from 'vscode';
import * as v from 'valibot';
import type { Catalog } from '../catalog/index.ts';
import type { Job, JobResult, Jobs } from '../jobs/index.ts';
import type { Failure } from '../protocol/failure.ts';
import { parseArguments, text } from '../shared/arguments.ts';
import { customEditors } from '../shared/contributions.ts';
import { explorerNodeOf } from '../shared/explorerNode.ts';
import type { Feature, Foundation } from '../shared/feature.ts';
import { isProgramCall } from '../shared/invocation.ts';
import type { ReadonlyFiles } from '../shared/lazyFileSystem.ts';
import { downloadToFile, transferText, type TransferProgress } from '../storage/index.ts';
import { copyResultUrl } from './copyUrl.ts';
import { clientFailure, defaultFolder, fileOf, filePath, megabytes } from './places.ts';
import { extensionOf, ResultFiles, resultUri, textLimit, type OpenableResult } from './resultFiles.ts';
import { sampleDataByAsking, sampleDataForCall } from './sampleCommand.ts';
import { safeFileName } from '../shared/wholeFile.ts';
import type { ByteSource } from './table/index.ts';

/** The results of batch jobs: opened as documents, saved to files; and sample data to begin with. */
export interface Results extends Feature<'results'> {
  /** What the read-only file system of results reads. */
  readonly files: ReadonlyFiles;
  /** The bytes of the result with this URI, for the table editor. */
  openSource(uri: vscode.Uri, signal: AbortSignal): Promise<ByteSource>;
}

/**
 * Up to here a result opens as text. Beyond, VS Code turns features off, and from `textLimit` on it takes no text at all:
 * a table then opens in the table editor; anything else opens when the user insists, or is saved.
 */
const comfortableSize = 20 * 1024 * 1024;

/** Pieces come faster than anybody reads. */
const reportIntervalMs = 250;

const openArguments = v.strictObject({ jobId: text, output: v.optional(text) });
const downloadArguments = v.strictObject({
  jobId: text,
  output: v.optional(text),
  target: text,
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
    openResultAsTable: (...args: readonly unknown[]) =>
      isProgramCall(args) ? this.#openTableCall(args[0]) : this.#openTableAsked(args),
    downloadResult: (...args: readonly unknown[]) =>
      isProgramCall(args) ? this.#downloadCall(args[0]) : this.#downloadAsked(args),
    copyResultUrl: (...args: readonly unknown[]) => this.#copyUrlAsked(args),
    createSampleData: (...args: readonly unknown[]) =>
      isProgramCall(args)
        ? sampleDataForCall(this.#foundation.saveFile, this.#catalog, args[0])
        : sampleDataByAsking(this.#foundation.saveFile, this.#catalog, explorerNodeOf(args)),
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

  openSource(uri: vscode.Uri, signal: AbortSignal): Promise<ByteSource> {
    return this.files.openSource(uri, signal);
  }

  async #openCall(call: unknown): Promise<{ uri: string }> {
    const { jobId, output } = parseArguments('openResult', openArguments, call);
    const result = await this.files.find(await this.#localId(jobId), output);
    if (result.extent.size > comfortableSize) {
      if (isTable(result)) return { uri: (await showTable(result)).toString() };
      throw tooLarge(result);
    }
    return { uri: (await show(result)).toString() };
  }

  async #openTableCall(call: unknown): Promise<{ uri: string }> {
    const { jobId, output } = parseArguments('openResultAsTable', openArguments, call);
    return { uri: (await showTable(await this.#jobs.result(await this.#localId(jobId), output))).toString() };
  }

  async #openTableAsked(args: readonly unknown[]): Promise<void> {
    const chosen = await this.#chooseOutput(args, vscode.l10n.t('Open results of a batch job as table'));
    if (chosen === undefined) return;
    const result = await vscode.window.withProgress(
      { location: vscode.ProgressLocation.Window, title: vscode.l10n.t('Opening results…') },
      () => this.#jobs.result(chosen.job.localId, chosen.output),
    );
    await showTable(result);
  }

  async #openAsked(args: readonly unknown[]): Promise<void> {
    const chosen = await this.#chooseOutput(args, vscode.l10n.t('Open results of a batch job'));
    if (chosen === undefined) return;
    const result = await vscode.window.withProgress(
      { location: vscode.ProgressLocation.Window, title: vscode.l10n.t('Opening results…') },
      () => this.files.find(chosen.job.localId, chosen.output),
    );
    if (isModel(result)) {
      await this.#offerToSave(chosen.job, result);
      return;
    }
    if (result.extent.size <= comfortableSize) {
      await show(result);
      return;
    }
    if (isTable(result)) {
      await showTable(result);
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

  async #offerToSave(job: Job, result: OpenableResult): Promise<void> {
    const save = vscode.l10n.t('Save as…');
    const answer = await vscode.window.showInformationMessage(
      vscode.l10n.t('{0} is a trained model, which no editor shows.', result.output),
      save,
    );
    if (answer === save) await this.#saveAsked(job, result);
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

  async #copyUrlAsked(args: readonly unknown[]): Promise<void> {
    const chosen = await this.#chooseOutput(args, vscode.l10n.t('Copy the URL of a result'));
    if (chosen === undefined) return;
    await copyResultUrl(await this.#jobs.result(chosen.job.localId, chosen.output));
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
    await this.#foundation.saveFile(file, overwrite, async (path) => {
      bytes = (await downloadToFile(http, { url: result.url, freshUrl: result.freshUrl, ...how }, path)).size;
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
    const node = explorerNodeOf(args);
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
}

async function show(result: OpenableResult): Promise<vscode.Uri> {
  const uri = resultUri(result);
  await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(uri), { preview: false });
  return uri;
}

async function showTable(result: JobResult): Promise<vscode.Uri> {
  const uri = resultUri(result);
  await vscode.commands.executeCommand('vscode.openWith', uri, customEditors.table, { preview: false });
  return uri;
}

function isTable({ relativeLocation }: JobResult): boolean {
  return /^\.[ct]sv$/i.test(extensionOf(relativeLocation));
}

function isModel({ relativeLocation }: JobResult): boolean {
  return extensionOf(relativeLocation).toLowerCase() === '.ilearner';
}

/** In a folder, the file gets the last part of the blob's name and nothing of its path. */
async function targetFile(target: string, result: OpenableResult): Promise<string> {
  const isFolder = await stat(target).then(
    (stats) => stats.isDirectory(),
    () => false,
  );
  return isFolder ? join(target, safeFileName(result.relativeLocation, 'result.csv')) : target;
}

function reportTo(progress: vscode.Progress<{ message?: string; increment?: number }>) {
  let reported = 0;
  let reportedAt = Number.NEGATIVE_INFINITY;
  return (done: TransferProgress): void => {
    const { doneBytes, totalBytes = 0 } = done;
    const now = performance.now();
    if (now - reportedAt < reportIntervalMs && doneBytes !== totalBytes) return;
    const percent = totalBytes > 0 ? (doneBytes / totalBytes) * 100 : 0;
    progress.report({ increment: percent - reported, message: transferText(done) });
    [reported, reportedAt] = [percent, now];
  };
}

function tooLarge({ extent }: OpenableResult): Failure {
  return clientFailure(
    'TooLarge',
    vscode.l10n.t('The result has {0}. Save it with downloadResult instead.', megabytes(extent.size)),
  );
}
