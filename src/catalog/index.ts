import type * as vscode from 'vscode';
import type { Failure } from '../protocol/failure.ts';
import type { EndpointKeys } from '../protocol/studio/management.ts';
import type { SasReference } from '../protocol/studio/bes.ts';
import type { ClientSettings } from '../protocol/studio/clientSettings.ts';
import type { ServiceSchema } from '../protocol/studio/serviceSchema.ts';
import type { Feature } from '../shared/feature.ts';
import type { LocalServiceDescription } from '../local-service/description.ts';
import type { Foundation } from '../shared/feature.ts';
import { addEndpoint, addService, addUnknown, addWorkspace } from './adding.ts';
import { addRoute, type RouteKeys } from './addingRoute.ts';
import { addWorkspaceByToken, setWorkspaceToken } from './addingByToken.ts';
import { CatalogStore, node, type FindOptions, type Remedy } from './catalog.ts';
import type { FoundRoute } from './entryDraft.ts';
import { editEndpoint, editWorkspace } from './editing.ts';
import {
  copyStoredKey,
  forgetAllKeys,
  removeApiKey,
  removeSecret,
  removeSubscriptionKey,
  setApiKey,
  setSecret,
  setSubscriptionKey,
} from './keyActions.ts';
import { importWorkspace } from './importing.ts';
import { resetLocalService, stopLocalService } from './localActions.ts';
import type { AuthorizeOptions, StoredKey } from './keys.ts';
import {
  copyKey,
  deleteEndpoint,
  managedEndpoint,
  refreshEndpoint,
  replaceModel,
  showEndpointDetails,
  showHelpPage,
} from './managing.ts';
import type { Endpoint, Workspace } from './model.ts';
import {
  pickEndpoint,
  pickManagedEndpoint,
  pickService,
  pickTarget,
  type EndpointPlace,
  type PickedService,
} from './picking.ts';
import { addPublished, type PublishedGateway, removePublished } from './publishedGateways.ts';
import { explain } from './refusedGatewayKey.ts';
import { remove, rename } from './renaming.ts';
import type { AttachedSchema } from './schemaStore.ts';
import type { SchemaQuery } from './schemas.ts';
import type { SettingProblem } from './settings.ts';
import type { Trouble } from './troubles.ts';

export type { Remedy } from './catalog.ts';
export type { AttachedSchema } from './schemaStore.ts';
export type { EndpointPlace } from './picking.ts';
export type { SettingProblem } from './settings.ts';
export type { RouteKeys } from './addingRoute.ts';
export type { FoundRoute } from './entryDraft.ts';
export type { Trouble } from './troubles.ts';
export { node } from './catalog.ts';
export { cleanKey } from './cleanKey.ts';
export { idsOf, wordsOf } from './endpointDetails.ts';
export { endpointById, endpointsOf, endpointsOfService, serviceByReference } from './endpoints.ts';
export { leadsTo, referenceTo } from './serviceChoice.ts';
export { ServiceTarget } from './serviceTarget.ts';
export { targetHandlers } from './targetHandlers.ts';
export type { Authorization, Endpoint, EndpointEntry, WebService, Workspace } from './model.ts';

export interface Catalog extends Feature<'catalog'> {
  /** Settings, discovered services and the local workspace changed, or a key did. */
  readonly onDidChange: vscode.Event<void>;

  /** All workspaces, "Local" first; does not start anything. */
  workspaces(): readonly Workspace[];

  /**
   * The endpoint of a service named `service`, `service/endpoint` or by its endpoint id, or the default one of a
   * discovered service by that service's id; starts the local service when the workspace is its own. Rejects with `UnknownWorkspace`, `UnknownService` or `AmbiguousService`.
   * `unasked`, for what no user has done, rejects with `LocalServiceStopped` rather than undo a user's stop.
   */
  find(workspace: string, service: string, options?: FindOptions): Promise<Endpoint>;

  /**
   * Has the management API list the services of a workspace whose authorization token is stored; at once when they are
   * known. Rejects with a `Failure` when nothing is known, and with `MissingWorkspaceToken` when there is nothing else.
   */
  discover(workspace: string): Promise<void>;

  /** Has the management API list the endpoints of a discovered service. */
  discoverEndpoints(workspace: string, serviceId: string): Promise<void>;

