import * as vscode from 'vscode';
import { Failure } from '../protocol/failure.ts';
import { isRetiredHost } from '../protocol/studio/regions.ts';
import { swaggerUrl } from '../protocol/studio/urls.ts';
import type { LocalServiceDescription } from '../local-service/description.ts';
import { commandId, prefix, settings, views } from '../shared/contributions.ts';
import type { Foundation } from '../shared/feature.ts';
import type { AuthorizeOptions } from './keys.ts';
import { defaultSubscriptionKeyHeader, Keys } from './keys.ts';
import { endpointOf, findEndpoint, unknownWorkspace } from './endpoints.ts';
import { LocalWorkspace } from './localWorkspace.ts';
import { microsoftToken } from './microsoftToken.ts';
import type { Endpoint, Workspace } from './model.ts';
import { localWorkspaceName } from './names.ts';
import { PlainHttpConsent } from '../shared/plainHttpConsent.ts';
import { Schemas, type SchemaQuery } from './schemas.ts';
import { SchemaStore } from './schemaStore.ts';
import { belongsTo, CatalogSecrets } from './secrets.ts';
import { readWorkspaces, type WorkspaceSettings } from './settings.ts';
import { type Trouble, Troubles } from './troubles.ts';

export interface Remedy {
  readonly label: string;
  readonly run: () => Promise<void>;
}

/** Workspaces from settings, the local one, and the keys of both. */
export class CatalogStore {
  readonly keys: Keys;
  readonly secrets: CatalogSecrets;
  readonly local: LocalWorkspace;
  readonly consent: PlainHttpConsent;
  readonly troubles: Troubles;
  readonly schemas: Schemas;
  /** What a pick offers first. */
  lastPicked: string | undefined;
  readonly onDidChange: vscode.Event<void>;
  readonly #changed = new vscode.EventEmitter<void>();
  readonly #subscriptions: vscode.Disposable[] = [];
  #settings: WorkspaceSettings | undefined;

