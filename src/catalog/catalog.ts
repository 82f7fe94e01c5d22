import * as vscode from 'vscode';
import { Discovery } from './discovery.ts';
import { defaultSubscriptionKeyHeader } from '../protocol/apim/errors.ts';
import { Failure } from '../protocol/failure.ts';
import { explain, namedValueOf } from './refusedGatewayKey.ts';
import { isRetiredHost } from '../protocol/studio/regions.ts';
import { swaggerUrl } from '../protocol/studio/urls.ts';
import type { LocalServiceDescription } from '../local-service/description.ts';
import { commandId, prefix, settings, views } from '../shared/contributions.ts';
import type { Foundation } from '../shared/feature.ts';
import type { AuthorizeOptions } from './keys.ts';
import { Keys } from './keys.ts';
import { endpointOf, findEndpoint, serviceByReference, unknownWorkspace } from './endpoints.ts';
import { ManagementClient } from './managementClient.ts';
import { LocalWorkspace } from './localWorkspace.ts';
import { microsoftToken } from './microsoftToken.ts';
import type { Endpoint, WebService, Workspace } from './model.ts';
import { localWorkspaceName } from './names.ts';
import { PlainHttpConsent } from '../shared/plainHttpConsent.ts';
import { Schemas, type SchemaQuery } from './schemas.ts';
import { SchemaStore } from './schemaStore.ts';
import { belongsTo, CatalogSecrets, isWorkspaceToken } from './secrets.ts';
import { changeWorkspace, readWorkspaces, type WorkspaceSettings } from './settings.ts';
import { type Trouble, Troubles } from './troubles.ts';

export interface Remedy {
  readonly label: string;
  readonly run: () => Promise<void>;
}

export interface FindOptions {
  readonly unasked?: boolean;
}

/** Workspaces from settings, the local one, and the keys of both. */
export class CatalogStore {
  readonly keys: Keys;
  readonly secrets: CatalogSecrets;
  readonly local: LocalWorkspace;
  readonly consent: PlainHttpConsent;
  readonly troubles: Troubles;
  readonly schemas: Schemas;
  readonly management: ManagementClient;
  readonly discovery: Discovery;
  /** What a pick offers first. */
  lastPicked: string | undefined;
  readonly onDidChange: vscode.Event<void>;
  readonly #changed = new vscode.EventEmitter<void>();
  readonly #subscriptions: vscode.Disposable[] = [];
  #settings: WorkspaceSettings | undefined;
  /** The workspaces of the settings with what was discovered in them. */
  #complete: readonly Workspace[] | undefined;
  /** Each of them as it was made last: where nothing has changed it stays the same, and what was drawn from it too. */
  readonly #completed = new WeakMap<Workspace, { found: readonly WebService[]; complete: Workspace }>();

  constructor(
    { context, log, http }: Foundation,
    configureStorage: (local: LocalServiceDescription) => Promise<void>,
  ) {
    this.onDidChange = this.#changed.event;
    const fire = (): void => this.#changed.fire();
    this.secrets = new CatalogSecrets(context.secrets, (line) => log.warn(line));
    this.management = new ManagementClient(http);
    this.discovery = new Discovery({
      client: this.management,
      path: vscode.Uri.joinPath(context.globalStorageUri, 'discovered-services.json').fsPath,
      tokenOf: (workspace) => this.secrets.workspaceToken(workspace),
      onDidChange: () => {
        this.#complete = undefined;
        fire();
      },
      log: (line) => log.warn(line),
    });
    this.keys = new Keys(this.secrets, http, (endpoint) => this.discovery.apiKey(endpoint));
    this.consent = new PlainHttpConsent(context.globalState);
    this.troubles = new Troubles(fire);
    this.schemas = new Schemas(
      http,
      new SchemaStore(vscode.Uri.joinPath(context.globalStorageUri, 'schemas').fsPath),
      (line) => log.debug(line),
      fire,
      (endpoint, failure) => this.#heard(endpoint, failure),
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
        this.#complete = undefined;
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
      vscode.window.onDidChangeWindowState(({ focused }) => {
        if (focused) this.#lookAtLocal(log);
      }),
    );
    this.#lookAtLocal(log);
  }

