import type * as vscode from 'vscode';
import type { ServiceSchema } from '../protocol/studio/serviceSchema.ts';
import type { Feature } from '../shared/feature.ts';
import type { LocalServiceDescription } from '../local-service/description.ts';
import type { Foundation } from '../shared/feature.ts';
import { addEndpoint, addService, addUnknown, addWorkspace } from './adding.ts';
import { CatalogStore, type Remedy } from './catalog.ts';
import { editEndpoint, editWorkspace } from './editing.ts';
import {
  forgetAllKeys,
  removeApiKey,
  removeSecret,
  removeSubscriptionKey,
  setApiKey,
  setSecret,
  setSubscriptionKey,
} from './keyActions.ts';
import { resetLocalService, stopLocalService } from './localActions.ts';
import type { Endpoint, Workspace } from './model.ts';
import { pickEndpoint } from './picking.ts';
import { remove, rename } from './renaming.ts';
import type { AttachedSchema } from './schemaStore.ts';
import type { SettingProblem } from './settings.ts';
import type { Trouble } from './troubles.ts';

export type { Remedy } from './catalog.ts';
export type { AttachedSchema } from './schemaStore.ts';
export type { SettingProblem } from './settings.ts';
export type { Trouble } from './troubles.ts';
export { endpointById, endpointsOf, endpointsOfService } from './endpoints.ts';
export type { Authorization, Endpoint, EndpointEntry, WebService, Workspace } from './model.ts';

export interface Catalog extends Feature<'catalog'> {
  /** Settings, discovered services and the local workspace changed, or a key did. */
  readonly onDidChange: vscode.Event<void>;

  /** All workspaces, "Local" first; does not start anything. */
  workspaces(): readonly Workspace[];

  /**
   * The endpoint of a service named `service`, `service/endpoint` or by its endpoint id; starts the local
   * service when the workspace is its own. Rejects with `UnknownWorkspace`, `UnknownService` or `AmbiguousService`.
   */
  find(workspace: string, service: string): Promise<Endpoint>;

  /** Lets the user pick. Undefined when dismissed. */
  pickEndpoint(title: string): Promise<Endpoint | undefined>;

  /**
   * The headers that authorize a call. Interactive: asks for a missing key, naming host, service and kind of key;
   * otherwise a missing key rejects with `MissingApiKey` or `MissingSubscriptionKey`. A dismissed prompt rejects with
   * `Cancelled`.
   */
  authorize(endpoint: Endpoint, options: { readonly interactive: boolean }): Promise<Record<string, string>>;

  /**
   * Headers with each `${secret:NAME}` replaced by the workspace's secret of that name, which `interactive` asks for
   * when there is none.
   * @throws Failure (`MissingSecret`, `Cancelled`)
   */
  fillSecrets(
    endpoint: Endpoint,
    headers: Readonly<Record<string, string>>,
    options: { readonly interactive: boolean },
  ): Promise<Record<string, string>>;

  /** Keeps a secret of the workspace under a name, or one like it if another secret has that; gives the name. */
  storeSecret(workspace: Workspace, name: string, value: string): Promise<string>;

  /**
   * Inputs, outputs and parameters of a service: as attached, else as it publishes them, cached; undefined where neither
   * is there.
   */
  schema(
    endpoint: Endpoint,
    options?: { refresh?: boolean; signal?: AbortSignal },
  ): Promise<ServiceSchema | undefined>;

  /**
   * Asks for the service that a request document names and that is not there, under its names. Resolves with the
   * endpoint that was added, or was there under other names.
   */
  addUnknown(names: { readonly workspace: string; readonly service: string }): Promise<Endpoint | undefined>;

  /** Gives an endpoint a schema, which counts before the one that the service publishes, until it is detached. */
  attachSchema(endpoint: Endpoint, attached: AttachedSchema): Promise<void>;

  /** Whether there was an attached schema to take away. */
  detachSchema(endpoint: Endpoint): Promise<boolean>;

  attachedSchema(endpoint: Endpoint): Promise<AttachedSchema | undefined>;

  /**
   * Takes note of how a call ended (`undefined`: it was accepted), for the tree. Returns the actions that mend a failure,
   * for the notification or the editor that shows it.
   */
  remedies(endpoint: Endpoint, failure: unknown): readonly Remedy[];

  /** What last went wrong at an endpoint and is not mended yet. */
  trouble(endpoint: Endpoint): Trouble | undefined;

  /** Entries of the setting that are not understood. */
  problems(): readonly SettingProblem[];

  /** Starts or joins the local service, so that its workspace has its services. */
  startLocalService(): Promise<LocalServiceDescription>;

  /** Asks the service whether it accepts the stored keys; the outcome is seen in the tree. */
  check(endpoint: Endpoint): Promise<void>;

  /** The service's `swagger.json` as it was sent; undefined where none answers. */
  swaggerDocument(endpoint: Endpoint): Promise<string | undefined>;
}

export function createCatalog(
  foundation: Foundation,
  configureStorage: (local: LocalServiceDescription) => Promise<void>,
): Catalog {
  const store = new CatalogStore(foundation, configureStorage);
  return {
    onDidChange: store.onDidChange,
    workspaces: () => store.workspaces(),
    find: (workspace, service) => store.find(workspace, service),
    pickEndpoint: (title) => pickEndpoint(store, title),
    authorize: (endpoint, options) => store.authorize(endpoint, options),
    fillSecrets: ({ workspace }, headers, options) => store.keys.fillSecrets(workspace, headers, options),
    storeSecret: (workspace, name, value) => store.keys.storeNamed(workspace, name, value),
    schema: (endpoint, options) => store.schema(endpoint, options),
    addUnknown: (names) => addUnknown(store, names),
    attachSchema: (endpoint, attached) => store.schemas.attach(endpoint, attached),
    detachSchema: (endpoint) => store.schemas.detach(endpoint),
    attachedSchema: (endpoint) => store.schemas.attached(endpoint),
    swaggerDocument: (endpoint) => store.swaggerDocument(endpoint),
    remedies: (endpoint, failure) => store.remedies(endpoint, failure),
    trouble: (endpoint) => store.troubles.of(endpoint.workspace.name, endpoint.endpointId),
    problems: () => store.fromSettings().problems,
    startLocalService: () => store.local.start(),
    check: async (endpoint) => {
      store.note(endpoint, await store.keys.check(endpoint));
    },
    commands: {
      addWorkspace: () => addWorkspace(store),
      addService: (target) => addService(store, target),
      addEndpoint: (target) => addEndpoint(store, target),
      editWorkspace: (target) => editWorkspace(store, target),
      editEndpoint: (target) => editEndpoint(store, target),
      rename: (target) => rename(store, target),
      remove: (target) => remove(store, target),
      setApiKey: (...args) => setApiKey(store, args),
      removeApiKey: (target) => removeApiKey(store, target),
      setSubscriptionKey: (...args) => setSubscriptionKey(store, args),
      setSecret: (...args) => setSecret(store, args),
      removeSecret: (target) => removeSecret(store, target),
      removeSubscriptionKey: (target) => removeSubscriptionKey(store, target),
      forgetAllKeys: () => forgetAllKeys(store),
      startLocalService: () => store.local.start(),
      stopLocalService: () => stopLocalService(store),
      resetLocalService: (...args) => resetLocalService(store, args),
    },
    dispose: () => store.dispose(),
  };
}