  constructor(
    { context, log, http }: Foundation,
    configureStorage: (local: LocalServiceDescription) => Promise<void>,
  ) {
    this.onDidChange = this.#changed.event;
    const fire = (): void => this.#changed.fire();
    this.secrets = new CatalogSecrets(context.secrets, (line) => log.warn(line));
    this.keys = new Keys(this.secrets, http);
    this.consent = new PlainHttpConsent(context.globalState);
    this.troubles = new Troubles(fire);
    this.schemas = new Schemas(
      http,
      new SchemaStore(vscode.Uri.joinPath(context.globalStorageUri, 'schemas').fsPath),
      (line) => log.debug(line),
      fire,
    );
    this.local = new LocalWorkspace(
      context,
      async (description) => {
        await this.#storeLocalKeys(description);
        await configureStorage(description);
      },
      fire,
    );
    this.#subscriptions.push(
      this.#changed,
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (!event.affectsConfiguration(`${prefix}.${settings.workspaces}`)) return;
        this.#settings = undefined;
        this.troubles.clear();
        fire();
      }),
      this.secrets,
      this.secrets.onDidChange((id) => {
        this.#onKeyChanged(id).catch((error: unknown) =>
          log.error(`After a change of keys: ${String(error)}`),
        );
      }),
      this.local,
    );
  }

  workspaces(): readonly Workspace[] {
    return [this.local.entry(), ...this.fromSettings().workspaces];
  }

  fromSettings(): WorkspaceSettings {
    this.#settings ??= readWorkspaces();
    return this.#settings;
  }

  /** The names that no new workspace can have: those that are not understood are taken too. */
  names(): readonly string[] {
    const { problems } = this.fromSettings();
    return [...this.workspaces().map(({ name }) => name), ...problems.map(({ workspace }) => workspace)];
  }

  workspace(name: string): Workspace {
    const all = this.workspaces();
    const found = all.find((workspace) => workspace.name === name);
    if (found === undefined) throw this.#unknown(name, all);
    return found;
  }

  async find(workspaceName: string, service: string): Promise<Endpoint> {
    if (workspaceName === localWorkspaceName) await this.local.start();
    return findEndpoint(this.workspace(workspaceName), service);
  }

  authorize(endpoint: Endpoint, options: AuthorizeOptions): Promise<Record<string, string>> {
    return this.keys.authorize(endpoint, options);
  }

  async schema(endpoint: Endpoint, query: SchemaQuery = {}): ReturnType<Schemas['of']> {
    return this.schemas.of(endpoint, await this.#gatewayHeaders(endpoint), query);
  }

  async swaggerDocument(endpoint: Endpoint): Promise<string | undefined> {
    return this.schemas.document(swaggerUrl(endpoint.address), await this.#gatewayHeaders(endpoint));
  }

  /** Takes note of how a call ended, for the tree. */
  note(endpoint: Endpoint, failure: Failure | undefined): void {
    if (failure !== undefined && saysNothing(failure)) return;
    this.troubles.set(endpoint, failure && troubleOf(failure));
  }

  /** Takes note of how a call ended, and says what would mend it. */
  remedies(endpoint: Endpoint, failure: unknown): readonly Remedy[] {
    if (failure === undefined) this.note(endpoint, undefined);
    if (!(failure instanceof Failure)) return [];
    this.note(endpoint, failure);
    const remedies: Remedy[] = [];
    if (wantsSubscriptionKey(failure)) {
      remedies.push({
        label: vscode.l10n.t('Set subscription key…'),
        run: () => settled(this.keys.askForSubscriptionKey(endpoint.workspace, endpoint)),
      });
    } else if (isAboutCredential(failure)) {
      remedies.push(...this.#credentialRemedies(endpoint));
    }
    if (failure.code === 'PlainHttpRefused') {
      remedies.push({
        label: vscode.l10n.t('Allow plain http…'),
        run: () => settled(this.consent.ask(endpoint.workspace.baseUrl)),
      });
    }
    if (failure.origin === 'network' && !endpoint.workspace.local) {
      remedies.push(...this.#addressRemedies(endpoint));
    }
    return remedies;
  }

  dispose(): void {
    vscode.Disposable.from(...this.#subscriptions).dispose();
  }

  #credentialRemedies(endpoint: Endpoint): readonly Remedy[] {
    const { auth, local } = endpoint.workspace;
    if (local) return [this.#localKeyRemedy()];
    switch (auth.type) {
      case 'microsoft':
        return [
          {
            label: vscode.l10n.t('Sign in…'),
            run: () => settled(microsoftToken(auth.scope, 'again')),
          },
        ];
      case 'gateway':
        return [this.#editRemedy(endpoint, vscode.l10n.t('Edit workspace…'))];
      case 'header':
      case 'apiKey':
        return [
          {
            label:
              auth.type === 'header' ? vscode.l10n.t('Set {0}…', auth.name) : vscode.l10n.t('Set API key…'),
            run: () => settled(this.keys.askForCredential(endpoint)),
          },
        ];
    }
  }

  /** Nobody knows the keys of the local service but itself. */
  #localKeyRemedy(): Remedy {
    return {
      label: vscode.l10n.t("Use the local service's key"),
      run: async () => this.#storeLocalKeys(await this.local.start()),
    };
  }

  #addressRemedies(endpoint: Endpoint): readonly Remedy[] {
    if (!isRetiredHost(new URL(endpoint.workspace.baseUrl).host))
      return [this.#editRemedy(endpoint, vscode.l10n.t('Edit workspace…'))];
    return [
      this.#editRemedy(endpoint, vscode.l10n.t('Use a gateway URL…')),
      { label: vscode.l10n.t('Use the local service'), run: () => this.showLocal() },
    ];
  }

  #editRemedy(endpoint: Endpoint, label: string): Remedy {
    const open = (): Thenable<unknown> =>
      vscode.commands.executeCommand(commandId('editWorkspace'), node(endpoint));
    return { label, run: () => settled(open()) };
  }

  /** Starts the local service and puts the tree, which has its services, in front. */
  async showLocal(): Promise<void> {
    await this.local.start();
    await vscode.commands.executeCommand(`${views.explorer}.focus`);
  }

  /** A key that was set may have mended what it is for. The local service brings a key that was forgotten again. */
  async #onKeyChanged(id: string): Promise<void> {
    for (const workspace of this.workspaces())
      if (belongsTo(id, workspace)) this.troubles.clear(workspace.name);
    const ofLocal = this.local.running && belongsTo(id, this.local.entry());
    if (ofLocal && !(await this.secrets.isStored(id))) await this.local.leave();
    this.#changed.fire();
  }

  async #gatewayHeaders(endpoint: Endpoint): Promise<Record<string, string>> {
    const key = await this.secrets.subscriptionKey(endpoint.workspace);
    return key === undefined
      ? {}
      : { [endpoint.workspace.subscriptionKeyHeader ?? defaultSubscriptionKeyHeader]: key };
  }

  #unknown(name: string, all: readonly Workspace[]): Failure {
    const problem = this.fromSettings().problems.find((each) => each.workspace === name);
    if (problem === undefined) return unknownWorkspace(name, all);
    return new Failure({ code: 'InvalidSetting', origin: 'client', sentence: problem.sentence });
  }

  async #storeLocalKeys(description: LocalServiceDescription): Promise<void> {
    const workspace = this.local.entry();
    for (const { name, serviceId, endpointId, apiKey } of description.services) {
      const entry = { name: 'default', endpointId };
      const endpoint = endpointOf(workspace, { name, serviceId, endpoints: [entry] }, entry);
      if ((await this.secrets.credential(endpoint)) !== apiKey)
        await this.secrets.storeCredential(endpoint, apiKey);
    }
  }
}

async function settled(work: PromiseLike<unknown>): Promise<void> {
  await work;
}

/** The tree's node of an endpoint, which commands take. */
export function node(endpoint: Endpoint): { node: 'endpoint'; workspace: string; service: string } {
  return { node: 'endpoint', workspace: endpoint.workspace.name, service: endpoint.endpointId };
}

function wantsSubscriptionKey(failure: Failure): boolean {
  return (
    failure.code === 'MissingSubscriptionKey' || (failure.status === 401 && failure.origin === 'gateway')
  );
}

function isAboutCredential(failure: Failure): boolean {
  return failure.code === 'MissingApiKey' || failure.status === 401;
}

/** Whether a failure leaves open how it stands with the service: it arose before the call, or elsewhere. */
function saysNothing(failure: Failure): boolean {
  const here = failure.origin === 'client' && troubleOf(failure) === undefined;
  return here || failure.origin === 'storage';
}

function troubleOf(failure: Failure): Trouble | undefined {
  const { sentence } = failure;
  const missing = failure.status === undefined;
  if (wantsSubscriptionKey(failure)) return { kind: 'subscriptionKey', missing, sentence };
  if (isAboutCredential(failure)) return { kind: 'key', missing, sentence };
  if (failure.origin === 'network' || failure.code === 'PlainHttpRefused')
    return { kind: 'unreachable', missing: false, sentence };
  return undefined;
}
