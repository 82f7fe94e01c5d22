import type { InstanceAccess } from '../azure/index.ts';
import { plannedResources } from '../protocol/apim/publication.ts';
import type { PublicationRecord } from './publicationRecord.ts';
import { readStates } from './resourceStates.ts';
import { stepsFor } from './writing.ts';

/** The record with one step only, which writes the key, as `writeSteps` takes it; undefined if the key is there already. */
export async function keyUpdate(
  record: PublicationRecord,
  instance: InstanceAccess,
  authorization: string,
  signal: AbortSignal,
): Promise<PublicationRecord | undefined> {
  const plan = plannedResources(record.publication).filter(({ kind }) => kind === 'namedValue');
  const states = await readStates(instance, plan, authorization, signal);
  const steps = stepsFor(states, () => true, record.steps);
  return steps.some(({ action }) => action === 'write') ? { ...record, steps } : undefined;
}
