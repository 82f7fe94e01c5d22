import * as vscode from 'vscode';
import { endpointsOf, type Catalog, type Endpoint } from '../catalog/index.ts';
import { Failure } from '../protocol/failure.ts';
import { commandId, customEditors } from '../shared/contributions.ts';
import type { ExplorerNode } from '../shared/explorerNode.ts';
import type { JsonEdit } from '../shared/jsonEdits.ts';
import type { Handlers, Link } from '../shared/messages.ts';
import { failureDetails } from '../shared/reportFailure.ts';
import {
  type Credential,
  type DocumentState,
  type EditorCommand,
  toRequestHost,
  toRequestView,
} from '../shared/requestEditorContract.ts';
import { requestEditorStrings } from '../shared/requestEditorStrings.ts';
import type { RequestData } from '../shared/requestData.ts';
import { holdsCredential } from '../shared/requestForm.ts';
import type { ReadonlyDocuments } from '../shared/readonlyDocuments.ts';
import { openWebview } from '../shared/webviewHost.ts';
import { prettyText } from './answerView.ts';
import { editText } from './editText.ts';
import type { RequestCall } from './requestCall.ts';
import { bodyEdits, bodyProblem, minimalChange, parseRequest, wireBody } from './requestDocument.ts';
import { RequestTarget } from './requestTarget.ts';

const flushPatienceMs = 1_000;
const mostAttempts = 5;
/** In characters; a text area gets slow beyond it. */
const longestBody = 200_000;

export interface EditorServices {
  readonly extensionUri: vscode.Uri;
  readonly catalog: Catalog;
  readonly documents: ReadonlyDocuments;
  /** Called after each edit that an editor has made. */
  readonly afterEdit: (document: vscode.TextDocument) => Promise<void>;
}

/** One editor on a request document: passes between the document, its call and a webview that comes and goes. */
export class RequestEditor implements vscode.Disposable {
  readonly document: vscode.TextDocument;
  readonly call: RequestCall;
  readonly #services: EditorServices;
  readonly #panel: vscode.WebviewPanel;
  readonly #target: RequestTarget;
  readonly #link: Link<typeof toRequestView>;
  readonly #subscriptions: vscode.Disposable[];
  #edits: Promise<unknown> = Promise.resolve();

  constructor(
    document: vscode.TextDocument,
    panel: vscode.WebviewPanel,
    call: RequestCall,
    services: EditorServices,
  ) {
    this.document = document;
    this.call = call;
    this.#panel = panel;
    this.#services = services;
    this.#target = new RequestTarget(services.catalog);
    this.#link = openWebview(
      panel.webview,
      { extensionUri: services.extensionUri, name: 'requestEditor', title: vscode.l10n.t('Request') },
      { incoming: toRequestHost, outgoing: toRequestView, handlers: this.#handlers() },
    );
    const { remote } = this.#link;
    this.#subscriptions = [
      this.#link,
      this.#target,
      this.#target.onDidChange((state) => remote.targetChanged(state)),
      call.onDidChange(() => remote.callChanged(call.state())),
      services.catalog.onDidChange(() => void this.#target.refreshAfterCatalog()),
      vscode.workspace.onDidChangeTextDocument((event) => {
        if (event.document !== document || event.contentChanges.length === 0) return;
        remote.documentChanged(this.#documentState());
        void this.#followTarget();
      }),
    ];
    void this.#followTarget();
  }

  get isActive(): boolean {
    return this.#panel.active;
  }

  /** Sends what the user sees; resolves when the call has ended. */
  async send(): Promise<void> {
    const { data, body } = await this.#settled();
    await this.call.send(data, body);
  }

  /** The request once all that was typed has reached the document. */
  async #settled(): Promise<{ data: RequestData; body: string }> {
    await this.#flush();
    await this.#edits;
    const text = this.document.getText();
    const parsed = parseRequest(text);
    if (parsed.kind === 'broken') {
      throw new Failure({
        code: 'InvalidRequestDocument',
        origin: 'client',
        sentence: vscode.l10n.t('The request is not valid JSON. Mend it in the text editor first.'),
      });
    }
    return { data: parsed.data, body: wireBody(text, 'compact') };
  }

