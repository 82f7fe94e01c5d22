import type { InstanceAccess } from '../../azure/index.ts';
import { productSubscriptionSchema, type ProductSubscription } from '../../protocol/apim/arm.ts';
import { scopeWords } from '../../shared/scopeWords.ts';
import { readSeen, type Seen } from './deciding.ts';
import { nameOfUser } from './userNames.ts';

/** A subscription as a person knows it. */
export interface SubscriptionFacts {
  readonly name: string;
  readonly state: string;
  readonly comment: string;
  /** Name of the user it belongs to; absent for one that stands alone. */
  readonly owner?: string;
  /** What it is for: "product starter". */
  readonly scope: string;
}

export async function readSubscription(
  access: InstanceAccess,
  path: string,
  signal: AbortSignal,
): Promise<Seen<SubscriptionFacts>> {
  const { value, etag } = await readSeen(access, path, productSubscriptionSchema, signal);
  return { value: await factsOf(access, value, signal), etag };
}

async function factsOf(
  access: InstanceAccess,
  { name, properties }: ProductSubscription,
  signal: AbortSignal,
): Promise<SubscriptionFacts> {
  const { displayName = name, state = '', stateComment = '', scope = '', ownerId } = properties;
  const owner = ownerId === undefined ? undefined : await nameOfUser(access, ownerId, signal);
  const facts = { name: displayName, state, comment: stateComment, scope: scopeWords(scope) };
  return owner === undefined ? facts : { ...facts, owner };
}
