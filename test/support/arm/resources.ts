import type { JsonObject } from '../../../src/protocol/json.ts';
import { asObject } from '../../../src/protocol/json.ts';
import type { AsyncOperations } from './asyncOperations.ts';
import type { Exports } from './exports.ts';
import type { Gateways } from './gateway/gateways.ts';
import type { Interventions } from './interventions.ts';
import type { Metric } from './metricSeries.ts';
import { pageOf } from './paging.ts';
import type { Paging } from './paging.ts';
import { modified } from './parallelWrites.ts';
import type { Registrations } from './providers.ts';
import type { Entity, Store } from './store.ts';
import { ArmError, propertiesOf } from './wire.ts';
import type { Answer, Call, Route } from './wire.ts';

/** What the handlers of all resource types share. */
export interface Context {
  readonly store: Store;
  readonly operations: AsyncOperations;
  readonly paging: Paging;
  /** Texts that an import finds at links. */
  readonly documents: Map<string, string>;
  readonly registrations: Registrations;
  readonly gateways: Gateways;
  readonly exports: Exports;
  /** What resources other than instances measure, by their ids in lower case. */
  readonly metrics: Map<string, readonly Metric[]>;
  /** Whether new instances have what the classic tiers come with. */
  readonly presets: boolean;
  /** Failures that long-running writes are to end with. */
  readonly lateFailures: Interventions<ArmError>;
}

/** A write as the checks of a resource type see it. */
export interface Write {
  readonly context: Context;
  readonly call: Call;
  /** What the properties will be: those of the body over the defaults, or over the ones before for PATCH. */
  readonly properties: JsonObject;
  readonly previous: Entity | undefined;
}

/** A kind of resource that is listed, read, written, changed and deleted like all others. */
export interface ResourceType {
  /** Path of one of them, with names in braces. */
  readonly path: string;
  /** Properties without which a PUT is refused. */
  readonly required: readonly string[];
  readonly defaults?: JsonObject;
  /** Properties that a list's `$filter` may name. */
  readonly filterable?: readonly string[];
  /** Whether its ETag is a member of its body. */
  readonly etagInBody?: boolean;
  /** The status of a PUT that creates one, unless that is 201. */
  readonly createdStatus?: 200;
  /** The status of a PUT that replaces one, unless that is 200. */
  readonly replacedStatus?: 201;
  /** Whether there is no PATCH: a PUT takes its place. */
  readonly replacedOnly?: boolean;
  /** Whether it is changed and deleted without If-Match. */
  readonly unconditional?: boolean;
  /** Writes that go on after their answer. */
  readonly slow?: readonly ('PUT' | 'PATCH' | 'DELETE')[];
  /** Properties while a write goes on. */
  readonly pending?: JsonObject;
  /** The path below which its changes and deletions are followed, unless that is its own. */
  readonly resultRoot?: (entity: Entity) => string;
  /** Whether a deletion that goes on answers with what is deleted. */
  readonly showsDeleted?: boolean;
  /** Reads it in another form, where a call asks for one. @throws ArmError */
  readonly readAs?: (context: Context, call: Call, entity: Entity) => Answer | undefined;
  /** Checks a write; gives the properties to keep. @throws ArmError */
  readonly accept?: (write: Write) => JsonObject;
  /** Members beside the properties that the service sets, from those that a caller has set. */
  readonly membersFor?: (members: JsonObject) => JsonObject;
  /** Writes what comes with it. */
  readonly settle?: (write: Write, entity: Entity) => void;
  /** Does what only a write that has ended well brings about. */
  readonly complete?: (context: Context, entity: Entity) => void;
  /** Checks whether it may go, removes what goes with it. @throws ArmError */
  readonly release?: (context: Context, call: Call, entity: Entity) => void;
  /** The properties that an answer shows. */
  readonly shown?: (entity: Entity, call: Call, context: Context) => JsonObject;
}

const IN_PROGRESS = { provisioningState: 'InProgress' };