  workspaces(): readonly Workspace[] {
    this.#complete ??= this.fromSettings().workspaces.map((each) => this.#withDiscovered(each));
    return [this.local.entry(), ...this.#complete];
  }

  /** Looks into a workspace of the management API. Throws a `Failure` when nothing is known of it. */
  async discover(name: string): Promise<void> {
    const workspace = this.fromSettings().workspaces.find((each) => each.name === name);
    if (workspace?.managementUrl === undefined) return;
    await this.discovery.services(workspace);
    const nothing = this.workspace(name).services.length === 0;
    if (nothing && (await this.secrets.workspaceToken(workspace)) === undefined)
      throw missingToken(workspace);
  }

  async discoverEndpoints(name: string, serviceId: string): Promise<void> {
    const workspace = this.fromSettings().workspaces.find((each) => each.name === name);
    if (workspace?.managementUrl !== undefined) await this.discovery.endpoints(workspace, serviceId);
  }

  /** Looks into all workspaces; those that cannot be reached stay as they are known. */
  async discoverAll(): Promise<void> {
    const names = this.fromSettings().workspaces.map(({ name }) => name);
    await Promise.allSettled(names.map((name) => this.discover(name)));
  }

  /** The next look into workspaces, all of them or one, asks the management API again. */
  rediscover(name?: string): void {
    for (const workspace of this.fromSettings().workspaces)
      if (name === undefined || workspace.name === name) this.discovery.forgetAsked(workspace);
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

  /** Another window may have started or stopped it. */
  #lookAtLocal(log: vscode.LogOutputChannel): void {
    this.local
      .look()
      .catch((error: unknown) => log.warn(`Whether the local service runs is not known: ${String(error)}`));
  }

  async find(
    workspaceName: string,
    service: string,
    { unasked = false }: FindOptions = {},
  ): Promise<Endpoint> {
    if (workspaceName === localWorkspaceName) await (unasked ? this.local.resume() : this.local.start());
    else await this.#discoverFor(workspaceName, service);
    return findEndpoint(this.workspace(workspaceName), service);
  }

  /** Lists what a reference may mean; whatever is known already is not asked for. */
  async #discoverFor(workspaceName: string, reference: string): Promise<void> {
    const { managementUrl } = this.workspace(workspaceName);
    if (managementUrl === undefined) return;
    await this.discover(workspaceName);
    const workspace = this.workspace(workspaceName);
    const [name] = reference.split('/');
    const meant = serviceByReference(workspace, reference);
    const services = meant ? [meant] : workspace.services.filter((service) => service.name === name);
    for (const { serviceId, discovered, endpoints } of services) {
      if (discovered === true && serviceId !== undefined && endpoints.length === 0)
        await this.discoverEndpoints(workspaceName, serviceId);
    }
  }

