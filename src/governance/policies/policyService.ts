import type { ArmClient } from '../../azure/index.ts';
import { parseArm, policySchema } from '../../protocol/apim/arm.ts';
import { parsePolicy, samePolicy } from '../../protocol/apim/policyXml.ts';
import { Failure } from '../../protocol/failure.ts';
import { policyPath, type PolicySite } from './policySite.ts';

/** A policy as it is in Azure. */
export interface StoredPolicy {
  /** Absent where there is none. */
  readonly text?: string;
  readonly etag?: string;
}

/** Somebody else has written, or removed, the policy since it was read. */
export class PolicyConflict extends Error {
  readonly theirs: StoredPolicy;

  constructor(theirs: StoredPolicy) {
    super('The policy is another one by now.');
    this.theirs = theirs;
  }
}

/** Reads a policy as it is written in its editor. Source: azure-rest-api-specs apimapis.json (`rawxml`). */
export async function readStored(
  arm: ArmClient,
  site: PolicySite,
  signal?: AbortSignal,
): Promise<StoredPolicy> {
  const options = { query: { format: 'rawxml' }, ...(signal && { signal }) };
  const reply = await arm.find(policyPath(site), options);
  if (reply === undefined) return {};
  const { value } = parseArm(policySchema, reply.body).properties;
  return { text: value, ...(reply.etag !== undefined && { etag: reply.etag }) };
}

/**
 * Writes a policy over the one with an ETag, or where there was none, and gives the new ETag. Throws `PolicyConflict`
 * where it is not as it was read.
 */
export async function writeStored(
  arm: ArmClient,
  site: PolicySite,
  text: string,
  before: Pick<StoredPolicy, 'etag'>,
  signal?: AbortSignal,
): Promise<StoredPolicy> {
  // A create has no condition.
  if (before.etag === undefined) await checkNone(arm, site, signal);
  try {
    const reply = await arm.put(
      policyPath(site),
      { properties: { format: 'rawxml', value: text } },
      { ...(before.etag !== undefined && { ifMatch: before.etag }), ...(signal && { signal }) },
    );
    const { etag = (await readStored(arm, site, signal)).etag } = reply;
    return { text, ...(etag !== undefined && { etag }) };
  } catch (error) {
    const theirs = await changedSince(arm, site, before, error);
    // An answer that was lost on the way may have been to a write of our own.
    if (theirs.text !== undefined && isSame(theirs.text, text)) return theirs;
    throw new PolicyConflict(theirs);
  }
}

/** Removes a policy as it was read. Throws `PolicyConflict`. */
export async function removeStored(
  arm: ArmClient,
  site: PolicySite,
  before: StoredPolicy,
  signal?: AbortSignal,
): Promise<void> {
  const { etag } = before;
  if (etag === undefined) {
    await checkNone(arm, site, signal);
    return;
  }
  try {
    await arm.delete(policyPath(site), { ifMatch: etag, ...(signal && { signal }) });
  } catch (error) {
    const theirs = await changedSince(arm, site, before, error);
    if (theirs.text !== undefined) throw new PolicyConflict(theirs);
  }
}

/** Gives up a write that Azure does not end. Rejects with `Timeout` then: it may have been carried out all the same. */
export async function withPatience<T>(
  patienceMs: number,
  write: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const patience = AbortSignal.timeout(patienceMs);
  try {
    return await write(patience);
  } catch (error) {
    if (!patience.aborted || error instanceof PolicyConflict) throw error;
    throw new Failure({
      code: 'Timeout',
      origin: 'client',
      sentence:
        'Azure has not said in time that it is done. The policy may have been written: save again to see.',
      cause: error,
    });
  }
}

async function checkNone(arm: ArmClient, site: PolicySite, signal?: AbortSignal): Promise<void> {
  const there = await readStored(arm, site, signal);
  if (there.text !== undefined) throw new PolicyConflict(there);
}

/** What is there instead of what was read; throws the error again where it says something else. */
async function changedSince(
  arm: ArmClient,
  site: PolicySite,
  before: Pick<StoredPolicy, 'etag'>,
  error: unknown,
): Promise<StoredPolicy> {
  const isPossible = error instanceof Failure && (error.status === 412 || error.status === 404);
  if (!isPossible || before.etag === undefined) throw error;
  const theirs = await readStored(arm, site);
  if (theirs.etag === before.etag) throw error;
  return theirs;
}

function isSame(one: string, other: string): boolean {
  const [a, b] = [parsePolicy(one), parsePolicy(other)];
  return !(a instanceof Error) && !(b instanceof Error) && samePolicy(a, b);
}
