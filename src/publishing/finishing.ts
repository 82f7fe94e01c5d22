import type { InstanceAccess } from '../azure/index.ts';
import type { Endpoint } from '../catalog/index.ts';
import { swaggerOperation } from '../protocol/apim/operations.ts';
import { type Publication, subscriptionPath } from '../protocol/apim/publication.ts';
import type { PublicationRecord } from './publicationRecord.ts';
import type { PublishingTools } from './publishingTools.ts';
import { subscriptionKeyOf } from './subscriptionKeys.ts';

/** An endpoint as it is called through the gateway. */
export interface Published {
  readonly endpoint: Endpoint;
  readonly baseUrl: string;
}

/** Puts the API of a record whose steps are done into the tree, with the key of its subscription, and ends the record. */
export async function finish(
  { catalog, store }: PublishingTools,
  record: PublicationRecord,
  source: Endpoint,
  { arm, id }: InstanceAccess,
  signal: AbortSignal,
): Promise<Published> {
  const { publication, instance } = record;
  const subscription = { id: id + subscriptionPath(publication) };
  const subscriptionKey =
    (await arm.find(subscription.id, { signal })) && (await subscriptionKeyOf(arm, subscription, signal));
  const baseUrl = [instance.gatewayUrl.replace(/\/$/, ''), publication.path].filter(Boolean).join('/');
  const endpoint = await catalog.addPublished(source, {
    name: publication.displayName,
    baseUrl,
    ...(publication.keyName !== undefined && { keyName: publication.keyName }),
    ...(subscriptionKey !== undefined && { subscriptionKey }),
  });
  await shareSchema(catalog, source, endpoint, publication);
  await store.save({ ...record, ended: true, workspace: endpoint.workspace.name });
  return { endpoint, baseUrl };
}

/** Five operations say nothing of inputs and columns. */
async function shareSchema(
  catalog: PublishingTools['catalog'],
  source: Endpoint,
  published: Endpoint,
  { operations }: Publication,
): Promise<void> {
  if (operations.some(({ urlTemplate }) => urlTemplate === swaggerOperation.urlTemplate)) return;
  const schema = await catalog.schemaIfAny(source);
  if (schema === undefined) return;
  await catalog.attachSchema(published, { source: `${source.workspace.name}: ${source.label}`, schema });
}
