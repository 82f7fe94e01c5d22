import type { InstanceAccess } from '../azure/index.ts';
import { isPreconditionFailed } from '../protocol/apim/armErrors.ts';
import { plannedResources, resourceKinds, type PlannedResource } from '../protocol/apim/publication.ts';
import { Failure } from '../protocol/failure.ts';
import { jsonText } from '../protocol/json.ts';
import type { PublicationRecord } from './publicationRecord.ts';
import { contentOf, noAuthorizations, readState, readStates, type ResourceState } from './resourceStates.ts';
import { resourceChanged } from './writing.ts';

/** A resource that a publication made and that is there. */
export interface Removal {
  readonly planned: PlannedResource;
  /** It is not as it was made. */
  readonly changed: boolean;
  /** The paths of what is in it and goes with it. */
  readonly content: readonly string[];
  /** Those of it that others have made. */
  readonly foreign: readonly string[];
  /** The paths of what was there before the publication, stays, and refers to it now, such as a policy to its named value. */
  readonly neededBy: readonly string[];
}

export interface RemovingTools {
  readonly instance: InstanceAccess;
  readonly log: (line: string) => void;
  /** Told before each deletion, which waits for it. */
  readonly onStep: (planned: PlannedResource, number: number, total: number) => void | Promise<void>;
  readonly signal: AbortSignal;
}

/**
 * What the publications of an API, the newest first, have made and is there still, in the order in which it can be
 * removed. Rejects with `InstanceNotFound` rather than take all of an instance that is not found for gone.
 */
export async function findRemovals(
  records: readonly PublicationRecord[],
  instance: InstanceAccess,
  signal: AbortSignal,
): Promise<readonly Removal[]> {
  await checkIsThere(instance, signal);
  // A later one knows better: what it found gone and did not make is not its own any more.
  const made = new Map(
    records.toReversed().flatMap(({ steps }) => steps.map((step) => [step.path, step.made])),
  );
  const plan = plannedTogether(records);
  const states = await readStates(instance, plan, noAuthorizations, signal);
  const there = states.filter(({ state }) => state !== 'missing');
  const isOwn = ({ planned }: ResourceState): boolean => made.get(planned.path) ?? false;
  const staying = there.filter((each) => !isOwn(each));
  const own = there.filter(isOwn);
  const ownPaths = new Set(own.map(pathOf));
  return Promise.all(
    own.toReversed().map(async ({ planned, state }) => {
      const content = await contentOf(instance, planned, signal);
      return {
        planned,
        changed: state === 'different',
        content,
        foreign: content.filter((path) => !ownPaths.has(path)),
        neededBy: staying.filter((each) => refersTo(each, planned)).map(pathOf),
      };
    }),
  );
}

async function checkIsThere({ arm, id }: InstanceAccess, signal: AbortSignal): Promise<void> {
  try {
    await arm.get(id, { signal });
  } catch (error) {
    if (!(error instanceof Failure) || error.status !== 404) throw error;
    throw new Failure({
      code: 'InstanceNotFound',
      origin: 'service',
      status: error.status,
      sentence: `${error.sentence} Nothing was removed.`,
      cause: error,
    });
  }
}

/** Whether one resource names another one; what is in another one is among the content of that. */
function refersTo(
  { planned, state, existing = {} }: ResourceState,
  { kind, path }: PlannedResource,
): boolean {
  const canBeNamed = kind === 'namedValue' || kind === 'schema';
  if (!canBeNamed || !planned.needs.includes(path)) return false;
  // What was left as it was, or was changed since, may do without.
  const name = decodeURIComponent(path.slice(path.lastIndexOf('/') + 1));
  return state === 'same' || jsonText(existing).includes(name);
}

/** The paths of what a publication has made. */
export function madeBy({ steps }: Pick<PublicationRecord, 'steps'>): readonly string[] {
  return steps.filter((step) => step.made).map(({ path }) => path);
}

/**
 * The records of an API, the newest first, when a resource of theirs is about to be deleted: whatever ends that, the
 * newest is open, so that somebody is told, and can write again what is gone or have the rest removed.
 */
export function withRemovalBegun(
  records: readonly PublicationRecord[],
  path: string,
): readonly PublicationRecord[] {
  return records.map((record, index) => ({
    ...record,
    ended: record.ended && index > 0,
    steps: record.steps.map((step) =>
      step.path === path
        ? { path, action: 'write', existed: false, state: 'waiting', made: step.made }
        : step,
    ),
  }));
}

/** A resource as the first of the records has it, before those that are in it or need it. */
function plannedTogether(records: readonly PublicationRecord[]): readonly PlannedResource[] {
  const planned = records.toReversed().flatMap(({ publication }) => plannedResources(publication));
  const latest = new Map(planned.map((each) => [each.path, each]));
  return [...latest.values()].toSorted(
    (one, other) => resourceKinds.indexOf(one.kind) - resourceKinds.indexOf(other.kind),
  );
}

/** Of what can be removed, what has to stay because something that stays is in it or needs it. */
export function withoutNeeded(
  removals: readonly Removal[],
  removed: ReadonlySet<string>,
): readonly Removal[] {
  const staying = removals.filter(({ planned }) => !removed.has(planned.path));
  const needed = new Set(staying.flatMap(({ planned }) => planned.needs));
  const left = removals.filter(
    ({ planned, neededBy }) =>
      removed.has(planned.path) && !needed.has(planned.path) && neededBy.length === 0,
  );
  return left.length === removed.size ? left : withoutNeeded(removals, new Set(left.map(pathOf)));
}

/**
 * Deletes resources one after another. What has changed since the person decided rejects with `ResourceChanged`; what is
 * gone already is no failure.
 */
export async function removeResources(removals: readonly Removal[], tools: RemovingTools): Promise<void> {
  for (const [index, removal] of removals.entries()) {
    await tools.onStep(removal.planned, index + 1, removals.length);
    const outcome = await remove(removal, tools);
    tools.log(`${removal.planned.kind} ${removal.planned.path} ${outcome}`);
  }
}

async function remove(removal: Removal, { instance, signal }: RemovingTools): Promise<string> {
  const { planned } = removal;
  const now = await readState(instance, planned, noAuthorizations, signal);
  if (now.state === 'missing') return 'was gone';
  if (now.state === 'different' && !removal.changed) throw changed(planned);
  const seen = new Set(removal.content);
  if ((await contentOf(instance, planned, signal)).some((path) => !seen.has(path))) throw changed(planned);
  try {
    await instance.arm.delete(instance.id + planned.path, {
      query: queryOf(planned),
      ...(planned.body !== undefined && { ifMatch: now.etag ?? '*' }),
      signal,
    });
  } catch (error) {
    if (error instanceof Failure && error.status === 404) return 'was gone';
    throw isPreconditionFailed(error) ? changed(planned, error) : error;
  }
  return 'deleted';
}

function changed(planned: PlannedResource, cause?: unknown): Failure {
  return resourceChanged(planned, 'deleted. Unpublish again to see what is there now', cause);
}

function queryOf({ kind }: PlannedResource): Record<string, string> {
  return kind === 'product' ? { deleteSubscriptions: 'true' } : {};
}

function pathOf({ planned }: Pick<ResourceState, 'planned'>): string {
  return planned.path;
}
