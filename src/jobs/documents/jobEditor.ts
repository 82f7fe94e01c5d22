import * as vscode from 'vscode';
import {
  chooseService,
  chooseWorkspace,
  ServiceTarget,
  type Catalog,
  type ChoiceTitles,
  type Endpoint,
} from '../../catalog/index.ts';
import { Failure } from '../../protocol/failure.ts';
import { parseBlobUrl } from '../../protocol/studio/bes.ts';
import { commandId } from '../../shared/contributions.ts';
import { DocumentEdits } from '../../shared/documentEdits.ts';
import type { ExplorerNode } from '../../shared/explorerNode.ts';
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
import { pickBlob } from '../chooseInput.ts';
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
  readonly #edits: DocumentEdits;
  readonly #link: Link<typeof toJobView>;
  readonly #subscriptions: vscode.Disposable[];
  #toldRun = '';

  constructor(document: vscode.TextDocument, panel: vscode.WebviewPanel, services: JobEditorServices) {
    this.document = document;
    this.#panel = panel;
    this.#services = services;
    this.#target = new ServiceTarget(services.catalog);
    this.#edits = new DocumentEdits(document, refuseSas, () => void this.#followTarget());
    this.#link = openWebview(
      panel.webview,
      { extensionUri: services.extensionUri, name: 'jobEditor', title: vscode.l10n.t('Batch job') },
      { incoming: toJobHost, outgoing: toJobView, handlers: this.#handlers() },
    );
    const { remote } = this.#link;
    this.#subscriptions = [
      this.#link,
      this.#target,
      this.#target.onDidChange((state) => {
        remote.targetChanged(state);
        void this.#tellStorages();
      }),
      services.catalog.onDidChange(() => void this.#target.refreshAfterCatalog()),
      services.storage.onDidChange(() => void this.#tellStorages()),
      services.jobs.onDidChange(() => this.tellRun()),
      vscode.workspace.onDidChangeTextDocument((event) => {
        if (event.document !== document || event.contentChanges.length === 0) return;
        // The page is told of its own changes by the answer to them.
        if (this.#edits.isApplying) return;
        remote.documentChanged(this.#documentState());
        void this.#followTarget();
      }),
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
      edit: ({ edits }) => this.#edit(() => edits),
      perform: async ({ command }) => {
        await this.#edits.settled();
        if (command === 'save') await this.document.save();
        else await vscode.commands.executeCommand(command);
      },
      run: () => void this.#told(() => this.#services.run()),
      chooseWorkspace: async () =>
        this.#setTarget(await chooseWorkspace(this.#services.catalog, choiceTitles())),
      chooseService: () => this.#chooseService(),
      addStorage: () => this.#addStorage(),
      chooseFile: ({ input }) => this.#told(() => this.#chooseFile(input)),
      browseBlobs: ({ input }) => this.#told(() => this.#browseBlobs(input)),
      takeSas: ({ input, url }) => this.#takeSas(input, url),
      reloadSchema: () => this.#target.refresh({ reloadSchema: true }),
      attachSchema: () => this.#attachSchema(),
      addService: () => this.#addService(),
      cancelJob: () => this.#onJob((job) => (job.status === 'Uploading' ? 'cancelUpload' : 'besDelete')),
      showDetails: () => this.#onJob(() => 'showJobDetails'),
      openResults: () => this.#onJob(() => 'openResult'),
      openAsText: async () => {
        await vscode.commands.executeCommand('vscode.openWith', this.document.uri, 'default');
      },
    };
  }

  /** The page has no place for what goes wrong outside of it. */
  async #told(action: () => Promise<void>): Promise<void> {
    try {
      await action();
    } catch (error) {
      this.#services.report(error);
    }
  }

  #documentState(): JobDocumentState {
    return { ...parseJob(this.document.getText()), version: this.document.version };
  }

  #edit(editsFor: (text: string) => readonly JsonEdit[]): Promise<JobDocumentState> {
    return this.#edits.inTurn(async () => {
      await this.#edits.make(editsFor);
      return this.#documentState();
    });
  }

  /** For edits that the page has not made itself, so that it does not know them. */
  async #editAndTell(editsFor: (text: string) => readonly JsonEdit[]): Promise<void> {
    this.#link.remote.documentChanged(await this.#edit(editsFor));
  }

  async #followTarget(): Promise<void> {
    const parsed = parseJob(this.document.getText());
    if (parsed.kind === 'job') await this.#target.lookUp(parsed.data);
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
      await this.#editAndTell(() => [{ kind: 'set', path: ['storage'], value: added }]);
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
    await this.#editAndTell(() => [{ kind: 'set', path: ['inputs', input], value }]);
  }

  /** A blob of another storage brings that with it. */
  async #browseBlobs(input: string): Promise<void> {
    const { implied } = await this.#storages();
    const usedBy = (text: string): string | undefined => {
      const parsed = parseJob(text);
      return (parsed.kind === 'job' ? parsed.data.storage : undefined) ?? implied;
    };
    const picked = await pickBlob(
      this.#services.storage,
      vscode.l10n.t('Blob for {0}', input),
      usedBy(this.document.getText()),
    );
    if (picked === undefined) return;
    const { storage, relativeLocation } = picked;
    await this.#editAndTell((text) => [
      { kind: 'set', path: ['inputs', input], value: { blob: relativeLocation } },
      ...(usedBy(text) === storage ? [] : [{ kind: 'set', path: ['storage'], value: storage } as const]),
    ]);
  }

  async #takeSas(input: string, url: string): Promise<void> {
    const bare = parseBlobUrl(url)?.url ?? url.split('?')[0] ?? '';
    await this.#editAndTell(() => [{ kind: 'set', path: ['inputs', input], value: { url: bare } }]);
    void this.#told(() => this.#services.keepSas(parseBlobUrl(url)?.sasToken === undefined ? [] : [url]));
  }

  async #chooseService(): Promise<void> {
    const parsed = parseJob(this.document.getText());
    if (parsed.kind === 'broken') return;
    const { workspace } = parsed.data;
    await this.#setTarget(await chooseService(this.#services.catalog, workspace, choiceTitles()));
  }

  async #setTarget(endpoint: Endpoint | undefined): Promise<void> {
    if (endpoint === undefined) return;
    await this.#editAndTell((text) => targetEdits(text, endpoint.workspace.name, endpoint.label));
  }

  async #attachSchema(): Promise<void> {
    const { endpoint } = this.#target;
    if (endpoint === undefined) return;
    const node: ExplorerNode = {
      node: 'endpoint',
      workspace: endpoint.workspace.name,
      service: endpoint.endpointId,
    };
    await vscode.commands.executeCommand(commandId('attachSchema'), node);
  }

  /** A service that turns out to be there under another name is what the document names from then on. */
  async #addService(): Promise<void> {
    const parsed = parseJob(this.document.getText());
    if (parsed.kind === 'job') await this.#setTarget(await this.#services.catalog.addUnknown(parsed.data));
  }
}

function choiceTitles(): ChoiceTitles {
  return {
    workspace: vscode.l10n.t('Workspace of the batch job'),
    service: vscode.l10n.t('Service of the batch job'),
  };
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
