import * as vscode from 'vscode';
import { ServiceTarget, targetHandlers, type Catalog, type Endpoint } from '../catalog/index.ts';
import { Failure } from '../protocol/failure.ts';
import { attempt } from '../shared/attempt.ts';
import { commandId, customEditors } from '../shared/contributions.ts';
import { DocumentEdits } from '../shared/documentEdits.ts';
import type { ExplorerNode } from '../shared/explorerNode.ts';
import type { JsonEdit } from '../shared/jsonEdits.ts';
import type { Handlers, Link } from '../shared/messages.ts';
import { failureDetails } from '../shared/reportFailure.ts';
import {
  type Credential,
  type DocumentState,
  type EditAnswer,
  schemaOf,
  type ImportOutcome,
  toRequestHost,
  toRequestView,
} from '../shared/requestEditorContract.ts';
import { requestEditorStrings } from '../shared/requestEditorStrings.ts';
import type { RequestData } from '../shared/requestData.ts';
import { holdsCredential } from '../shared/requestForm.ts';
import type { SaveFile } from '../shared/fileSaver.ts';
import type { ReadonlyDocuments } from '../shared/readonlyDocuments.ts';
import { openWebview } from '../shared/webviewHost.ts';
import { AnswerActions } from './answerActions.ts';
import { askForTable, offerBatchJob, readRows } from './importRows.ts';
import type { History } from './history.ts';
import type { RequestCall } from './requestCall.ts';
import { bodyEdits, bodyProblem, parseRequest, wireBody } from './requestDocument.ts';
import { targetEdits } from '../shared/schemaAddress.ts';
import { askToStore, storeTyped, type TypedCredential } from './typedCredentials.ts';

/** In characters; a text area gets slow beyond it. */
const longestBody = 200_000;
/** In characters; shorter documents are told as a whole after each edit. */
const shortDocument = 100_000;

export interface EditorServices {
  readonly extensionUri: vscode.Uri;
  readonly catalog: Catalog;
  readonly documents: ReadonlyDocuments;
  readonly history: History;
  readonly saveFile: SaveFile;
  /** Called after each edit that an editor has made. */
  readonly afterEdit: (document: vscode.TextDocument) => Promise<void>;
  /** Tells the user what went wrong. */
  readonly report: (error: unknown) => void;
}

