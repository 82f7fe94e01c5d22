import * as vscode from 'vscode';
import * as v from 'valibot';
import { Failure } from '../protocol/failure.ts';
import { swaggerUrl } from '../protocol/studio/urls.ts';
import type { LocalServiceDescription } from '../local-service/description.ts';
import { prefix, settings } from '../shared/contributions.ts';
import { parseArguments } from '../shared/arguments.ts';
import type { Foundation } from '../shared/feature.ts';
import type { AuthorizeOptions } from './keys.ts';
import { defaultSubscriptionKeyHeader, Keys } from './keys.ts';
import { endpointOf, endpointsOf, findEndpoint, unknownWorkspace } from './endpoints.ts';
import { LocalWorkspace, localWorkspaceName } from './localWorkspace.ts';
import type { Endpoint, Workspace } from './model.ts';
import { PlainHttpConsent } from '../shared/plainHttpConsent.ts';
import { Schemas, type SchemaQuery } from './schemas.ts';
import { SchemaStore } from './schemaStore.ts';
import { CatalogSecrets } from './secrets.ts';
import { readWorkspaces, type WorkspaceSettings } from './settings.ts';
import { type Trouble, Troubles } from './troubles.ts';

export interface Remedy {
  readonly label: string;
  readonly run: () => Promise<void>;
}

/** Failures that another key mends. */
const keyCodes = new Set([
  'MissingApiKey',
  'MissingSubscriptionKey',
  'ScoreRequestUnauthorized',
  'Unauthorized',
]);

/** Workspaces from settings, the local one, and the keys of both. */
export class CatalogStore {
  readonly keys: Keys;
  readonly secrets: CatalogSecrets;
  readonly local: LocalWorkspace;
  readonly consent: PlainHttpConsent;
  readonly troubles: Troubles;
  readonly schemas: Schemas;
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
    this.keys = new Keys(this.secrets, http, (workspace) => {
      this.troubles.clear(workspace.name);
      fire();
    });
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
        fire();
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

  /** Takes note of how a call ended, for the tree, and says what would mend it. */
  remedies(endpoint: Endpoint, failure: unknown): readonly Remedy[] {
    this.troubles.set(endpoint, troubleOf(failure));
    if (!(failure instanceof Failure)) return [];
    const remedies: Remedy[] = [];
    const run = async (remedy: Thenable<unknown>): Promise<void> => {
      await remedy;
    };
    if (wantsSubscriptionKey(failure)) {
      remedies.push({
        label: vscode.l10n.t('Set subscription key…'),
        run: () => run(this.keys.askForSubscriptionKey(endpoint.workspace, endpoint)),
      });
    } else if (keyCodes.has(failure.code) || failure.status === 401) {
      remedies.push(this.#credentialRemedy(endpoint));
    }
    if (failure.code === 'PlainHttpRefused') {
      remedies.push({
        label: vscode.l10n.t('Allow plain http…'),
        run: () => run(this.consent.ask(endpoint.workspace.baseUrl)),
      });
    }
    if (failure.origin === 'network' && !endpoint.workspace.local) {
      remedies.push({
        label: vscode.l10n.t('Edit workspace…'),
        run: () => run(vscode.commands.executeCommand(`${prefix}.editWorkspace`, node(endpoint))),
      });
    }
    return remedies;
  }

  dispose(): void {
    vscode.Disposable.from(...this.#subscriptions).dispose();
  }

  #credentialRemedy(endpoint: Endpoint): Remedy {
    const { auth } = endpoint.workspace;
    if (auth.type === 'header') {
      return {
        label: vscode.l10n.t('Set {0}…', auth.name),
        run: async () => {
          await this.keys.askForHeader(endpoint.workspace, auth.name);
        },
      };
    }
    return {
      label: vscode.l10n.t('Set API key…'),
      run: async () => {
        await this.keys.askForApiKey(endpoint);
      },
    };
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
      if ((await this.secrets.apiKey(endpoint)) !== apiKey) await this.secrets.storeApiKey(endpoint, apiKey);
    }
  }
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

function troubleOf(failure: unknown): Trouble | undefined {
  if (!(failure instanceof Failure)) return undefined;
  if (wantsSubscriptionKey(failure)) return { kind: 'subscriptionKey', sentence: failure.sentence };
  if (failure.status === 401 || keyCodes.has(failure.code))
    return { kind: 'key', sentence: failure.sentence };
  if (failure.origin === 'network') return { kind: 'unreachable', sentence: failure.sentence };
  return undefined;
}

const apiKeyCall = v.object({
  workspace: v.string(),
  service: v.string(),
  key: v.pipe(v.string(), v.nonEmpty()),
});
const subscriptionKeyCall = v.object({ workspace: v.string(), key: v.pipe(v.string(), v.nonEmpty()) });

export async function setApiKeyByCall(store: CatalogStore, call: unknown): Promise<void> {
  const { workspace, service, key } = parseArguments('setApiKey', apiKeyCall, call);
  await store.keys.storeApiKey(await store.find(workspace, service), key);
}

export async function setSubscriptionKeyByCall(store: CatalogStore, call: unknown): Promise<void> {
  const { workspace, key } = parseArguments('setSubscriptionKey', subscriptionKeyCall, call);
  await store.keys.storeSubscriptionKey(store.workspace(workspace), key);
}

/** An endpoint that the user picks; the first choice is the one that was picked last. */
export async function pickEndpoint(store: CatalogStore, title: string): Promise<Endpoint | undefined> {
  await startLocalIfNew(store);
  const all = store.workspaces().flatMap(endpointsOf);
  const items = all.map((endpoint) => ({
    label: endpoint.label,
    description: endpoint.workspace.name,
    detail: endpoint.workspace.baseUrl,
    endpoint,
  }));
  const picked = await vscode.window.showQuickPick(items, {
    title,
    placeHolder: vscode.l10n.t('Web service'),
    matchOnDescription: true,
    matchOnDetail: true,
  });
  if (picked === undefined) return undefined;
  return store.find(picked.endpoint.workspace.name, picked.endpoint.endpointId);
}

/** The local workspace has no services to choose from before its first start. */
async function startLocalIfNew(store: CatalogStore): Promise<void> {
  if (store.local.entry().services.length === 0) await store.local.start();
}