/** The rows for a resource type. Source: azure-rest-api-specs apimanagement 2024-05-01. */
export function resourceRoutes(context: Context, resource: ResourceType): readonly Route[] {
  const collection = resource.path.slice(0, resource.path.lastIndexOf('/'));
  const { path } = resource;
  return [
    { method: 'GET', path: collection, answer: (call) => list(context, resource, call) },
    { method: 'GET', path, answer: (call) => read(context, resource, call) },
    { method: 'HEAD', path, answer: (call) => read(context, resource, call) },
    { method: 'PUT', path, answer: (call) => put(context, resource, call) },
    { method: 'DELETE', path, answer: (call) => remove(context, resource, call) },
    ...(resource.replacedOnly
      ? []
      : [{ method: 'PATCH', path, answer: (call) => patch(context, resource, call) } satisfies Route]),
  ];
}

/** A resource that a call needs. @throws ArmError 404 */
export function existing({ store }: Context, id: string): Entity {
  const entity = store.get(id);
  if (!entity) throw ArmError.notFound(id);
  return entity;
}

/** The id of the instance that a call is about. */
export function instanceId(path: string): string {
  return path.split('/').slice(0, 9).join('/');
}

export function viewOf(context: Context, resource: ResourceType, entity: Entity, call: Call): JsonObject {
  const { id, type, name, members, etag } = entity;
  const pending = context.operations.isRunning(id) ? (resource.pending ?? IN_PROGRESS) : {};
  const properties = { ...(resource.shown?.(entity, call, context) ?? entity.properties), ...pending };
  const own = resource.etagInBody ? { etag: etag.slice(1, -1) } : {};
  return { id, type, name, ...members, ...own, properties };
}

function list(context: Context, resource: ResourceType, call: Call): Answer {
  existing(context, ownerOf(call.path));
  return pageOfType(context, resource, context.store.in(call.path), call);
}

/** A page of resources of a type. */
export function pageOfType(
  context: Context,
  resource: ResourceType,
  entities: readonly Entity[],
  call: Call,
): Answer {
  const views = entities.map((entity) => viewOf(context, resource, entity, call));
  return pageOf(views, call, context.paging, resource.filterable);
}

/** All resources of a type in the subscription or the group that a call names. */
export function listOfType(context: Context, resource: ResourceType, call: Call): Answer {
  const [root = '', kind = ''] = call.path.toLowerCase().split('/providers/');
  const found = context.store.where(
    ({ id, type }) => type.toLowerCase() === kind && id.toLowerCase().startsWith(`${root}/`),
  );
  return pageOfType(context, resource, found, call);
}

function read(context: Context, resource: ResourceType, call: Call): Answer {
  const entity = existing(context, call.path);
  const answer =
    resource.readAs?.(context, call, entity) ?? entityAnswer(context, resource, entity, call, 200);
  context.operations.look(entity.id);
  return answer;
}

function put(context: Context, resource: ResourceType, call: Call): Answer {
  existing(context, ownerOf(parentOf(call.path)));
  const previous = context.store.get(call.path);
  checkIfMatch(call, previous, 'optional');
  const given = propertiesOf(call.body);
  const missing = resource.required.filter((name) => given[name] === undefined || given[name] === '');
  if (missing.length > 0) throw ArmError.invalid(missing.map((name) => [name, `${name} must not be empty.`]));
  const properties = { ...resource.defaults, ...given };
  const status = previous ? (resource.replacedStatus ?? 200) : (resource.createdStatus ?? 201);
  return write(context, resource, { context, call, properties, previous }, status);
}

function patch(context: Context, resource: ResourceType, call: Call): Answer {
  const previous = existing(context, call.path);
  checkIfMatch(call, previous, resource.unconditional ? 'optional' : 'required');
  const properties = { ...previous.properties, ...propertiesOf(call.body) };
  const slow = resource.slow?.includes('PATCH') ?? false;
  return write(context, resource, { context, call, properties, previous }, slow ? 202 : 200);
}

