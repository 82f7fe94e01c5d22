import type { JsonObject } from '../json.ts';

/** Source: azure-rest-api-specs apimsubscriptions.json (`SubscriptionState`). */
export type SubscriptionState = 'suspended' | 'active' | 'expired' | 'submitted' | 'rejected' | 'cancelled';

export function isSubscriptionName(text: string): boolean {
  return text.length >= 1 && text.length <= 100;
}

/** A subscription that is to be made; the service makes its keys. */
export interface NewSubscription {
  readonly displayName: string;
  /** Path below the instance: of a product, of an API, or `/apis`. */
  readonly scope: string;
  /** Id of a user; absent for a subscription that stands alone. */
  readonly ownerId?: string;
  readonly state: 'active' | 'submitted';
}

/** The state is always said: the default is to wait for an approval. Source: the same. */
export function subscriptionBody({ displayName, scope, ownerId, state }: NewSubscription): JsonObject {
  return { properties: { displayName, scope, state, ...(ownerId !== undefined && { ownerId }) } };
}

/** The owner sees the comment in the developer portal. Source: the same (`stateComment`). */
export function decisionBody(state: SubscriptionState, comment = ''): JsonObject {
  return { properties: { state, ...(comment !== '' && { stateComment: comment }) } };
}

/** Whether the owner is told by mail, and of which portal that mail speaks. Source: the same (`NotifyParameter`). */
export function notifyQuery(notify: boolean): Readonly<Record<string, string>> {
  return notify ? { notify: 'true', appType: 'developerPortal' } : { notify: 'false' };
}