/** One editor on a request document: passes between the document, its call and a webview that comes and goes. */
export class RequestEditor implements vscode.Disposable {
  readonly document: vscode.TextDocument;
  readonly call: RequestCall;
  readonly answers: AnswerActions;
  readonly #services: EditorServices;
  readonly #panel: vscode.WebviewPanel;
  readonly #target: ServiceTarget;
  readonly #link: Link<typeof toRequestView>;
  readonly #subscriptions: vscode.Disposable[];
  readonly #edits: DocumentEdits<DocumentState>;
  /** The page has loaded; when it is hidden it goes, and loads anew. */
  #isStarted = false;
  #giveUpFlush = (): void => undefined;

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
    this.#target = new ServiceTarget(services.catalog);
    this.#edits = new DocumentEdits(document, {
      state: () => this.#documentState(),
      tell: (state) => this.#link.remote.documentChanged(state),
      refuse: refuseCredentials,
      afterEdit: () => services.afterEdit(document),
      followTarget: () => void this.#followTarget(),
    });
    this.answers = new AnswerActions(services, call, () => this.#name());
    this.#link = openWebview(
      panel.webview,
      { extensionUri: services.extensionUri, name: 'requestEditor', title: vscode.l10n.t('Request') },
      { incoming: toRequestHost, outgoing: toRequestView, handlers: this.#handlers() },
    );
    const { remote } = this.#link;
    this.#subscriptions = [
      this.#link,
      this.#target,
      this.#edits,
      panel.onDidChangeViewState(() => {
        if (panel.visible) return;
        this.#isStarted = false;
        this.#giveUpFlush();
      }),
      this.#target.onDidChange((state) => remote.targetChanged(state)),
      call.onDidChange(() => remote.callChanged(call.state())),
      services.catalog.onDidChange(() => void this.#target.refreshAfterCatalog()),
    ];
    void this.#followTarget();
  }

  get isActive(): boolean {
    return this.#panel.active;
  }

  /** Sends what the user sees; resolves when the call has ended. */
  async send(): Promise<void> {
    const settled = await this.#settled();
    if (settled) await this.call.send(settled.data, settled.body);
  }

  /** The document's text once all that was typed has reached it. */
  async settledText(): Promise<string> {
    await this.#flush();
    await this.#edits.settled();
    return this.document.getText();
  }

  /** What is to be sent; undefined when the user decides not to, asked about a key among the headers. */
  async #settled(): Promise<{ data: RequestData; body: string } | undefined> {
    const typed = await this.#flush();
    await this.#edits.settled();
    const data = this.#dataOrThrow();
    const credentials = [...credentialsIn(data.headers), ...typed];
    if (credentials.length > 0 && !(await this.#offerToStore(data, credentials))) return undefined;
    return { data: this.#dataOrThrow(), body: wireBody(this.document.getText(), 'compact') };
  }

  /** Undefined while the document is no JSON. */
  #data(): RequestData | undefined {
    const parsed = parseRequest(this.document.getText());
    return parsed.kind === 'request' ? parsed.data : undefined;
  }

  #dataOrThrow(): RequestData {
    const data = this.#data();
    if (data) return data;
    throw new Failure({
      code: 'InvalidRequestDocument',
      origin: 'client',
      sentence: vscode.l10n.t('The request is not valid JSON. Mend it in the text editor first.'),
    });
  }

  /** Resolves with false when nothing is to be sent. A service that is not known has no place for keys. */
  async #offerToStore(data: RequestData, credentials: readonly TypedCredential[]): Promise<boolean> {
    const endpoint = await this.#services.catalog.find(data.workspace, data.service).catch(() => undefined);
    if (endpoint === undefined) return true;
    const decision = await askToStore(credentials);
    if (decision === 'store') await this.#store(endpoint, credentials);
    return decision !== 'cancel';
  }

  async #store(endpoint: Endpoint, credentials: readonly TypedCredential[]): Promise<void> {
    const edits: JsonEdit[] = [];
    for (const credential of credentials)
      edits.push(await storeTyped(this.#services.catalog, endpoint, credential));
    await this.#edits.editAndTell(() => edits);
    this.#link.remote.credentialsTaken();
    await this.#target.refresh();
  }

  /** A webview that is hidden or still loading has nothing to say, and does not answer either. */
  async #flush(): Promise<readonly TypedCredential[]> {
    if (!this.#panel.visible || !this.#isStarted) return [];
    const hidden = new Promise<[]>((resolve) => {
      this.#giveUpFlush = () => resolve([]);
    });
    const typed = await Promise.race([this.#link.remote.flush().catch(() => []), hidden]);
    return typed.map(([header, value]) => ({ header, value }));
  }

  /** Compares the last answer with an earlier one, which the user chooses. */
  async compare(): Promise<void> {
    await this.answers.compare(this.#target.endpoint);
  }

  /** The endpoint that the document is for, where it is known. */
  get endpoint(): Endpoint | undefined {
    return this.#target.endpoint;
  }

  dispose(): void {
    this.#giveUpFlush();
    vscode.Disposable.from(...this.#subscriptions).dispose();
  }

  #handlers(): Handlers<typeof toRequestHost> {
    return {
      ...targetHandlers({
        catalog: this.#services.catalog,
        target: this.#target,
        titles: {
          workspace: vscode.l10n.t('Workspace of the request'),
          service: vscode.l10n.t('Service of the request'),
        },
        address: () => this.#data(),
        setTarget: ({ workspace, label }) =>
          this.#edits.editAndTell((text) => targetEdits(text, workspace.name, label)),
        report: (error) => this.#services.report(error),
      }),
      start: () => {
        this.#isStarted = true;
        return {
          strings: requestEditorStrings(),
          document: this.#documentState(),
          target: this.#target.state,
          call: this.call.state(),
        };
      },
      read: () => this.#documentState(),
      edit: ({ edits, version }) => this.#editFrom(version, edits),
      setBody: ({ text }) =>
        this.#edits.edit((current) => {
          const parsed = parseRequest(current);
          return parsed.kind === 'request' ? bodyEdits(parsed.data, text) : [];
        }),
      perform: ({ command }) => this.#edits.perform(command),
      send: () => this.#start(),
      cancel: () => this.call.cancel(),
      setCredential: ({ kind }) => this.#told(() => this.#setCredential(kind)),
      storeCredential: (credential) => this.#storeCredential(credential),
      importRows: ({ input }) => this.#importRows(input),
      copy: async ({ text }) => vscode.env.clipboard.writeText(text),
      copyFailure: async () => vscode.env.clipboard.writeText(failureDetails(this.call.failure)),
      sendAgain: () => void this.call.sendAgain(),
      retryLater: () => this.call.retryLater(),
      openAnswer: () => this.#told(() => this.answers.open()),
      saveAnswer: () => this.#told(() => this.answers.save()),
      saveTable: (part) => this.#told(() => this.answers.saveTable(part)),
      revealAnswer: () => this.#told(() => this.answers.reveal()),
      openAnswerFile: () => this.#told(() => this.answers.openFile()),
      compare: () => this.#told(() => this.compare()),
      compareAsText: () => this.#told(() => this.answers.compareAsText()),
      endComparison: () => this.call.compareWith(undefined),
      showHistory: () => run(commandId('showHistory')),
      mend: ({ remedy }) => this.#told(() => this.call.mend(remedy)),
      showLog: () => run(commandId('showLog')),
      openAsText: () => run('vscode.openWith', this.document.uri, 'default'),
    };
  }

  async #importRows(input: string): Promise<ImportOutcome> {
    const uri = await askForTable(input);
    if (!uri) return { kind: 'cancelled' };
    await this.settledText();
    const { state, endpoint } = this.#target;
    const read = await readRows(uri, input, this.#dataOrThrow(), schemaOf(state));
    if (read.kind === 'imported') {
      await this.#edits.editAndTell(() => read.edits);
      return read.outcome;
    }
    if (endpoint && (await offerBatchJob(read))) {
      const node: ExplorerNode = {
        node: 'endpoint',
        workspace: endpoint.workspace.name,
        service: endpoint.endpointId,
      };
      await run(commandId('runBatchJob'), node, { inputs: { [input]: read.uri.fsPath } });
    }
    return { kind: 'cancelled' };
  }

  #told(action: () => Promise<void>): Promise<void> {
    return attempt(action, (error) => this.#services.report(error));
  }

  /** Answers at once: how the call ends is told by `callChanged`. */
  async #start(): Promise<void> {
    const settled = await this.#settled();
    if (settled) void this.call.send(settled.data, settled.body);
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
    const data = this.#data();
    if (data) await this.#target.lookUp(data);
  }

  /** A long document with changed rows is not told again when the page can make the same change in what it has. */
  #editFrom(version: number, edits: readonly JsonEdit[]): Promise<EditAnswer> {
    return this.#edits.inTurn(async () => {
      const isKnown = version === this.document.version;
      const changes = await this.#edits.make(() => edits);
      const isLong = this.document.getText().length > shortDocument;
      const isOfRows = edits.every(({ path }) => path[0] === 'inputs' && path.length > 1);
      return isKnown && isLong && isOfRows && this.document.version === version + changes
        ? { kind: 'applied', version: this.document.version }
        : this.#documentState();
    });
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

  /** Whether it is stored, so that the page can let go of it. */
  async #storeCredential(credential: TypedCredential): Promise<boolean> {
    const { endpoint } = this.#target;
    if (!endpoint) return false;
    try {
      await this.#store(endpoint, [credential]);
      return true;
    } catch (error) {
      this.#services.report(error);
      return false;
    }
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

function credentialsIn(headers: RequestData['headers']): TypedCredential[] {
  return Object.entries(headers)
    .filter(([header, value]) => value.trim() !== '' && holdsCredential(header, value))
    .map(([header, value]) => ({ header, value }));
}

/** The webview asks before it sends such a header; this keeps a key out of the document whatever it sends. */
function refuseCredentials(edits: readonly JsonEdit[]): void {
  for (const edit of edits) {
    if ((edit.kind !== 'set' && edit.kind !== 'insert') || edit.path[0] !== 'headers') continue;
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
