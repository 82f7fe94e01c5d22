import { randomUUID } from 'node:crypto';
import type { ChosenInstance } from '../azure/index.ts';
import type { Endpoint } from '../catalog/index.ts';
import type { Publication } from '../protocol/apim/publication.ts';
import { coversMade, isAt, type PublicationRecord } from './publicationRecord.ts';
import type { PublicationStore } from './publicationStore.ts';

/**
 * The record of a publication that begins. An API that was published before keeps its record, which knows what was made.
 * One with something that is not published any more stays beside the new one, so that this can be unpublished too.
 */
export async function newRecord(
  store: PublicationStore,
  endpoint: Endpoint,
  { item, where }: ChosenInstance,
  publication: Publication,
): Promise<PublicationRecord> {
  const earlier = (await store.list()).find(
    (each) => isAt(each, item.id) && each.publication.apiId === publication.apiId,
  );
  return {
    version: 1,
    id: earlier !== undefined && coversMade(publication, earlier) ? earlier.id : randomUUID(),
    startedAt: new Date().toISOString(),
    endpoint: {
      workspace: endpoint.workspace.name,
      endpointId: endpoint.endpointId,
      label: endpoint.label,
      baseUrl: endpoint.workspace.baseUrl,
      workspaceId: endpoint.workspace.workspaceId,
    },
    instance: { id: item.id, name: item.name, gatewayUrl: item.properties.gatewayUrl ?? '' },
    where,
    publication,
    steps: earlier?.steps ?? [],
    ended: false,
    ...(earlier?.workspace !== undefined && { workspace: earlier.workspace }),
  };
}
