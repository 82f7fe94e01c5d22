import type { InstanceAccess } from '../azure/index.ts';
import { Failure } from '../protocol/failure.ts';
import { plannedResources, type PlannedResource, withSecret } from '../protocol/apim/publication.ts';
import { isPreconditionFailed } from '../protocol/apim/armErrors.ts';
import { differing, isPolicy } from '../protocol/apim/resourceView.ts';
import { type PublicationRecord, type PublicationStep, withStep } from './publicationRecord.ts';
import { type Authorizations, readState, type ResourceState } from './resourceStates.ts';

export interface WritingTools {
  readonly instance: InstanceAccess;
  /** Needed for each named value that is written. */
  readonly authorizations: Authorizations;
  readonly save: (record: PublicationRecord) => Promise<void>;
  readonly log: (line: string) => void;
  /** Told before each write. */
  readonly onStep: (planned: PlannedResource, number: number, total: number) => void;
  readonly signal: AbortSignal;
}

/**
 * The steps that lead from what is there to the plan; `write` says which resources the person wants to be written. What
 * `before`, an earlier publication of the same API, has made stays its own.
 */
export function stepsFor(
  states: readonly ResourceState[],
  write: (state: ResourceState) => boolean,
  before: readonly PublicationStep[] = [],
): readonly PublicationStep[] {
  const made = new Set(before.filter((step) => step.made).map(({ path }) => path));
  return states.map((state) => ({
    path: state.planned.path,
    action: state.state !== 'same' && write(state) ? 'write' : 'leave',
    existed: state.state !== 'missing',
    ...(state.etag !== undefined && { etag: state.etag }),
    state: 'waiting',
    made: state.state !== 'missing' && made.has(state.planned.path),
  }));
}

/** What is needed by what is chosen, and is not chosen: what is not there, and an API that leads away with the key. */
export function missingNeeds(
  states: readonly ResourceState[],
  chosen: ReadonlySet<string>,
): readonly PlannedResource[] {
  const written = states.map(({ planned }) => planned).filter(({ path }) => chosen.has(path));
  const needed = new Set(written.flatMap(({ needs }) => needs));
  const withKey = written.some(({ kind }) => kind === 'namedValue' || kind === 'apiPolicy');
  return states
    .filter(
      (each) =>
        !chosen.has(each.planned.path) &&
        ((each.state === 'missing' && needed.has(each.planned.path)) || (withKey && leadsElsewhere(each))),
    )
    .map(({ planned }) => planned);
}

/** The key of an endpoint is for its service only. */
function leadsElsewhere({ planned, state, existing }: ResourceState): boolean {
  if (planned.kind !== 'api' || state !== 'different') return false;
  return existing?.serviceUrl !== planned.body?.properties.serviceUrl;
}

/**
 * Carries out what is left to be done of a record, one write after another; what is there as planned already is not
 * written again. Rejects with `ResourceChanged` before anything is written over that is not as it was when the person
 * decided; what was done until then stays in the record.
 */
export async function writeSteps(start: PublicationRecord, tools: WritingTools): Promise<PublicationRecord> {
  const plan = new Map(plannedResources(start.publication).map((planned) => [planned.path, planned]));
  const open = start.steps.filter(({ action, state }) => action === 'write' && state !== 'done');
  let record = start;
  for (const [index, step] of open.entries()) {
    const planned = plan.get(step.path);
    if (planned === undefined) continue;
    tools.onStep(planned, index + 1, open.length);
    // Only what was not as planned just before is marked as begun: what somebody else has made is not our own.
    const begin = async (): Promise<void> => {
      record = withStep(record, step.path, 'begun');
      await tools.save(record);
    };
    const outcome = await writeStep(planned, step, begin, tools);
    record = withStep(record, step.path, 'done');
    await tools.save(record);
    tools.log(`${start.publication.displayName}: ${planned.kind} ${planned.path} ${outcome}`);
  }
  return record;
}

type Outcome = 'was there as planned' | 'overwritten' | 'created';

async function writeStep(
  planned: PlannedResource,
  step: PublicationStep,
  begin: () => Promise<void>,
  tools: WritingTools,
): Promise<Outcome> {
  const { instance, authorizations, signal } = tools;
  const now = await readState(instance, planned, authorizations, signal);
  if (now.state === 'same') return 'was there as planned';
  const exists = now.state !== 'missing';
  if (exists !== step.existed || now.etag !== step.etag) throw changed(planned);
  await begin();
  try {
    await put(planned, now, tools);
  } catch (error) {
    if (!isPreconditionFailed(error)) throw error;
    // An answer that was lost on the way may have been to a write of our own.
    if ((await readState(instance, planned, authorizations, signal)).state !== 'same')
      throw changed(planned, error);
  }
  return exists ? 'overwritten' : 'created';
}

/**
 * Of what is there, only what the preview has shown is changed: a PUT would empty all other members. Policies and schemas
 * have no other members, and take no PATCH.
 */
async function put(
  planned: PlannedResource,
  { state, etag = '*', existing = {} }: ResourceState,
  { instance: { arm, id }, authorizations, signal }: WritingTools,
): Promise<void> {
  const path = id + planned.path;
  const body = bodyOf(planned, authorizations);
  const options = { signal, ...(state !== 'missing' && { ifMatch: etag }) };
  const isWhole = isPolicy(planned) || planned.kind === 'schema';
  if (state === 'missing' || body === undefined || isWhole) await arm.put(path, body, options);
  else await arm.patch(path, { properties: differing(body.properties, existing) }, options);
}

function bodyOf(planned: PlannedResource, authorizations: Authorizations): PlannedResource['body'] {
  if (planned.kind !== 'namedValue') return planned.body;
  const authorization = authorizations.get(planned.name);
  if (authorization !== undefined) return withSecret(planned, authorization);
  throw new Failure({
    code: 'MissingApiKey',
    origin: 'client',
    sentence: `The key that ${planned.name} is to hold is not stored. Set the API key of the endpoint.`,
  });
}

function changed(planned: PlannedResource, cause?: unknown): Failure {
  return resourceChanged(planned, 'written over. Look at what is there now', cause);
}

/** Somebody else has written, or deleted, what was about to be written over or deleted. */
export function resourceChanged({ kind, path }: PlannedResource, notDone: string, cause: unknown): Failure {
  return new Failure({
    code: 'ResourceChanged',
    origin: 'service',
    sentence: `Somebody has changed ${path.slice(1)} (${kind}) meanwhile, so it was not ${notDone}.`,
    cause,
  });
}