  #withDiscovered(workspace: Workspace): Workspace {
    if (workspace.managementUrl === undefined) return workspace;
    const found = this.discovery.servicesOf(workspace);
    const known = this.#completed.get(workspace);
    if (known?.found === found) return known.complete;
    const complete = { ...workspace, services: [...workspace.services, ...notIn(workspace, found)] };
    this.#completed.set(workspace, { found, complete });
    return complete;
  }

  authorize(endpoint: Endpoint, options: AuthorizeOptions): Promise<Record<string, string>> {
    return this.keys.authorize(endpoint, options);
  }

  async schema(endpoint: Endpoint, query: SchemaQuery = {}): ReturnType<Schemas['of']> {
    return this.schemas.of(endpoint, await this.keys.storedSubscriptionKey(endpoint.workspace), query);
  }

  async schemaIfAny(endpoint: Endpoint, query?: SchemaQuery): ReturnType<Schemas['of']> {
    try {
      return await this.schema(endpoint, query);
    } catch (error) {
      if (error instanceof Failure) return undefined;
      throw error;
    }
  }

  async swaggerDocument(endpoint: Endpoint): Promise<string | undefined> {
    return this.schemas.document(
      swaggerUrl(endpoint.address),
      await this.keys.storedSubscriptionKey(endpoint.workspace),
    );
  }

  /** Takes note of how a call ended, for the tree. */
  note(endpoint: Endpoint, failure: Failure | undefined): void {
    if (failure !== undefined && saysNothing(failure)) return;
    if (failure === undefined) this.schemas.forgetFailure(endpoint);
    this.troubles.set(endpoint, failure && troubleOf(explain(endpoint, failure)));
  }

  #heard(endpoint: Endpoint, failure: Failure | undefined): void {
    const isStopped = endpoint.workspace.local && !this.local.running;
    if (failure === undefined) this.#noteReached(endpoint);
    else if (!isStopped) this.note(endpoint, failure);
  }

  /** An answer that needs no key says nothing about keys. */
  #noteReached(endpoint: Endpoint): void {
    const { workspace, endpointId } = endpoint;
    if (this.troubles.of(workspace.name, endpointId)?.kind === 'unreachable')
      this.troubles.set(endpoint, undefined);
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
        run: () => this.askForSubscriptionKey(endpoint.workspace, endpoint),
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
        return [
          gatewayKeyRemedy(endpoint),
          ...(namedValueOf(endpoint) === undefined
            ? [this.#editRemedy(endpoint, vscode.l10n.t('Edit workspace…'))]
            : []),
        ];
      case 'header':
      case 'apiKey':
        return [
          ...(endpoint.service.discovered === true ? [this.#fetchKeyRemedy(endpoint)] : []),
          {
            label:
              auth.type === 'header' ? vscode.l10n.t('Set {0}…', auth.name) : vscode.l10n.t('Set API key…'),
            run: () => settled(this.keys.askForCredential(endpoint)),
          },
        ];
    }
  }

  /** The key may have been changed since it was fetched. */
  #fetchKeyRemedy(endpoint: Endpoint): Remedy {
    return {
      label: vscode.l10n.t('Fetch the key again'),
      run: async () => {
        await this.keys.fetch(endpoint);
      },
    };
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

  async askForSubscriptionKey(workspace: Workspace, sample: Endpoint | undefined): Promise<void> {
    const key = await this.keys.askForSubscriptionKey(workspace, sample);
    if (key !== undefined) await restoreGateway(workspace);
  }

  async storeSubscriptionKey(workspace: Workspace, key: string): Promise<void> {
    await this.keys.storeSubscriptionKey(workspace, key);
    await restoreGateway(workspace);
  }

  /** Starts the local service and puts the tree, which has its services, in front. */
  async showLocal(): Promise<void> {
    await this.local.start();
    await vscode.commands.executeCommand(`${views.explorer}.focus`);
  }

  /** A key that was set may have mended what it is for. The local service brings a key that was forgotten again. */
  async #onKeyChanged(id: string): Promise<void> {
    for (const workspace of this.workspaces()) {
      if (!belongsTo(id, workspace)) continue;
      this.troubles.clear(workspace.name);
      this.schemas.forgetFailures();
      if (isWorkspaceToken(id)) this.rediscover(workspace.name);
    }
    const ofLocal = this.local.running && belongsTo(id, this.local.entry());
    if (ofLocal && !(await this.secrets.isStored(id))) await this.local.leave();
    this.#changed.fire();
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

function gatewayKeyRemedy(endpoint: Endpoint): Remedy {
  const update = (): Thenable<unknown> =>
    vscode.commands.executeCommand(commandId('updateGatewayKey'), node(endpoint));
  return { label: vscode.l10n.t('Update the key at the gateway…'), run: () => settled(update()) };
}

/** A service that is in the settings too is left as it is there. */
function notIn({ services }: Workspace, found: readonly WebService[]): readonly WebService[] {
  const ids = new Set(services.map(({ serviceId }) => serviceId));
  const own = new Set(services.flatMap(({ endpoints }) => endpoints.map((each) => each.endpointId)));
  return found.filter(
    ({ serviceId, endpoints }) =>
      !ids.has(serviceId) && !endpoints.some(({ endpointId }) => own.has(endpointId)),
  );
}

/** Who sets a subscription key for a workspace whose header was emptied wants it to be sent again. */
async function restoreGateway({ name, subscriptionKeyHeader }: Workspace): Promise<void> {
  if (subscriptionKeyHeader !== '') return;
  await changeWorkspace(name, (entry) => ({ ...entry, subscriptionKeyHeader: defaultSubscriptionKeyHeader }));
}

async function settled(work: PromiseLike<unknown>): Promise<void> {
  await work;
}

/** The tree's node of an endpoint, which commands take. */
export function node(endpoint: Endpoint): { node: 'endpoint'; workspace: string; service: string } {
  return { node: 'endpoint', workspace: endpoint.workspace.name, service: endpoint.endpointId };
}

export function missingToken({ name, managementUrl = '' }: Workspace): Failure {
  return new Failure({
    code: 'MissingWorkspaceToken',
    origin: 'client',
    sentence: vscode.l10n.t(
      'No authorization token of the workspace "{0}" is stored for {1}. Set it to list its web services.',
      name,
      URL.parse(managementUrl)?.host ?? managementUrl,
    ),
  });
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