  /** Whatever is next looked into is asked for again: in one workspace, or in all. */
  rediscover(workspace?: string): void;

  /** Lets the user pick; `lastUsed` comes first and is said to be that. Undefined when dismissed. */
  pickEndpoint(title: string, lastUsed?: EndpointPlace): Promise<Endpoint | undefined>;

  /** The endpoint of a node of the tree, or the one that the user picks. Undefined when dismissed. */
  pickTarget(target: unknown, title: string): Promise<Endpoint | undefined>;

  /** Lets the user pick any service of any workspace. Undefined when dismissed. */
  pickService(title: string): Promise<PickedService | undefined>;

  /**
   * The headers that authorize a call. Interactive: asks for a missing key, naming host, service and kind of key;
   * otherwise a missing key rejects with `MissingApiKey` or `MissingSubscriptionKey`. A dismissed prompt rejects with
   * `Cancelled`, and so does one that the signal closes.
   */
  authorize(endpoint: Endpoint, options: AuthorizeOptions): Promise<Record<string, string>>;

  /**
   * Headers with each `${secret:NAME}` replaced by the workspace's secret of that name, which `interactive` asks for
   * when there is none.
   * @throws Failure (`MissingSecret`, `Cancelled`)
   */
  fillSecrets(
    endpoint: Endpoint,
    headers: Readonly<Record<string, string>>,
    options: AuthorizeOptions,
  ): Promise<Record<string, string>>;

  /** Puts a key on the clipboard: one that is stored, or one that the management API has. Rejects with a `Failure`. */
  copyKey(endpoint: Endpoint, which: StoredKey | keyof EndpointKeys): Promise<void>;

  /** Keeps a secret of the workspace under a name, or one like it if another secret has that; gives the name. */
  storeSecret(workspace: Workspace, name: string, value: string): Promise<string>;

  /**
   * Inputs, outputs and parameters of a service: as attached, else as it publishes them, cached; undefined where neither
   * is there. Rejects with a `Failure` when the service could not be asked, of which the tree takes note.
   */
  schema(endpoint: Endpoint, options?: SchemaQuery): Promise<ServiceSchema | undefined>;

  /** As `schema`, for work that does without one: undefined also when the service could not be asked. */
  schemaIfAny(endpoint: Endpoint, options?: SchemaQuery): Promise<ServiceSchema | undefined>;

  /**
   * Asks for the service that a request document names and that is not there, under its names. Resolves with the
   * endpoint that was added, or was there under other names.
   */
  addUnknown(names: { readonly workspace: string; readonly service: string }): Promise<Endpoint | undefined>;

  /**
   * Adds a service that is called by a route which was found in Azure, with its keys, and asks which service that is
   * where the route does not say so. Undefined when the user gives up.
   */
  addRoute(route: FoundRoute, keys: RouteKeys): Promise<Endpoint | undefined>;

  /**
   * Adds a workspace by its authorization token, with all that its management API lists; asks for what is not known.
   * The same as the command of that name.
   */
  addWorkspaceByToken(known: ClientSettings): Promise<void>;

  /** Puts an endpoint into the tree as it is called through the gateway that it was just published at. */
  addPublished(endpoint: Endpoint, gateway: PublishedGateway): Promise<Endpoint>;

  /** Takes a published endpoint out of the tree, with its keys, if it is there. */
  removePublished(workspace: string, endpointId: string): Promise<void>;

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

  /** A failure of a call in the words that fit the endpoint, to be told to the user. */
  explain(endpoint: Endpoint, failure: Failure): Failure;

  /**
   * The API key of an endpoint as the management API has it now, else as the user enters it. Undefined when dismissed.
   * Not interactive: else as it is stored; rejects with `MissingApiKey`.
   */
  renewKey(endpoint: Endpoint, options: AuthorizeOptions): Promise<string | undefined>;

  /** What last went wrong at an endpoint and is not mended yet. */
  trouble(endpoint: Endpoint): Trouble | undefined;

  /** Entries of the setting that are not understood. */
  problems(): readonly SettingProblem[];

  /** Starts or joins the local service, so that its workspace has its services. */
  startLocalService(): Promise<LocalServiceDescription>;

