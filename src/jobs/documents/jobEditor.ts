import * as vscode from 'vscode';
import { ServiceTarget, targetHandlers, type Catalog } from '../../catalog/index.ts';
import { Failure } from '../../protocol/failure.ts';
import { parseBlobUrl } from '../../protocol/studio/bes.ts';
import { attempt } from '../../shared/attempt.ts';
import { commandId } from '../../shared/contributions.ts';
import { DocumentEdits } from '../../shared/documentEdits.ts';
import type { ExplorerNode } from '../../shared/explorerNode.ts';
import type { JobData } from '../../shared/jobData.ts';
import {
  toJobHost,
  toJobView,
  type JobDocumentState,
  type JobView,
  type RunState,
  type Storages,
} from '../../shared/jobEditorContract.ts';
import { jobEditorStrings } from '../../shared/jobEditorStrings.ts';
import type { JsonEdit } from '../../shared/jsonEdits.ts';
import type { Handlers, Link } from '../../shared/messages.ts';
import { targetEdits } from '../../shared/schemaAddress.ts';
import { openWebview } from '../../shared/webviewHost.ts';
import type { Storage } from '../../storage/index.ts';
import type { Job, Jobs } from '../index.ts';
import { impliedStorage } from '../newJob.ts';
import { bringsSas, parseJob } from './jobText.ts';
import { pathFrom } from './newDocument.ts';

const flushPatienceMs = 1_000;

export interface JobEditorServices {
  readonly extensionUri: vscode.Uri;
  readonly catalog: Catalog;
  readonly storage: Storage;
  readonly jobs: Jobs;
  /** The document is on its way to become a job. */
  readonly isPreparing: () => boolean;
  readonly run: () => Promise<void>;
  /** Asks what becomes of a SAS that was typed. */
  readonly keepSas: (urls: readonly string[]) => Promise<void>;
  /** Tells the user what went wrong. */
  readonly report: (error: unknown) => void;
}

/** One editor on a batch job document: passes between the document, its last job and a webview that comes and goes. */
export class JobEditor implements vscode.Disposable {
  readonly document: vscode.TextDocument;
  readonly #services: JobEditorServices;
  readonly #panel: vscode.WebviewPanel;
  readonly #target: ServiceTarget;
  readonly #edits: DocumentEdits<JobDocumentState>;
  readonly #link: Link<typeof toJobView>;
  readonly #subscriptions: vscode.Disposable[];
  #toldRun = '';

