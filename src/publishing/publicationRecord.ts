import * as v from 'valibot';
import type { Endpoint, Workspace } from '../catalog/index.ts';
import { operationMethods } from '../protocol/apim/operations.ts';
import { plannedResources, type Publication } from '../protocol/apim/publication.ts';
import { tryParseJson } from '../protocol/json.ts';
import { isSameBaseUrl } from '../protocol/studio/urls.ts';
import { whereSchema } from '../shared/azurePlace.ts';

const limit = v.object({ calls: v.number(), seconds: v.number() });

const publication = v.object({
  apiId: v.string(),
  displayName: v.string(),
  serviceUrl: v.string(),
  path: v.string(),
  operations: v.array(
    v.object({
      id: v.string(),
      displayName: v.string(),
      method: v.picklist(operationMethods),
      urlTemplate: v.string(),
      statuses: v.array(v.number()),
      types: v.exactOptional(
        v.object({
          request: v.exactOptional(v.string()),
          response: v.exactOptional(v.string()),
          query: v.exactOptional(v.record(v.string(), v.string())),
        }),
      ),
    }),
  ),
  product: v.object({
    id: v.string(),
    displayName: v.string(),
    subscriptionRequired: v.boolean(),
    make: v.exactOptional(
      v.object({
        description: v.string(),
        terms: v.string(),
        approvalRequired: v.boolean(),
        subscriptionsLimit: v.number(),
        published: v.boolean(),
        groups: v.exactOptional(v.array(v.string())),
        limits: v.object({ rate: v.exactOptional(limit), quota: v.exactOptional(limit) }),
      }),
    ),
  }),
  keyName: v.exactOptional(v.string()),
  endpointKeys: v.exactOptional(
    v.array(v.object({ endpointId: v.string(), label: v.string(), keyName: v.string() })),
  ),
  definitions: v.exactOptional(v.record(v.string(), v.unknown())),
}) satisfies v.GenericSchema<unknown, Publication>;

const step = v.object({
  path: v.string(),
  /** What the person has decided. */
  action: v.picklist(['write', 'leave']),
  /** Whether it was there when that was decided. */
  existed: v.boolean(),
  /** The one of then. */
  etag: v.exactOptional(v.string()),
  /** `begun`: it may have been written, or not. */
  state: v.picklist(['waiting', 'begun', 'done']),
  /** Whether it is this publication's own: it was not there before, as far as can be known. */
  made: v.boolean(),
});

export type PublicationStep = Readonly<v.InferOutput<typeof step>>;

const record = v.object({
  version: v.literal(1),
  id: v.string(),
  /** ISO 8601. */
  startedAt: v.string(),
  /** What is published, by its place in the catalog. */
  endpoint: v.object({
    workspace: v.string(),
    endpointId: v.string(),
    label: v.string(),
    /** Of the workspace, which may be called otherwise by now. Absent in records of earlier versions. */
    baseUrl: v.exactOptional(v.string()),
    workspaceId: v.exactOptional(v.string()),
  }),
  instance: v.object({ id: v.string(), name: v.string(), gatewayUrl: v.string() }),
  /** Who can reach it. */
  where: whereSchema,
  publication,
  steps: v.array(step),
  /** Everything is written, and the API is in the tree. */
  ended: v.boolean(),
  /** Where the API is in the tree. */
  workspace: v.exactOptional(v.string()),
});

/** What was chosen and done of a publication, as it is kept on the disk; without secrets. */
export interface PublicationRecord extends Readonly<
  Omit<v.InferOutput<typeof record>, 'publication' | 'steps'>
> {
  readonly publication: Publication;
  readonly steps: readonly PublicationStep[];
}

/** The record in a file's text; undefined for anything else. */
export function parsePublicationRecord(text: string): PublicationRecord | undefined {
  const parsed = v.safeParse(record, tryParseJson(text));
  return parsed.success ? parsed.output : undefined;
}

