import { join } from 'node:path';
import * as vscode from 'vscode';
import type { Catalog, Endpoint } from '../catalog/index.ts';
import { contextKeys, customEditors, prefix, settings } from '../shared/contributions.ts';
import { isExplorerNode } from '../shared/explorerNode.ts';
import type { Feature, Foundation } from '../shared/feature.ts';
import type { ReadonlyFiles } from '../shared/lazyFileSystem.ts';
import { isProgramCall } from '../shared/invocation.ts';
import { reportFailure } from '../shared/reportFailure.ts';
import { askWhereToSave } from '../shared/saveDialog.ts';
import { AnswerFiles } from './answerFiles.ts';
import { attachSchema, detachSchema, type SchemaTools, type WorkedRequest } from './attachSchema.ts';
import { AutoSave } from './autoSave.ts';
import type { CodeServices } from './clientCode.ts';
import { History, type HistoryEntry, type HistoryLimits } from './history.ts';
import { clearHistory, pickEntry } from './historyPick.ts';
import { answerOfEntry, failureOfEntry, recordCall, requestOfEntry } from './historyRecord.ts';
import { reopenedRequest } from './historyScratch.ts';
import { RequestCall } from './requestCall.ts';
import { RequestEditor } from './requestEditor.ts';
import { rrsExecute } from './rrsExecute.ts';
import { SchemaDocuments } from './schemaDocuments.ts';
import { ScratchRequests } from './scratchRequests.ts';

export type { HistoryEntry } from './history.ts';
export type { RrsExecuteResult } from './rrsExecute.ts';

export interface Requests extends Feature<'requests'> {
  /** JSON schemas of request documents, which `$schema` names. */
  readonly schemas: ReadonlyFiles;
  /** A call of this window was added to the history, or entries were removed: at most four times a second. */
  readonly onDidChangeHistory: vscode.Event<void>;
  /** The calls of an endpoint that the history has, newest first. */
  history(endpointId: string): Promise<readonly HistoryEntry[]>;
  /** Opens a call of the history with its answer. */
  reopen(entry: HistoryEntry): Promise<void>;
  resolveCustomTextEditor(
    document: vscode.TextDocument,
    panel: vscode.WebviewPanel,
    token: vscode.CancellationToken,
  ): void;
}

export function createRequests(foundation: Foundation, catalog: Catalog): Requests {
  return new RequestsFeature(foundation, catalog);
}

/** Answers of this many closed documents are kept, for when they are opened again. */
const keptCalls = 10;

const changeIntervalMs = 250;

class RequestsFeature implements Requests {
  readonly commands: Requests['commands'];
  readonly schemas: SchemaDocuments;
  readonly #foundation: Foundation;
  readonly #catalog: Catalog;
  readonly #scratch: ScratchRequests;
  readonly #autoSave: AutoSave;
  readonly #history: History;
  readonly #historyChanged = new vscode.EventEmitter<void>();
  #tellingHistory: NodeJS.Timeout | undefined;
  readonly onDidChangeHistory = this.#historyChanged.event;
  readonly #files: AnswerFiles;
  readonly #editors = new Set<RequestEditor>();
  /** By document; the least recently opened first. */
  readonly #calls = new Map<string, RequestCall>();
  readonly #subscriptions: vscode.Disposable[];

