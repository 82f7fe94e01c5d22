import { instanceSchema, parseArm, type Instance } from '../protocol/apim/arm.ts';
import { Failure } from '../protocol/failure.ts';
import type { Account, Place } from '../shared/azurePlace.ts';
import type { ArmClient } from './armClient.ts';
import type { Picked } from './resourcePick.ts';
import { searchAccount } from './search.ts';

/**
 * Looks for an instance in all tenants of the accounts. Rejects with what its subscription answers, else with what kept
 * that from being found, `SignInNeeded` before anything else, and with `NotFound` when nothing did.
 */
export async function instanceById(
  id: string,
  accounts: readonly Account[],
  clientAt: (place: Place) => ArmClient,
): Promise<Picked<Instance>> {
  const [, wanted = ''] = /^\/subscriptions\/([^/]+)\//i.exec(id) ?? [];
  const abort = new AbortController();
  let found: Picked<Instance> | undefined;
  let refusal: Failure | undefined;
  const failures: Failure[] = [];
  const search = {
    clientAt,
    list: async function* (client: ArmClient, subscriptionId: string, signal: AbortSignal) {
      if (subscriptionId.toLowerCase() !== wanted.toLowerCase()) return;
      try {
        const { body } = await client.get(id, { signal });
        yield [parseArm(instanceSchema, body)];
      } catch (error) {
        if (error instanceof Failure) refusal = error;
        throw error;
      }
    },
    found: (where: Picked<Instance>['where'], [item]: readonly Instance[]) => {
      if (item !== undefined) found ??= { item, where };
      abort.abort();
    },
    failed: ({ failure }: { readonly failure: Failure }) => failures.push(failure),
    signal: abort.signal,
  };
  await Promise.all(accounts.map((account) => searchAccount(search, account)));
  if (found !== undefined) return found;
  throw refusal ?? failures.find(({ code }) => code === 'SignInNeeded') ?? failures[0] ?? notFound(id);
}

function notFound(id: string): Failure {
  return new Failure({
    code: 'NotFound',
    origin: 'client',
    sentence: `No account that is signed in sees the API Management instance ${id}.`,
  });
}