  /** Asks the service whether it accepts the stored keys; the outcome is seen in the tree. */
  check(endpoint: Endpoint): Promise<void>;

  /**
   * A discovered endpoint that is not the default one: of a node of the tree, or picked. Rejects with `NothingToPick` or
   * `DefaultEndpointFixed`.
   */
  pickChangeableEndpoint(target: unknown, title: string): Promise<Endpoint | undefined>;

  /** The names of an endpoint's trained models that can be replaced, as the management API has them now. */
  trainedModels(endpoint: Endpoint): Promise<readonly string[]>;

  /** Puts an `.ilearner` blob in the place of a trained model. Rejects with a `Failure`. */
  replaceModel(endpoint: Endpoint, model: string, blob: SasReference): Promise<void>;

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
    find: (workspace, service, options) => store.find(workspace, service, options),
    discover: (workspace) => store.discover(workspace),
    discoverEndpoints: (workspace, serviceId) => store.discoverEndpoints(workspace, serviceId),
    rediscover: (workspace) => store.rediscover(workspace),
    pickEndpoint: (title, lastUsed) => pickEndpoint(store, title, lastUsed),
    pickTarget: (target, title) => pickTarget(store, target, title),
    pickService: (title) => pickService(store, title),
    authorize: (endpoint, options) => store.authorize(endpoint, options),
    fillSecrets: ({ workspace }, headers, options) => store.keys.fillSecrets(workspace, headers, options),
    copyKey: (endpoint, which) =>
      which === 'primary' || which === 'secondary'
        ? copyKey(store, which, node(endpoint))
        : copyStoredKey(store, endpoint, which),
    storeSecret: (workspace, name, value) => store.keys.storeNamed(workspace, name, value),
    schema: (endpoint, options) => store.schema(endpoint, options),
    addUnknown: (names) => addUnknown(store, names),
    addRoute: (route, keys) => addRoute(store, route, keys),
    addWorkspaceByToken: (known) => addWorkspaceByToken(store, known),
    addPublished: (endpoint, gateway) => addPublished(store, endpoint, gateway),
    removePublished: (workspace, endpointId) => removePublished(store, workspace, endpointId),
    attachSchema: (endpoint, attached) => store.schemas.attach(endpoint, attached),
    detachSchema: (endpoint) => store.schemas.detach(endpoint),
    attachedSchema: (endpoint) => store.schemas.attached(endpoint),
    schemaIfAny: (endpoint, options) => store.schemaIfAny(endpoint, options),
    swaggerDocument: (endpoint) => store.swaggerDocument(endpoint),
    explain,
    renewKey: (endpoint, options) => store.keys.renew(endpoint, options),
    remedies: (endpoint, failure) => store.remedies(endpoint, failure),
    trouble: (endpoint) => store.troubles.of(endpoint.workspace.name, endpoint.endpointId),
    pickChangeableEndpoint: (target, title) => pickManagedEndpoint(store, target, title, 'changeable'),
    trainedModels: async (endpoint) => {
      const { resources } = await managedEndpoint(store, endpoint);
      return resources.map(({ name }) => name);
    },
    replaceModel: (endpoint, model, blob) => replaceModel(store, endpoint, model, blob),
    problems: () => store.fromSettings().problems,
    startLocalService: () => store.local.start(),
    check: async (endpoint) => {
      store.note(endpoint, await store.keys.check(endpoint));
    },
    commands: {
      addWorkspace: () => addWorkspace(store),
      addWorkspaceByToken: () => addWorkspaceByToken(store),
      importWorkspace: () => importWorkspace(store),
      setWorkspaceToken: (...args) => setWorkspaceToken(store, args),
      addService: (target) => addService(store, target),
      addEndpoint: (target) => addEndpoint(store, target),
      showEndpointDetails: (target) => showEndpointDetails(store, foundation.documents, target),
      copyPrimaryKey: (target) => copyKey(store, 'primary', target),
      copySecondaryKey: (target) => copyKey(store, 'secondary', target),
      showHelpPage: (target) => showHelpPage(store, target),
      refreshEndpoint: (target) => refreshEndpoint(store, target),
      deleteEndpoint: (target) => deleteEndpoint(store, target),
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
