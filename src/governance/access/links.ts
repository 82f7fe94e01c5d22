import type { InstanceAccess } from '../../azure/index.ts';
import { childPath } from '../../protocol/apim/arm.ts';
import type { Group } from '../../protocol/apim/people.ts';
import { Failure } from '../../protocol/failure.ts';

/** Names of what is to be linked, and of what not any more. */
export interface LinkChange {
  readonly added: readonly string[];
  readonly removed: readonly string[];
}

/** What leads from one set of links to another. */
export function linkChange(before: ReadonlySet<string>, wanted: ReadonlySet<string>): LinkChange {
  return {
    added: [...wanted].filter((name) => !before.has(name)),
    removed: [...before].filter((name) => !wanted.has(name)),
  };
}

/**
 * Puts things into a collection of links, such as `/products/starter/groups`, and takes others out. Links have no ETag,
 * and doing it twice comes to the same. Source: azure-rest-api-specs apimproducts.json, apimgroups.json.
 */
export async function changeLinks(
  { arm, id }: InstanceAccess,
  collection: string,
  { added, removed }: LinkChange,
  signal: AbortSignal,
): Promise<void> {
  for (const name of added) await arm.put(childPath(id + collection, name), undefined, { signal });
  for (const name of removed) await arm.delete(childPath(id + collection, name), { signal });
}

/** Groups that somebody was not put into. */
export interface NotJoined {
  readonly groups: readonly Group[];
  /** Of the first of them. */
  readonly failure: Failure;
}

/** Puts somebody into as many of the groups as take him; undefined where all did. */
export async function joinGroups(
  access: InstanceAccess,
  user: string,
  groups: readonly Group[],
  signal: AbortSignal,
): Promise<NotJoined | undefined> {
  let notJoined: NotJoined | undefined;
  for (const group of groups) {
    try {
      const members = `${childPath('/groups', group.name)}/users`;
      await changeLinks(access, members, { added: [user], removed: [] }, signal);
    } catch (failure) {
      if (!(failure instanceof Failure)) throw failure;
      notJoined = { failure, ...notJoined, groups: [...(notJoined?.groups ?? []), group] };
    }
  }
  return notJoined;
}
