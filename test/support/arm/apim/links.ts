import { pageOf } from '../paging.ts';
import { existing, instanceId, viewOf } from '../resources.ts';
import type { Context, ResourceType } from '../resources.ts';
import type { Entity } from '../store.ts';
import type { Answer, Call, Route } from '../wire.ts';

/** What belongs to something else of the same instance without a body of its own: a product's APIs, a group's users. */
export interface Link {
  /** Path of one of them; it ends like the path of its target below the instance. */
  readonly path: string;
  /** What the answers show. */
  readonly target: ResourceType;
  /** Whether a list gives the ids of the links, not those of their targets. */
  readonly listsLinks?: boolean;
}

/** The rows for links. Source: azure-rest-api-specs apimanagement 2024-05-01. */
export function linkRoutes(context: Context, { path, target, listsLinks = false }: Link): readonly Route[] {
  const { store } = context;
  return [
    { method: 'GET', path: path.slice(0, path.lastIndexOf('/')), answer: list },
    { method: 'HEAD', path, answer: (call) => ({ status: store.get(call.path) ? 204 : 404 }) },
    { method: 'PUT', path, answer: add },
    { method: 'DELETE', path, answer: remove },
  ];

  function list(call: Call): Answer {
    existing(context, call.path.slice(0, call.path.lastIndexOf('/')));
    const views = store.in(call.path).map((link) => {
      const { id, type } = link;
      return {
        ...viewOf(context, target, targetOf(context, link.id), call),
        ...(listsLinks ? { id, type } : {}),
      };
    });
    return pageOf(views, call, context.paging, target.filterable);
  }

  function add(call: Call): Answer {
    existing(context, call.path.split('/').slice(0, -2).join('/'));
    const body = viewOf(context, target, targetOf(context, call.path), call);
    const status = store.get(call.path) ? 200 : 201;
    store.put({ id: call.path, properties: {} });
    return { status, body };
  }

  function remove(call: Call): Answer {
    const link = store.get(call.path);
    if (!link) return { status: 204 };
    store.remove(link.id);
    return { status: 200 };
  }
}

/** The paths of what is linked to an entity: for an API the products that contain it. */
export function linkedTo({ store }: Context, { id }: Entity): readonly string[] {
  const service = instanceId(id).toLowerCase();
  const end = id.slice(service.length).toLowerCase();
  return store
    .where((entity) => {
      const other = entity.id.toLowerCase();
      return other.startsWith(`${service}/`) && other.endsWith(end) && other !== id.toLowerCase();
    })
    .map((link) => link.id);
}

/** Takes an entity out of all that it is linked to. */
export function removeLinks(context: Context, entity: Entity): void {
  for (const link of linkedTo(context, entity)) context.store.remove(link);
}

/** @throws ArmError 404 */
function targetOf(context: Context, link: string): Entity {
  return existing(context, `${instanceId(link)}/${link.split('/').slice(-2).join('/')}`);
}
