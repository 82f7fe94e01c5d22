import * as vscode from 'vscode';
import type { Catalog, Endpoint } from '../../catalog/index.ts';
import * as v from 'valibot';
import { parseArguments } from '../../shared/arguments.ts';
import { customEditors } from '../../shared/contributions.ts';
import { explorerNodeOf } from '../../shared/explorerNode.ts';
import type { Feature, Foundation } from '../../shared/feature.ts';
import { isProgramCall } from '../../shared/invocation.ts';
import { localPath } from '../../shared/localPath.ts';
import { reportFailure } from '../../shared/reportFailure.ts';
import type { Storage } from '../../storage/index.ts';
import { referenceForm } from '../commands.ts';
import type { JobAnswer, Jobs } from '../index.ts';
import { impliedStorage } from '../newJob.ts';
import { unkeptParameters } from '../repeatedJob.ts';
import { requestFromDocument, type RunTools } from './documentRun.ts';
import { editDocument, textEditFor } from './editDocument.ts';
import { JobEditor } from './jobEditor.ts';
import { membersOf, type JobMembers } from './jobMembers.ts';
import { sasIn } from './jobText.ts';
import { writeNewDocument } from './newDocument.ts';

/** Batch jobs as `*.bes.json` documents. */
export interface JobDocuments extends Feature<'jobDocuments'> {
  resolveCustomTextEditor(
    document: vscode.TextDocument,
    panel: vscode.WebviewPanel,
    token: vscode.CancellationToken,
  ): void;
  /** Takes what no file may hold out of a document that is about to be saved. */
  withoutSecrets(document: vscode.TextDocument): readonly vscode.TextEdit[];
}

export function createJobDocuments(
  foundation: Foundation,
  catalog: Catalog,
  storage: Storage,
  jobs: Jobs,
): JobDocuments {
  return new JobDocumentsFeature(foundation, catalog, storage, jobs);
}

const runArguments = v.strictObject({ document: v.pipe(v.string(), v.trim(), v.nonEmpty()) });

class JobDocumentsFeature implements JobDocuments {
  readonly #foundation: Foundation;
  readonly #catalog: Catalog;
  readonly #storage: Storage;
  readonly #jobs: Jobs;
  readonly #editors = new Set<JobEditor>();
  /** Documents that are on their way to become a job, by URI. */
  readonly #preparing = new Set<string>();
  readonly commands: JobDocuments['commands'];