function write(context: Context, resource: ResourceType, change: Write, status: number): Answer {
  const { call, previous } = change;
  const { store } = context;
  const properties = resource.accept?.(change) ?? change.properties;
  const given = { ...previous?.members, ...membersOf(call.body) };
  const members = { ...given, ...resource.membersFor?.(given) };
  const entity = store.put({ id: call.path, properties, members });
  resource.settle?.(change, entity);
  const finish = (): void => resource.complete?.(context, entity);
  if (!resource.slow?.some((method) => method === call.method)) {
    finish();
    return entityAnswer(context, resource, entity, call, status);
  }
  const headers = goOn(context, call, entity, {
    finish,
    resultRoot: call.method === 'PATCH' ? resource.resultRoot?.(entity) : undefined,
    undo: () => restore(store, entity.id, previous),
    answer: () => entityAnswer(context, resource, entity, call, status === 202 ? 200 : status),
  });
  const answer = entityAnswer(context, resource, entity, call, status);
  const body = status === 202 ? undefined : answer.body;
  return { status, body, headers: { ...answer.headers, ...headers } };
}

function remove(context: Context, resource: ResourceType, call: Call): Answer {
  const { store } = context;
  const entity = store.get(call.path);
  checkIfMatch(call, entity, resource.unconditional ? 'optional' : 'required');
  if (!entity) return { status: 204 };
  resource.release?.(context, call, entity);
  if (!resource.slow?.includes('DELETE')) {
    store.remove(entity.id);
    return { status: 200 };
  }
  const headers = goOn(context, call, entity, {
    resultRoot: resource.resultRoot?.(entity),
    finish: () => store.remove(entity.id),
    answer: () => ({ status: 204 }),
  });
  const body = resource.showsDeleted ? viewOf(context, resource, entity, call) : undefined;
  return { status: 202, headers, body };
}

/** Goes on with a write after its answer, to a good end or to the failure that is planned for it. */
function goOn(
  { operations, lateFailures }: Context,
  call: Call,
  entity: Entity,
  work: {
    readonly resultRoot?: string | undefined;
    readonly finish?: () => void;
    readonly undo?: () => void;
    readonly answer: () => Answer;
  },
): Record<string, string> {
  const failure = lateFailures.take(`${call.method} ${call.path}`);
  return operations.start(call.url, {
    resource: entity.id,
    statusRoot: `${instanceId(call.path)}/tenant/operationResults`,
    resultRoot: work.resultRoot,
    failure,
    end: () => (failure ? work.undo?.() : work.finish?.()),
    answer: work.answer,
  });
}

/** An answer with a resource and its ETag. */
export function entityAnswer(
  context: Context,
  resource: ResourceType,
  entity: Entity,
  call: Call,
  status: number,
): Answer {
  return { status, headers: { ETag: entity.etag }, body: viewOf(context, resource, entity, call) };
}

/** `*` takes any; another value must be the one that the resource has now. @throws ArmError 412, 400 */
export function checkIfMatch(
  { headers }: Call,
  entity: Entity | undefined,
  need: 'required' | 'optional',
): void {
  const given = headers['if-match'];
  if (given === undefined && need === 'required')
    throw new ArmError(400, 'ValidationError', 'The header If-Match is missing.');
  if (given === undefined || given === '*' || given === entity?.etag) return;
  throw modified();
}

function restore(store: Store, id: string, previous: Entity | undefined): void {
  if (previous) store.put(previous);
  else store.remove(id);
}

/** What a collection belongs to: a resource, or the group for the first one after a provider's name. */
function ownerOf(collection: string): string {
  return parentOf(collection).replace(/\/providers\/[^/]+$/, '');
}

function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/'));
}

/** Members beside the properties that a caller may set. */
function membersOf(body: unknown): JsonObject {
  const { location, tags, sku, identity } = asObject(body);
  return Object.fromEntries(
    Object.entries({ location, tags, sku, identity }).filter(([, value]) => value !== undefined),
  );
}
