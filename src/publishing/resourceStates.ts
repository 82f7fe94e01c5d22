import * as v from 'valibot';
import type { PlannedResource } from '../protocol/apim/publication.ts';
import { comparable, type Held, isAsPlanned, isPolicy } from '../protocol/apim/resourceView.ts';
import { asObject, type JsonObject } from '../protocol/json.ts';
import type { InstanceAccess } from '../azure/index.ts';

/** A planned resource beside what is there. */
export interface ResourceState {
  readonly planned: PlannedResource;
  readonly state: 'missing' | 'same' | 'different';
  /** Absent for what is missing, and for a link, which has none. */
  readonly etag?: string;
  /** Of what is there, the members that the plan writes. */
  readonly existing?: JsonObject;
  /** Of a named value that is there: whether it is the planned secret. */
  readonly holds?: Held;
}

/** What named values are to hold, by their names: each a value of the header `Authorization`. */
export type Authorizations = ReadonlyMap<string, string>;

export const noAuthorizations: Authorizations = new Map();

const nameOnly = v.object({ name: v.string() });

/** What is there of a plan. What a named value holds is compared only where `authorizations` has what it is to hold. */
export async function readStates(
  instance: InstanceAccess,
  plan: readonly PlannedResource[],
  authorizations: Authorizations,
  signal: AbortSignal,
): Promise<readonly ResourceState[]> {
  return Promise.all(plan.map((planned) => readState(instance, planned, authorizations, signal)));
}

export async function readState(
  instance: InstanceAccess,
  planned: PlannedResource,
  authorizations: Authorizations,
  signal: AbortSignal,
): Promise<ResourceState> {
  if (planned.body === undefined) {
    const linked = await isLinked(instance, planned, signal);
    return { planned, state: linked ? 'same' : 'missing', ...(linked && { existing: {} }) };
  }
  const reply = await instance.arm.find(instance.id + planned.path, {
    signal,
    ...(isPolicy(planned) && { query: { format: 'rawxml' } }),
  });
  if (reply === undefined) return { planned, state: 'missing' };
  const body = asObject(reply.body);
  const holds = (await hasSecret(instance, planned, authorizations, signal))
    ? 'what is planned'
    : 'something else';
  return {
    planned,
    state: isAsPlanned(planned, body) && holds === 'what is planned' ? 'same' : 'different',
    existing: comparable(planned, body),
    ...(planned.kind === 'namedValue' && { holds }),
    ...(reply.etag !== undefined && { etag: reply.etag }),
  };
}

/** A product's link to an API, or to a group, cannot be read by itself. */
async function isLinked(
  { arm, id }: InstanceAccess,
  { path }: PlannedResource,
  signal: AbortSignal,
): Promise<boolean> {
  const list = path.slice(0, path.lastIndexOf('/'));
  const linked = decodeURIComponent(path.slice(list.length + 1));
  if ((await arm.find(id + list.slice(0, list.lastIndexOf('/')), { signal })) === undefined) return false;
  for await (const page of arm.list(id + list, nameOnly, { signal }))
    if (page.some(({ name }) => name === linked)) return true;
  return false;
}

/** Whoever may not read the value cannot tell, so it counts as another one. */
async function hasSecret(
  { arm, id }: InstanceAccess,
  { kind, path, name }: PlannedResource,
  authorizations: Authorizations,
  signal: AbortSignal,
): Promise<boolean> {
  const authorization = authorizations.get(name);
  if (kind !== 'namedValue' || authorization === undefined) return true;
  try {
    const { body } = await arm.post(`${id}${path}/listValue`, undefined, { signal });
    return asObject(body).value === authorization;
  } catch (error) {
    if (signal.aborted) throw error;
    return false;
  }
}

/** What is in a resource and would go with it: the paths. */
export async function contentOf(
  { arm, id }: InstanceAccess,
  { kind, path }: PlannedResource,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const list = async (inside: string, pathOf: (name: string) => string): Promise<readonly string[]> => {
    const paths: string[] = [];
    for await (const page of arm.list(id + path + inside, nameOnly, { signal }))
      paths.push(...page.map(({ name }) => pathOf(encodeURIComponent(name))));
    return paths;
  };
  const below = (collection: string): Promise<readonly string[]> =>
    list(`/${collection}`, (name) => `${path}/${collection}/${name}`);
  switch (kind) {
    case 'api':
      return [
        ...(await below('operations')),
        ...(await below('schemas')),
        ...(await below('policies')),
        ...(await list('/products', (name) => `/products/${name}${path}`)),
      ];
    case 'operation':
      return below('policies');
    case 'product':
      return [
        ...(await below('apis')),
        ...(await below('policies')),
        ...(await list('/subscriptions', (name) => `/subscriptions/${name}`)),
      ];
    default:
      return [];
  }
}