  constructor(foundation: Foundation, catalog: Catalog) {
    this.#foundation = foundation;
    this.#catalog = catalog;
    this.#scratch = new ScratchRequests(foundation.context.globalStorageUri, catalog);
    this.#autoSave = new AutoSave((uri) => this.#scratch.owns(uri), foundation.log);
    const storage = foundation.context.globalStorageUri.fsPath;
    this.#history = new History(join(storage, 'history'), historyLimits);
    this.#files = new AnswerFiles(join(storage, 'answers'));
    this.schemas = new SchemaDocuments(foundation.context.extensionUri, catalog);
    this.#subscriptions = [
      this.#autoSave,
      this.schemas,
      this.#historyChanged,
      new vscode.Disposable(this.#history.onDidChange(() => this.#tellHistorySoon())),
    ];
    const tools: SchemaTools = {
      catalog,
      http: () => foundation.http(),
      worked: (endpoint) => this.#lastThatWorked(endpoint),
    };
    this.commands = {
      openRequest: (target) => this.#openRequest(target),
      saveRequestAs: () => this.#saveRequestAs(),
      sendRequest: () => this.#activeEditor()?.send(),
      cancelRequest: () => this.#activeEditor()?.call.cancel(),
      sendAgain: () => this.#activeEditor()?.call.sendAgain(),
      compareAnswer: () => this.#activeEditor()?.compare(),
      showHistory: (target) => this.#showHistory(target),
      clearHistory: () => clearHistory(this.#history),
      attachSchema: (...args) => attachSchema(tools, args),
      detachSchema: (...args) => detachSchema(tools, args),
      copyAsCurl: async (target) =>
        (await import('./clientCode.ts')).copyAsCurl(this.#codeServices(), target),
      generateClientCode: async (target) =>
        (await import('./clientCode.ts')).generateClientCode(this.#codeServices(), target),
      showApiHelp: async (target) =>
        (await import('./clientCode.ts')).showApiHelp(this.#codeServices(), target),
      rrsExecute: (...args) => (isProgramCall(args) ? this.#execute(args[0]) : this.#openRequest(args[0])),
    };
  }

  resolveCustomTextEditor(
    document: vscode.TextDocument,
    panel: vscode.WebviewPanel,
    token: vscode.CancellationToken,
  ): void {
    if (token.isCancellationRequested) return;
    const call = this.#callOf(document.uri);
    const editor = new RequestEditor(document, panel, call, {
      extensionUri: this.#foundation.context.extensionUri,
      catalog: this.#catalog,
      documents: this.#foundation.documents,
      history: this.#history,
      saveFile: this.#foundation.saveFile,
      afterEdit: (edited) => this.#autoSave.flush(edited),
      report: (error) => void reportFailure(this.#foundation, error),
    });
    this.#editors.add(editor);
    const subscriptions = [
      editor,
      panel.onDidChangeViewState(() => this.#updateContext()),
      call.onDidChange(() => this.#updateContext()),
    ];
    panel.onDidDispose(() => {
      vscode.Disposable.from(...subscriptions).dispose();
      this.#editors.delete(editor);
      void this.#autoSave.flush(document);
      if (![...this.#editors].some((other) => other.call === call)) call.cancel();
      this.#updateContext();
    });
    this.#updateContext();
  }

  history(endpointId: string): Promise<readonly HistoryEntry[]> {
    return this.#history.list(endpointId);
  }

  dispose(): void {
    clearTimeout(this.#tellingHistory);
    vscode.Disposable.from(...this.#subscriptions, ...this.#editors, ...this.#calls.values()).dispose();
  }

  async #openRequest(target: unknown): Promise<void> {
    const endpoint = await this.#catalog.pickTarget(target, vscode.l10n.t('Open a request for'));
    if (!endpoint) return;
    const uri = await this.#scratch.uriFor(endpoint);
    await vscode.commands.executeCommand('vscode.openWith', uri, customEditors.request, { preview: false });
  }

  /** Of the endpoint in the tree or in front, else of all. */
  async #showHistory(target: unknown): Promise<void> {
    const endpoint =
      isExplorerNode(target) && 'service' in target
        ? await this.#catalog.find(target.workspace, target.service)
        : this.#activeEditor()?.endpoint;
    const entry = await pickEntry(this.#history, {
      title: endpoint ? vscode.l10n.t('History of {0}', endpoint.label) : vscode.l10n.t('History'),
      placeholder: vscode.l10n.t('Search requests and answers, and open one'),
      endpointId: endpoint?.endpointId,
    });
    if (entry) await this.reopen(entry);
  }

  async reopen(entry: HistoryEntry): Promise<void> {
    const text = await this.#history.request(entry);
    const answer = await answerOfEntry(this.#history, entry);
    const uri = await reopenedRequest(this.#foundation.context.globalStorageUri, entry, text);
    const failure = failureOfEntry(entry);
    this.#callOf(uri).recall({ ...requestOfEntry(text), time: entry.time, answer, failure });
    await vscode.commands.executeCommand('vscode.openWith', uri, customEditors.request, { preview: false });
  }

  #tellHistorySoon(): void {
    this.#tellingHistory ??= setTimeout(() => {
      this.#tellingHistory = undefined;
      this.#historyChanged.fire();
    }, changeIntervalMs);
  }

  async #saveRequestAs(): Promise<void> {
    const editor = this.#activeEditor();
    if (!editor) return;
    const { uri } = editor.document;
    const target = await askWhereToSave(uri.path.split('/').at(-1) ?? 'request.rrs.json', {
      extension: '.rrs.json',
      label: vscode.l10n.t('Request'),
      title: vscode.l10n.t('Save request as'),
    });
    if (!target) return;
    await vscode.workspace.fs.writeFile(target, new TextEncoder().encode(editor.document.getText()));
    await vscode.commands.executeCommand('vscode.openWith', target, customEditors.request, {
      preview: false,
    });
  }

  #execute(argument: unknown): Promise<unknown> {
    const http = (): ReturnType<Foundation['http']> => this.#foundation.http();
    return rrsExecute(argument, { catalog: this.#catalog, http, timeoutMs: timeoutMs() });
  }

  #lastThatWorked({ workspace, endpointId }: Endpoint): WorkedRequest | undefined {
    return [...this.#calls.values()]
      .flatMap(({ worked }) => worked ?? [])
      .findLast(
        ({ endpoint }) => endpoint.workspace.name === workspace.name && endpoint.endpointId === endpointId,
      );
  }

  #codeServices(): CodeServices {
    return {
      catalog: this.#catalog,
      documents: this.#foundation.documents,
      requestInFront: async () => this.#activeEditor()?.settledText() ?? requestInTextEditor(),
      requestOf: async (endpoint) => {
        const uri = await this.#scratch.uriFor(endpoint);
        return (await vscode.workspace.openTextDocument(uri)).getText();
      },
    };
  }

  #callOf(uri: vscode.Uri): RequestCall {
    const key = uri.toString();
    const call =
      this.#calls.get(key) ??
      new RequestCall({
        catalog: this.#catalog,
        http: () => this.#foundation.http(),
        log: this.#foundation.log,
        timeoutMs: () => timeoutMs(uri),
        files: this.#files,
        onEnded: (ended) => {
          recordCall(this.#history, ended).catch((error: unknown) =>
            this.#foundation.log.warn(`The call is not in the history: ${String(error)}`),
          );
        },
      });
    this.#calls.delete(key);
    this.#calls.set(key, call);
    this.#forgetOldCalls();
    return call;
  }

  #forgetOldCalls(): void {
    const inUse = new Set([...this.#editors].map((editor) => editor.call));
    const closed = [...this.#calls].filter(([, call]) => !inUse.has(call)).slice(0, -keptCalls);
    for (const [key, call] of closed) {
      call.dispose();
      this.#calls.delete(key);
    }
  }

  #activeEditor(): RequestEditor | undefined {
    return [...this.#editors].find((editor) => editor.isActive);
  }

  #updateContext(): void {
    const active = this.#activeEditor();
    void vscode.commands.executeCommand('setContext', contextKeys.requestActive, active !== undefined);
    void vscode.commands.executeCommand(
      'setContext',
      contextKeys.requestRunning,
      (active?.call.isRunning ?? false) || (active?.call.isWaiting ?? false),
    );
  }
}

/** A request that is in front as text. */
function requestInTextEditor(): string | undefined {
  const document = vscode.window.activeTextEditor?.document;
  return document?.fileName.endsWith('.rrs.json') ? document.getText() : undefined;
}

/** The setting is in seconds; 0 waits for ever. */
function timeoutMs(scope?: vscode.Uri): number {
  const seconds: unknown = vscode.workspace.getConfiguration(prefix, scope).get(settings.requestTimeout);
  return (typeof seconds === 'number' && seconds >= 0 ? seconds : 100) * 1000;
}

function historyLimits(): HistoryLimits {
  const configuration = vscode.workspace.getConfiguration(prefix);
  return {
    entries: configuration.get<number>(settings.historyEntries, 50),
    bytes: configuration.get<number>(settings.historyMegabytes, 50) * 1_000_000,
  };
}