  /** A webview that is hidden or still loading has nothing to say, and does not answer either. */
  async #flush(): Promise<void> {
    if (!this.#panel.visible) return;
    const flushed = this.#link.remote.flush().catch(() => undefined);
    let timer: NodeJS.Timeout | undefined;
    const patience = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, flushPatienceMs);
    });
    await Promise.race([flushed, patience]);
    clearTimeout(timer);
  }

  async saveAnswer(): Promise<void> {
    const { answer } = this.call;
    if (!answer) return;
    const [folder] = vscode.workspace.workspaceFolders ?? [];
    const name = `${this.#name()}-answer.json`;
    const target = await vscode.window.showSaveDialog({
      filters: { JSON: ['json'] },
      ...(folder ? { defaultUri: vscode.Uri.joinPath(folder.uri, name) } : {}),
    });
    if (target) await vscode.workspace.fs.writeFile(target, new TextEncoder().encode(answer.text));
  }

  dispose(): void {
    vscode.Disposable.from(...this.#subscriptions).dispose();
  }

  #handlers(): Handlers<typeof toRequestHost> {
    return {
      start: () => ({
        strings: requestEditorStrings(),
        document: this.#documentState(),
        target: this.#target.state,
        call: this.call.state(),
      }),
      edit: ({ edits }) => this.#edit(() => edits),
      setBody: ({ text }) =>
        this.#edit((current) => {
          const parsed = parseRequest(current);
          return parsed.kind === 'request' ? bodyEdits(parsed.data, text) : [];
        }),
      perform: ({ command }) => this.#perform(command),
      send: () => this.#start(),
      cancel: () => this.call.cancel(),
      chooseWorkspace: () => this.#chooseWorkspace(),
      chooseService: () => this.#chooseService(),
      setCredential: ({ kind }) => this.#setCredential(kind),
      storeCredential: ({ header, value }) => this.#storeCredential(header, value),
      reloadSchema: () => this.#target.refresh({ reloadSchema: true }),
      copy: async ({ text }) => vscode.env.clipboard.writeText(text),
      copyFailure: async () => vscode.env.clipboard.writeText(failureDetails(this.call.failure)),
      openAnswer: () => this.#openAnswer(),
      saveAnswer: () => this.saveAnswer(),
      mend: ({ remedy }) => this.call.mend(remedy),
      showLog: () => run(commandId('showLog')),
      openAsText: () => run('vscode.openWith', this.document.uri, 'default'),
    };
  }

  async #perform(command: EditorCommand): Promise<void> {
    await this.#edits;
    if (command === 'save') await this.document.save();
    else await run(command);
  }

  /** Answers at once: how the call ends is told by `callChanged`. */
  async #start(): Promise<void> {
    const { data, body } = await this.#settled();
    void this.call.send(data, body);
  }

  #documentState(): DocumentState {
    const { version } = this.document;
    const text = this.document.getText();
    const parsed = parseRequest(text);
    if (parsed.kind === 'broken') return { ...parsed, version };
    const problem = parsed.data.body === undefined ? undefined : bodyProblem(parsed.data.body);
    const bodyText = wireBody(text, 'pretty');
    return {
      ...parsed,
      version,
      bodyText: bodyText.slice(0, longestBody),
      bodyCut: bodyText.length > longestBody,
      ...(problem ? { bodyProblem: problem } : {}),
    };
  }

  async #followTarget(): Promise<void> {
    const parsed = parseRequest(this.document.getText());
    if (parsed.kind === 'request') await this.#target.lookUp(parsed.data);
  }

  /** Edits wait for each other, so that each is made on the text that the one before it left. */
  #edit(editsFor: (text: string) => readonly JsonEdit[]): Promise<DocumentState> {
    const edited = this.#edits.then(() => this.#editNow(editsFor));
    this.#edits = edited.catch(() => undefined);
    return edited;
  }

  /** An undo or another editor may come in between: then the edits are made on what it left. */
  async #editNow(editsFor: (text: string) => readonly JsonEdit[]): Promise<DocumentState> {
    for (let attempt = 0; attempt < mostAttempts; attempt++) {
      const text = this.document.getText();
      const edits = editsFor(text);
      refuseCredentials(edits);
      const change = minimalChange(text, editText(text, edits));
      if (!change) return this.#documentState();
      if (await this.#replace(change)) {
        await this.#services.afterEdit(this.document);
        return this.#documentState();
      }
    }
    throw new Failure({
      code: 'DocumentNotEditable',
      origin: 'client',
      sentence: vscode.l10n.t('The document cannot be changed; it may be read-only.'),
    });
  }

  async #replace({ start, end, text }: { start: number; end: number; text: string }): Promise<boolean> {
    const range = new vscode.Range(this.document.positionAt(start), this.document.positionAt(end));
    const edit = new vscode.WorkspaceEdit();
    edit.replace(this.document.uri, range, text);
    return vscode.workspace.applyEdit(edit);
  }

  async #chooseWorkspace(): Promise<void> {
    const items = this.#services.catalog.workspaces().map((workspace) => ({
      label: workspace.name,
      description: workspace.workspaceId,
      detail: workspace.baseUrl,
      workspace,
    }));
    const title = vscode.l10n.t('Workspace of the request');
    const picked = await vscode.window.showQuickPick(items, {
      title,
      matchOnDescription: true,
      matchOnDetail: true,
    });
    if (!picked) return;
    const endpoint = await this.#pickService(picked.workspace.name);
    if (endpoint) await this.#setTarget(endpoint);
  }

  async #chooseService(): Promise<void> {
    const parsed = parseRequest(this.document.getText());
    if (parsed.kind === 'broken') return;
    const isKnown = this.#services.catalog.workspaces().some(({ name }) => name === parsed.data.workspace);
    if (!isKnown) return this.#chooseWorkspace();
    const endpoint = await this.#pickService(parsed.data.workspace);
    if (endpoint) await this.#setTarget(endpoint);
  }

  async #pickService(workspaceName: string): Promise<Endpoint | undefined> {
    const workspace = this.#services.catalog.workspaces().find(({ name }) => name === workspaceName);
    if (workspace?.local) await this.#services.catalog.startLocalService();
    const started = this.#services.catalog.workspaces().find(({ name }) => name === workspaceName);
    const items = (started ? endpointsOf(started) : []).map((endpoint) => ({
      label: endpoint.label,
      description: endpoint.endpointId,
      endpoint,
    }));
    const title = vscode.l10n.t('Service of the request');
    const picked = await vscode.window.showQuickPick(items, { title, matchOnDescription: true });
    return picked?.endpoint;
  }

  async #setTarget(endpoint: Endpoint): Promise<void> {
    await this.#edit(() => [
      { kind: 'set', path: ['workspace'], value: endpoint.workspace.name },
      { kind: 'set', path: ['service'], value: endpoint.label },
    ]);
  }

  async #setCredential(kind: Credential['kind']): Promise<void> {
    const { endpoint } = this.#target;
    if (!endpoint) return;
    const { name: workspace } = endpoint.workspace;
    switch (kind) {
      case 'apiKey':
      case 'header': {
        const node: ExplorerNode = { node: 'endpoint', workspace, service: endpoint.endpointId };
        await run(commandId('setApiKey'), node);
        break;
      }
      case 'subscriptionKey': {
        const node: ExplorerNode = { node: 'workspace', workspace };
        await run(commandId('setSubscriptionKey'), node);
        break;
      }
      default:
        await this.#services.catalog.authorize(endpoint, { interactive: true });
    }
    await this.#target.refresh();
  }

  async #storeCredential(header: string, value: string): Promise<void> {
    const { endpoint, state } = this.#target;
    if (!endpoint || state.kind !== 'found') return;
    const workspace = endpoint.workspace.name;
    const isSubscriptionKey = state.credentials.some(
      (credential) =>
        credential.kind === 'subscriptionKey' && credential.header.toLowerCase() === header.toLowerCase(),
    );
    if (isSubscriptionKey) {
      await run(commandId('setSubscriptionKey'), { workspace, key: value });
    } else {
      const service = endpoint.endpointId;
      await run(commandId('setApiKey'), { workspace, service, key: value });
    }
    await this.#target.refresh();
  }

  async #openAnswer(): Promise<void> {
    const { answer } = this.call;
    if (!answer) return;
    const text = prettyText(answer.text);
    await this.#services.documents.show(
      `${this.#name()}-answer.${text.startsWith('{') ? 'json' : 'txt'}`,
      text,
    );
  }

  #name(): string {
    return (
      this.document.uri.path
        .split('/')
        .at(-1)
        ?.replace(/\.rrs\.json$/, '') ?? customEditors.request
    );
  }
}

async function run(command: string, ...args: readonly unknown[]): Promise<void> {
  await vscode.commands.executeCommand(command, ...args);
}

/** The webview asks before it sends such a header; this keeps a key out of the document whatever it sends. */
function refuseCredentials(edits: readonly JsonEdit[]): void {
  for (const edit of edits) {
    if (edit.kind === 'remove' || edit.path[0] !== 'headers') continue;
    const name = edit.path[1];
    const headers =
      name === undefined ? Object.entries(edit.value ?? {}) : [[String(name), edit.value] as const];
    if (!headers.some(([header, value]) => holdsCredential(header, String(value)))) continue;
    throw new Failure({
      code: 'CredentialInRequest',
      origin: 'client',
      sentence: vscode.l10n.t('Keys are not kept in request files. Store it with "Set key…" instead.'),
    });
  }
}
