const PROVIDER = 'Microsoft.MachineLearning';

const subscription = '/subscriptions/{subscriptionId}';

/** The resources of a kind in a subscription. */
export function inSubscription(kind: string): string {
  return `${subscription}/providers/${PROVIDER}/${kind}`;
}

/** The resources of a kind in a resource group. */
export function inGroup(kind: string): string {
  return `${subscription}/resourceGroups/{resourceGroup}/providers/${PROVIDER}/${kind}`;
}
