import { type Catalog, type Endpoint, endpointsOf } from '../catalog/index.ts';
import { swaggerOperation } from '../protocol/apim/operations.ts';
import { keyNameFor, type Publication } from '../protocol/apim/publication.ts';
import type { OtherEndpoint } from './draft.ts';
import { publishedEndpoints, type PublicationRecord, sourceAmong } from './publicationRecord.ts';
import type { Authorizations } from './resourceStates.ts';

/** What is in the workspace of an endpoint besides it; a service whose endpoints are not listed yet means its default one. */
export function othersThan({ workspace, endpointId }: Endpoint): readonly OtherEndpoint[] {
  const listed = endpointsOf(workspace)
    .filter((each) => each.endpointId !== endpointId)
    .map((each) => ({ label: each.label, reference: each.endpointId }));
  const unlisted = workspace.services
    .filter(({ endpoints }) => endpoints.length === 0)
    .flatMap(({ name, serviceId }) =>
      serviceId === undefined ? [] : [{ label: name, reference: serviceId }],
    );
  return [...listed, ...unlisted];
}

type Sources = Pick<Catalog, 'find' | 'workspaces'>;

/** The endpoints that a record is about, the one that was published first. */
export function endpointsIn(catalog: Sources, record: PublicationRecord): Promise<readonly Endpoint[]> {
  return Promise.all(publishedEndpoints(record).map((endpointId) => originalOf(catalog, record, endpointId)));
}

/** An endpoint that was published, as it is called at the service itself. */
export function originalOf(
  catalog: Sources,
  record: PublicationRecord,
  endpointId: string,
): Promise<Endpoint> {
  const { name } = sourceAmong(catalog.workspaces(), record) ?? { name: record.endpoint.workspace };
  return catalog.find(name, endpointId);
}

/** What the named values of a publication are to hold; a key that is not known is asked for, or rejects with `MissingApiKey`. */
export async function authorizationsFor(
  catalog: Pick<Catalog, 'authorize'>,
  publication: Publication,
  endpoints: readonly Endpoint[],
  { interactive }: { readonly interactive: boolean },
): Promise<Authorizations> {
  const authorizations = new Map<string, string>();
  for (const endpoint of endpoints) {
    const keyName = keyNameFor(publication, endpoint.endpointId);
    if (keyName === undefined) continue;
    const { Authorization } = await catalog.authorize(endpoint, { interactive });
    if (Authorization !== undefined) authorizations.set(keyName, Authorization);
  }
  return authorizations;
}

/** Puts the endpoints into the tree as they are called through the API; gives them in their order. */
export async function addToTree(
  catalog: Pick<Catalog, 'addPublished' | 'schemaIfAny' | 'attachSchema'>,
  publication: Publication,
  endpoints: readonly Endpoint[],
  gateway: { readonly baseUrl: string; readonly subscriptionKey?: string },
): Promise<readonly Endpoint[]> {
  const { displayName, endpointKeys } = publication;
  const added: Endpoint[] = [];
  for (const endpoint of endpoints) {
    const keyName = keyNameFor(publication, endpoint.endpointId);
    const published = await catalog.addPublished(endpoint, {
      ...gateway,
      name: displayName,
      choosesKey: endpointKeys !== undefined,
      ...(keyName !== undefined && { keyName }),
    });
    await shareSchema(catalog, endpoint, published, publication);
    added.push(published);
  }
  return added;
}

/** Five operations say nothing of inputs and columns. */
async function shareSchema(
  catalog: Pick<Catalog, 'schemaIfAny' | 'attachSchema'>,
  endpoint: Endpoint,
  published: Endpoint,
  { operations }: Publication,
): Promise<void> {
  if (operations.some(({ urlTemplate }) => urlTemplate === swaggerOperation.urlTemplate)) return;
  const schema = await catalog.schemaIfAny(endpoint);
  if (schema === undefined) return;
  const source = `${endpoint.workspace.name}: ${endpoint.label}`;
  await catalog.attachSchema(published, { source, schema });
}