  constructor(document: vscode.TextDocument, panel: vscode.WebviewPanel, services: JobEditorServices) {
    this.document = document;
    this.#panel = panel;
    this.#services = services;
    this.#target = new ServiceTarget(services.catalog);
    this.#edits = new DocumentEdits(document, {
      state: () => this.#documentState(),
      tell: (state) => this.#link.remote.documentChanged(state),
      refuse: refuseSas,
      followTarget: () => void this.#followTarget(),
    });
    this.#link = openWebview(
      panel.webview,
      { extensionUri: services.extensionUri, name: 'jobEditor', title: vscode.l10n.t('Batch job') },
      { incoming: toJobHost, outgoing: toJobView, handlers: this.#handlers() },
    );
    const { remote } = this.#link;
    this.#subscriptions = [
      this.#link,
      this.#target,
      this.#edits,
      this.#target.onDidChange((state) => {
        remote.targetChanged(state);
        void this.#tellStorages();
      }),
      services.catalog.onDidChange(() => void this.#target.refreshAfterCatalog()),
      services.storage.onDidChange(() => void this.#tellStorages()),
      services.jobs.onDidChange(() => this.tellRun()),
    ];
    void this.#followTarget();
  }

  /** Resolves once all that was typed has reached the document. A hidden or loading page has nothing to say. */
  async settled(): Promise<void> {
    if (this.#panel.visible) {
      let timer: NodeJS.Timeout | undefined;
      const patience = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, flushPatienceMs);
      });
      await Promise.race([this.#link.remote.flush().catch(() => undefined), patience]);
      clearTimeout(timer);
    }
    await this.#edits.settled();
  }

  /** Tells the page of the last job when there is news of it. */
  tellRun(): void {
    const state = this.#runState();
    const told = JSON.stringify(state);
    if (told === this.#toldRun) return;
    this.#toldRun = told;
    this.#link.remote.runChanged(state);
  }

  dispose(): void {
    vscode.Disposable.from(...this.#subscriptions).dispose();
  }

  #handlers(): Handlers<typeof toJobHost> {
    return {
      ...targetHandlers({
        catalog: this.#services.catalog,
        target: this.#target,
        titles: {
          workspace: vscode.l10n.t('Workspace of the batch job'),
          service: vscode.l10n.t('Service of the batch job'),
        },
        address: () => this.#data(),
        setTarget: ({ workspace, label }) =>
          this.#edits.editAndTell((text) => targetEdits(text, workspace.name, label)),
        report: (error) => this.#services.report(error),
      }),
      start: async () => {
        // What is awaited comes first: the rest must not be old by the time that the page has it.
        const storages = await this.#storages();
        return {
          strings: jobEditorStrings(),
          document: this.#documentState(),
          target: this.#target.state,
          storages,
          run: this.#runState(),
        };
      },
      edit: ({ edits }) => this.#edits.edit(() => edits),
      perform: ({ command }) => this.#edits.perform(command),
      run: () => void this.#told(() => this.#services.run()),
      addStorage: () => this.#addStorage(),
      chooseFile: ({ input }) => this.#told(() => this.#chooseFile(input)),
      takeSas: ({ input, url }) => this.#takeSas(input, url),
      cancelJob: () => this.#onJob((job) => (job.status === 'Uploading' ? 'cancelUpload' : 'besDelete')),
      showDetails: () => this.#onJob(() => 'showJobDetails'),
      openResults: () => this.#onJob(() => 'openResult'),
      openAsText: async () => {
        await vscode.commands.executeCommand('vscode.openWith', this.document.uri, 'default');
      },
    };
  }

  #told(action: () => Promise<void>): Promise<void> {
    return attempt(action, (error) => this.#services.report(error));
  }

  #documentState(): JobDocumentState {
    return { ...parseJob(this.document.getText()), version: this.document.version };
  }

  async #followTarget(): Promise<void> {
    const data = this.#data();
    if (data) await this.#target.lookUp(data);
  }

  /** Undefined while the document is no JSON. */
  #data(): JobData | undefined {
    const parsed = parseJob(this.document.getText());
    return parsed.kind === 'job' ? parsed.data : undefined;
  }

  #lastJob(): Job | undefined {
    return this.#services.jobs.lastOfDocument(this.document.uri.toString());
  }

  #runState(): RunState {
    const job = this.#lastJob();
    const preparing = this.#services.isPreparing();
    return job === undefined ? { preparing } : { preparing, job: viewOf(job) };
  }

  async #onJob(command: (job: Job) => Parameters<typeof commandId>[0]): Promise<void> {
    const job = this.#lastJob();
    if (job === undefined) return;
    const node: ExplorerNode = { node: 'job', jobId: job.localId };
    await vscode.commands.executeCommand(commandId(command(job)), node);
  }

  async #storages(): Promise<Storages> {
    const names = await this.#services.storage.names();
    const { endpoint } = this.#target;
    const implied = endpoint && (await impliedStorage(this.#services.storage, endpoint));
    return implied === undefined ? { names } : { names, implied };
  }

  async #tellStorages(): Promise<void> {
    this.#link.remote.storagesChanged(await this.#storages());
  }

  async #addStorage(): Promise<void> {
    const before = await this.#services.storage.names();
    await vscode.commands.executeCommand(commandId('setStorage'));
    const added = (await this.#services.storage.names()).find((name) => !before.includes(name));
    if (added !== undefined) {
      await this.#edits.editAndTell(() => [{ kind: 'set', path: ['storage'], value: added }]);
    }
  }

  async #chooseFile(input: string): Promise<void> {
    const [file] =
      (await vscode.window.showOpenDialog({
        title: vscode.l10n.t('File for {0}', input),
        openLabel: vscode.l10n.t('Use as {0}', input),
        filters: { [vscode.l10n.t('Tables')]: ['csv', 'tsv', 'arff'], [vscode.l10n.t('All files')]: ['*'] },
        defaultUri: vscode.Uri.joinPath(this.document.uri, '..'),
      })) ?? [];
    if (file === undefined) return;
    if (file.scheme !== 'file') {
      throw new Failure({
        code: 'FileNotReadable',
        origin: 'client',
        sentence: vscode.l10n.t('{0} is not a file on a disk. Save it to one first.', file.toString(true)),
      });
    }
    const value = { file: pathFrom(this.document.uri, file.fsPath) };
    await this.#edits.editAndTell(() => [{ kind: 'set', path: ['inputs', input], value }]);
  }

  async #takeSas(input: string, url: string): Promise<void> {
    const bare = parseBlobUrl(url)?.url ?? url.split('?')[0] ?? '';
    await this.#edits.editAndTell(() => [{ kind: 'set', path: ['inputs', input], value: { url: bare } }]);
    void this.#told(() => this.#services.keepSas(parseBlobUrl(url)?.sasToken === undefined ? [] : [url]));
  }
}

function viewOf(job: Job): JobView {
  const { id, status, open, hasResults, progress, note, submittedAt, startedAt, endedAt } = job;
  return {
    id,
    status,
    open,
    canBeCancelled: open && ['Uploading', 'NotStarted', 'Running'].includes(status),
    hasResults,
    submittedAt,
    ...(progress === undefined ? {} : { progress }),
    ...(note === undefined ? {} : { note }),
    ...(startedAt === undefined ? {} : { startedAt }),
    ...(endedAt === undefined ? {} : { endedAt }),
  };
}

/** The page hands a URL with a SAS over to be taken apart; this keeps one out of the document whatever it sends. */
function refuseSas(edits: readonly JsonEdit[]): void {
  if (!edits.some(bringsSas)) return;
  throw new Failure({
    code: 'CredentialInRequest',
    origin: 'client',
    sentence: vscode.l10n.t('A SAS is not kept in a document. Give the URL without what follows "?".'),
  });
}
