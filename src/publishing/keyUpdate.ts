import type { InstanceAccess } from '../azure/index.ts';
import { plannedResources } from '../protocol/apim/publication.ts';
import type { PublicationRecord } from './publicationRecord.ts';
import { type Authorizations, readStates } from './resourceStates.ts';
import { stepsFor } from './writing.ts';

/**
 * The record with the steps only that write the keys of `authorizations`, as `writeSteps` takes it; undefined if they are
 * there already.
 */
export async function keyUpdate(
  record: PublicationRecord,
  instance: InstanceAccess,
  authorizations: Authorizations,
  signal: AbortSignal,
): Promise<PublicationRecord | undefined> {
  const plan = plannedResources(record.publication).filter(
    ({ kind, name }) => kind === 'namedValue' && authorizations.has(name),
  );
  const states = await readStates(instance, plan, authorizations, signal);
  const steps = stepsFor(states, () => true, record.steps);
  return steps.some(({ action }) => action === 'write') ? { ...record, steps } : undefined;
}
