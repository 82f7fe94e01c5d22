import type { InstanceAccess } from '../azure/index.ts';
import type { Endpoint } from '../catalog/index.ts';
import { subscriptionPath } from '../protocol/apim/publication.ts';
import { type PublicationRecord, publishedUrl } from './publicationRecord.ts';
import { addToTree } from './publishedEndpoints.ts';
import type { PublishingTools } from './publishingTools.ts';
import { subscriptionKeyOf } from './subscriptionKeys.ts';

/** Endpoints as they are called through the gateway, the one that was published first. */
export interface Published {
  readonly endpoints: readonly Endpoint[];
  readonly baseUrl: string;
}

/** Puts the API of a record whose steps are done into the tree, with the key of its subscription, and ends the record. */
export async function finish(
  { catalog, store }: PublishingTools,
  record: PublicationRecord,
  sources: readonly Endpoint[],
  { arm, id }: InstanceAccess,
  signal: AbortSignal,
): Promise<Published> {
  const { publication } = record;
  const subscription = { id: id + subscriptionPath(publication) };
  const subscriptionKey =
    (await arm.find(subscription.id, { signal })) && (await subscriptionKeyOf(arm, subscription, signal));
  const baseUrl = publishedUrl(record);
  const gateway = { baseUrl, ...(subscriptionKey !== undefined && { subscriptionKey }) };
  const endpoints = await addToTree(catalog, publication, sources, gateway);
  const [first] = endpoints;
  await store.save({ ...record, ended: true, ...(first && { workspace: first.workspace.name }) });
  return { endpoints, baseUrl };
}