/** Whether two records are of the same API; Azure writes the names in an id in whatever case. */
export function isSameApi(
  one: Pick<PublicationRecord, 'instance' | 'publication'>,
  other: Pick<PublicationRecord, 'instance' | 'publication'>,
): boolean {
  return one.publication.apiId === other.publication.apiId && isAt(one, other.instance.id);
}

/** Whether a record is of an API of this instance. */
export function isAt({ instance }: Pick<PublicationRecord, 'instance'>, instanceId: string): boolean {
  return instance.id.toLowerCase() === instanceId.toLowerCase();
}

/** A workspace of the catalog, as far as it says what is called there. */
export type WorkspacePlace = Pick<Workspace, 'name' | 'baseUrl' | 'workspaceId'>;

/** Whether a record is of this endpoint, or of the same as it is called through the gateway. */
export function isAbout(
  record: PublicationRecord,
  { endpointId, workspace }: Pick<Endpoint, 'endpointId'> & { workspace: WorkspacePlace },
): boolean {
  const isWorkspace =
    record.workspace === workspace.name ||
    sourceAmong([workspace], record) !== undefined ||
    publishedAmong([workspace], record) !== undefined;
  return isWorkspace && publishedEndpoints(record).includes(endpointId);
}

/** Where the API of a publication is called. */
export function publishedUrl({
  instance,
  publication: { path },
}: Pick<PublicationRecord, 'instance' | 'publication'>): string {
  return [instance.gatewayUrl.replace(/\/$/, ''), path].filter(Boolean).join('/');
}

/** The workspace with the endpoints that were published, whatever it is called now. */
export function sourceAmong<T extends WorkspacePlace>(
  workspaces: readonly T[],
  { endpoint: { workspace, baseUrl, workspaceId } }: Pick<PublicationRecord, 'endpoint'>,
): T | undefined {
  const isNamed = ({ name }: T): boolean => name === workspace;
  const there = workspaces.filter((each) => isSamePlace(each, baseUrl, workspaceId));
  // The local service may be at another port by now.
  return there.find(isNamed) ?? there[0] ?? workspaces.find(isNamed);
}

/** The workspace with the same endpoints as they are called through the gateway, whatever it is called now. */
export function publishedAmong<T extends WorkspacePlace>(
  workspaces: readonly T[],
  record: Pick<PublicationRecord, 'endpoint' | 'instance' | 'publication' | 'workspace'>,
): T | undefined {
  const { workspaceId } = record.endpoint;
  const there = workspaces.filter((each) =>
    isSamePlace(each, publishedUrl(record), workspaceId ?? each.workspaceId),
  );
  return there.find(({ name }) => name === record.workspace) ?? there[0];
}

function isSamePlace(
  workspace: WorkspacePlace,
  baseUrl: string | undefined,
  workspaceId: string | undefined,
): boolean {
  return (
    baseUrl !== undefined &&
    isSameBaseUrl(workspace.baseUrl, baseUrl) &&
    workspace.workspaceId.toLowerCase() === workspaceId?.toLowerCase()
  );
}

/** The ids of the endpoints that are called through the published API, the one that was clicked first. */
export function publishedEndpoints({ endpoint, publication }: PublicationRecord): readonly string[] {
  const all = (publication.endpointKeys ?? []).map(({ endpointId }) => endpointId);
  return [...new Set([endpoint.endpointId, ...all])];
}

/** Whether a publication writes everything that a record says was made, so that its record can take the place of that. */
export function coversMade(next: Publication, { steps }: Pick<PublicationRecord, 'steps'>): boolean {
  const planned = new Set(plannedResources(next).map(({ path }) => path));
  return steps.every(({ path, made }) => !made || planned.has(path));
}

/** The record with a step that is begun or done. What was not there when its write began is the publication's own. */
export function withStep(
  before: PublicationRecord,
  path: string,
  state: PublicationStep['state'],
): PublicationRecord {
  return {
    ...before,
    steps: before.steps.map((each) =>
      each.path === path ? { ...each, state, made: each.made || (state === 'begun' && !each.existed) } : each,
    ),
  };
}