  constructor(foundation: Foundation, catalog: Catalog, storage: Storage, jobs: Jobs) {
    this.#foundation = foundation;
    this.#catalog = catalog;
    this.#storage = storage;
    this.#jobs = jobs;
    this.commands = {
      newJobDocument: (...args) => this.#new(args),
      runJobDocument: (...args) => (isProgramCall(args) ? this.#runCall(args[0]) : this.#runShown(args[0])),
      duplicateJobAsDocument: (...args) => this.#duplicate(args),
    };
  }

  resolveCustomTextEditor(
    document: vscode.TextDocument,
    panel: vscode.WebviewPanel,
    token: vscode.CancellationToken,
  ): void {
    if (token.isCancellationRequested) return;
    const editor = new JobEditor(document, panel, {
      extensionUri: this.#foundation.context.extensionUri,
      catalog: this.#catalog,
      storage: this.#storage,
      jobs: this.#jobs,
      isPreparing: () => this.#preparing.has(document.uri.toString()),
      run: () => this.#run(document),
      keepSas: (urls) => this.#offerToKeep(urls),
      report: (error) => void reportFailure(this.#foundation, error),
    });
    this.#editors.add(editor);
    panel.onDidDispose(() => {
      editor.dispose();
      this.#editors.delete(editor);
    });
  }

  withoutSecrets(document: vscode.TextDocument): readonly vscode.TextEdit[] {
    const { edits, urls } = sasIn(document.getText());
    const change = textEditFor(document, edits);
    if (change === undefined) return [];
    void this.#offerToKeep(urls);
    return [change];
  }

  dispose(): void {
    vscode.Disposable.from(...this.#editors).dispose();
  }

  async #new(args: readonly unknown[]): Promise<void> {
    const title = vscode.l10n.t('New batch job document for');
    const endpoint = await this.#catalog.pickTarget(args[0], title);
    if (endpoint === undefined) return;
    const schema = await this.#catalog.schemaIfAny(endpoint);
    const storage = await impliedStorage(this.#storage, endpoint);
    const inputs = (schema?.inputs ?? [{ name: 'input1' }]).map(({ name }) => [name, { file: '' }] as const);
    await this.#write(endpoint, endpoint.service.name, {
      ...(storage === undefined ? {} : { storage }),
      inputs: Object.fromEntries(inputs),
      globalParameters: {},
    });
  }

  async #duplicate(args: readonly unknown[]): Promise<void> {
    const node = explorerNodeOf(args);
    const jobId =
      node?.node === 'job'
        ? node.jobId
        : (await this.#jobs.pick(vscode.l10n.t('Duplicate a batch job as a document')))?.localId;
    if (jobId === undefined) return;
    const record = await this.#jobs.record(jobId);
    const endpoint = await this.#jobs.endpointOf(record);
    const isStorageThere =
      record.storage !== undefined && (await this.#storage.names()).includes(record.storage);
    const client =
      isStorageThere && record.storage !== undefined ? await this.#storage.open(record.storage) : undefined;
    const written = await this.#write(endpoint, `${endpoint.service.name} copy`, membersOf(record, client));
    if (!written) return;
    const unkept = unkeptParameters(record) ?? (await this.#parameterNames(endpoint));
    if (unkept.length === 0) return;
    void vscode.window.showInformationMessage(
      vscode.l10n.t(
        'These global parameters are not kept with the job, so not in the document: {0}.',
        unkept.join(', '),
      ),
    );
  }

  async #parameterNames(endpoint: Endpoint): Promise<readonly string[]> {
    const schema = await this.#catalog.schemaIfAny(endpoint);
    return schema?.globalParameters.map(({ name }) => name) ?? [];
  }

  async #write(endpoint: Endpoint, name: string, members: JobMembers): Promise<boolean> {
    const uri = await writeNewDocument(this.#catalog, endpoint, name, members);
    if (uri === undefined) return false;
    await vscode.commands.executeCommand('vscode.openWith', uri, customEditors.job, { preview: false });
    return true;
  }

  async #runCall(call: unknown): Promise<JobAnswer> {
    const { document: given } = parseArguments('runJobDocument', runArguments, call);
    const folder = vscode.workspace.workspaceFolders?.find(({ uri }) => uri.scheme === 'file')?.uri.fsPath;
    const uri = vscode.Uri.file(localPath('document', given, folder));
    const document = await vscode.workspace.openTextDocument(uri);
    const request = await requestFromDocument(this.#runTools(), document, false);
    if (request === undefined) throw new Error('Only a person gives up.');
    return this.#jobs.run(request);
  }

  /** The document that a menu names, else the one in front, else one of the workspace. */
  async #runShown(target: unknown): Promise<void> {
    const uri = target instanceof vscode.Uri ? target : (documentInFront() ?? (await pickDocument()));
    if (uri !== undefined) await this.#run(await vscode.workspace.openTextDocument(uri));
  }

  /** Runs what the user sees. */
  async #run(document: vscode.TextDocument): Promise<void> {
    const key = document.uri.toString();
    if (this.#preparing.has(key)) return;
    this.#setPreparing(key, true);
    try {
      const editors = [...this.#editors].filter((editor) => editor.document === document);
      for (const editor of editors) await editor.settled();
      await this.#takeSas(document);
      const request = await requestFromDocument(this.#runTools(), document, true);
      if (request !== undefined) {
        await this.#jobs.runShown(request, () => this.#setPreparing(key, false));
      }
    } finally {
      this.#setPreparing(key, false);
    }
  }

  #setPreparing(key: string, preparing: boolean): void {
    if (preparing) this.#preparing.add(key);
    else if (!this.#preparing.delete(key)) return;
    for (const editor of this.#editors) editor.tellRun();
  }

  async #takeSas(document: vscode.TextDocument): Promise<void> {
    const { edits, urls } = sasIn(document.getText());
    await editDocument(document, edits);
    await this.#offerToKeep(urls, true);
  }

  /** A SAS was in a document, and is not any more: the secret storage may have it. */
  async #offerToKeep(urls: readonly string[], modal = false): Promise<void> {
    const [first] = urls;
    if (first === undefined) return;
    const keep = vscode.l10n.t('Keep in secret storage');
    const chosen = await vscode.window.showInformationMessage(
      vscode.l10n.t(
        'A SAS is not kept in a document: it was taken out of the URL of {0}.',
        first.split('?')[0]?.split('/').at(-1) ?? '',
      ),
      { modal },
      keep,
    );
    if (chosen === keep) for (const url of urls) await this.#storage.keepSas(url);
  }

  #runTools(): RunTools {
    const { documents, saveFile, http } = this.#foundation;
    return {
      catalog: this.#catalog,
      storage: this.#storage,
      documents,
      saveFile,
      http,
      referenceForm: referenceForm(),
    };
  }
}

/** A batch job document whose editor, of whatever kind, is in front. */
function documentInFront(): vscode.Uri | undefined {
  const input = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
  const isDocument = input instanceof vscode.TabInputText || input instanceof vscode.TabInputCustom;
  return isDocument && input.uri.path.endsWith('.bes.json') ? input.uri : undefined;
}

async function pickDocument(): Promise<vscode.Uri | undefined> {
  const found = await vscode.workspace.findFiles('**/*.bes.json', '**/node_modules/**', 1000);
  if (found.length === 0) {
    void vscode.window.showInformationMessage(
      vscode.l10n.t(
        'There is no batch job document in the workspace. Make one with "New batch job document…".',
      ),
    );
    return undefined;
  }
  const items = found.map((uri) => ({ label: vscode.workspace.asRelativePath(uri), uri }));
  const picked = await vscode.window.showQuickPick(items, {
    title: vscode.l10n.t('Run a batch job document'),
  });
  return picked?.uri;
}
