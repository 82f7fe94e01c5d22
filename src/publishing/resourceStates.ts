import * as v from 'valibot';
import { apiPath, type PlannedResource, type Publication } from '../protocol/apim/publication.ts';
import { comparable, isAsPlanned, isPolicy } from '../protocol/apim/resourceView.ts';
import { asObject, type JsonObject } from '../protocol/json.ts';
import type { ArmClient } from './arm/client.ts';

/** An API Management instance that can be called. */
export interface InstanceAccess {
  readonly arm: ArmClient;
  /** The instance's path below Azure Resource Manager. */
  readonly id: string;
}

/** A planned resource beside what is there. */
export interface ResourceState {
  readonly planned: PlannedResource;
  readonly state: 'missing' | 'same' | 'different';
  /** Absent for what is missing, and for a link, which has none. */
  readonly etag?: string;
  /** Of what is there, the members that the plan writes. */
  readonly existing?: JsonObject;
}

const nameOnly = v.object({ name: v.string() });

/** What is there of a plan. `authorization` is what a named value is to hold; without it that is not compared. */
export async function readStates(
  instance: InstanceAccess,
  plan: readonly PlannedResource[],
  authorization: string | undefined,
  signal: AbortSignal,
): Promise<readonly ResourceState[]> {
  return Promise.all(plan.map((planned) => readState(instance, planned, authorization, signal)));
}

export async function readState(
  instance: InstanceAccess,
  planned: PlannedResource,
  authorization: string | undefined,
  signal: AbortSignal,
): Promise<ResourceState> {
  if (planned.kind === 'productApi') {
    const linked = await isLinked(instance, planned, signal);
    return { planned, state: linked ? 'same' : 'missing', ...(linked && { existing: {} }) };
  }
  const reply = await instance.arm.find(instance.id + planned.path, {
    signal,
    ...(isPolicy(planned) && { query: { format: 'rawxml' } }),
  });
  if (reply === undefined) return { planned, state: 'missing' };
  const body = asObject(reply.body);
  const same = isAsPlanned(planned, body) && (await hasSecret(instance, planned, authorization, signal));
  return {
    planned,
    state: same ? 'same' : 'different',
    existing: comparable(planned, body),
    ...(reply.etag !== undefined && { etag: reply.etag }),
  };
}

/** A product's link to an API cannot be read by itself. */
async function isLinked(
  { arm, id }: InstanceAccess,
  { path }: PlannedResource,
  signal: AbortSignal,
): Promise<boolean> {
  const list = path.slice(0, path.lastIndexOf('/'));
  const api = decodeURIComponent(path.slice(list.length + 1));
  if ((await arm.find(id + list.slice(0, list.lastIndexOf('/')), { signal })) === undefined) return false;
  for await (const page of arm.list(id + list, nameOnly, { signal }))
    if (page.some(({ name }) => name === api)) return true;
  return false;
}

/** Whoever may not read the value cannot tell, so it counts as another one. */
async function hasSecret(
  { arm, id }: InstanceAccess,
  { kind, path }: PlannedResource,
  authorization: string | undefined,
  signal: AbortSignal,
): Promise<boolean> {
  if (kind !== 'namedValue' || authorization === undefined) return true;
  try {
    const { body } = await arm.post(`${id}${path}/listValue`, undefined, { signal });
    return asObject(body).value === authorization;
  } catch (error) {
    if (signal.aborted) throw error;
    return false;
  }
}

/** What others have put into the resources of a publication: the names, by the path of the resource. */
export async function foreignContent(
  { arm, id }: InstanceAccess,
  publication: Publication,
  plan: readonly PlannedResource[],
  /** The paths of those to look into. */
  inside: ReadonlySet<string>,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, readonly string[]>> {
  const own = new Set(plan.map(({ path }) => path));
  const foreign = new Map<string, readonly string[]>();
  const look = async (path: string, list: string, pathOf: (name: string) => string): Promise<void> => {
    const names: string[] = [];
    for await (const page of arm.list(id + path + list, nameOnly, { signal }))
      names.push(
        ...page.map(({ name }) => name).filter((name) => !own.has(pathOf(encodeURIComponent(name)))),
      );
    if (names.length > 0) foreign.set(path, [...(foreign.get(path) ?? []), ...names]);
  };
  const api = apiPath(publication);
  for (const { kind, path } of plan) {
    if (!inside.has(path)) continue;
    if (kind === 'api') await look(path, '/operations', (name) => `${api}/operations/${name}`);
    if (kind === 'product') await look(path, '/apis', (name) => `${path}/apis/${name}`);
    if (kind === 'product') await look(path, '/subscriptions', (name) => `/subscriptions/${name}`);
  }
  return foreign;
}
