import type { InstanceAccess } from '../azure/index.ts';
import type { Endpoint } from '../catalog/index.ts';
import { plannedResources, type PlannedResource, type Publication } from '../protocol/apim/publication.ts';
import { Failure } from '../protocol/failure.ts';
import { parseArguments } from '../shared/arguments.ts';
import { type PublishArguments, publishArguments } from './callArguments.ts';
import {
  apiAt,
  type Draft,
  draftFor,
  existingProduct,
  isOpen,
  publicationOf,
  sourceOf,
  isOfVersions,
} from './draft.ts';
import { finish } from './finishing.ts';
import { type InstanceFacts, readInstance, readOperations } from './instanceFacts.ts';
import { newRecord } from './newRecord.ts';
import { isAbout, isAt, type PublicationRecord } from './publicationRecord.ts';
import { authorizationsFor } from './publishedEndpoints.ts';
import type { PublishingTools } from './publishingTools.ts';
import { readStates, type ResourceState } from './resourceStates.ts';
import { missingNeeds, stepsFor, writeSteps } from './writing.ts';

/** What `publishEndpoint` gives to a program; paths are below the instance. */
export interface PublishAnswer {
  /** The names by which the published endpoint is called now. */
  readonly workspace: string;
  readonly service: string;
  readonly url: string;
  readonly instance: string;
  readonly apiId: string;
  /** What this call has written. */
  readonly written: readonly string[];
  /** What differs and was left as it is. */
  readonly kept: readonly string[];
}

/**
 * Publishes an endpoint for a program: with the guide's choices for what is not said, and without a question. Rejects
 * with `ResourceExists` before anything is written over unless the program has said what is to happen with it.
 */
export async function publishCall(tools: PublishingTools, argument: unknown): Promise<PublishAnswer> {
  const call = parseArguments('publishEndpoint', publishArguments, argument);
  const endpoint = await tools.catalog.find(call.workspace, call.service);
  const instance = await tools.azure.findInstance(call.instance, call.account);
  const access = { arm: instance.client, id: instance.item.id };
  const earlier = (await tools.store.list()).find((each) => isAt(each, access.id) && isAbout(each, endpoint));
  const publication = await publicationBy(call, endpoint, access, earlier?.publication.path);
  const record = (): Promise<PublicationRecord> => newRecord(tools.store, endpoint, instance, publication);
  // What another window has made of it until then is known once the lease is taken.
  return tools.leases.during(await record(), async (closing) =>
    carryOut(tools, await record(), endpoint, access, call, closing),
  );
}

async function carryOut(
  tools: PublishingTools,
  record: PublicationRecord,
  endpoint: Endpoint,
  access: InstanceAccess,
  { onConflict }: PublishArguments,
  signal: AbortSignal,
): Promise<PublishAnswer> {
  const { publication, instance } = record;
  const authorizations = await authorizationsFor(tools.catalog, publication, [endpoint], {
    interactive: false,
  });
  const states = await readStates(access, plannedResources(publication), authorizations, signal);
  const differing = states.filter(({ state }) => state === 'different');
  if (onConflict === 'fail' && differing.length > 0) throw exists(instance.name, differing);
  const steps = stepsFor(
    states,
    ({ state }) => state === 'missing' || onConflict === 'overwrite',
    record.steps,
  );
  const chosen = steps.filter(({ action }) => action === 'write').map(({ path }) => path);
  const lacking = missingNeeds(states, new Set(chosen));
  if (lacking.length > 0) throw leadsElsewhere(instance.name, lacking);
  const decided = { ...record, steps };
  await tools.store.save(decided);
  const written = await writeSteps(decided, {
    instance: access,
    authorizations,
    save: (changed) => tools.store.save(changed),
    log: (line) => tools.foundation.log.info(line),
    onStep: () => undefined,
    signal,
  });
  const { endpoints, baseUrl } = await finish(tools, written, [endpoint], access, signal);
  return {
    workspace: endpoints[0]?.workspace.name ?? '',
    service: endpoint.endpointId,
    url: baseUrl,
    instance: instance.id,
    apiId: publication.apiId,
    written: chosen,
    kept: onConflict === 'keep' ? differing.map(({ planned }) => planned.path) : [],
  };
}

async function publicationBy(
  call: PublishArguments,
  endpoint: Endpoint,
  access: InstanceAccess,
  earlierPath: string | undefined,
): Promise<Publication> {
  const { signal } = new AbortController();
  const facts = await readInstance(access, signal);
  const source = sourceOf(endpoint);
  const proposed = draftFor(source, facts);
  // The guide's own suffix may be taken by the same call of yesterday.
  const path = call.path ?? earlierPath ?? proposed.path;
  if (isOfVersions(path, facts.apis))
    throw invalid(`"path": an API with versions has ${path} already; choose another one.`);
  const there = apiAt(path, facts.apis);
  const draft: Draft = {
    ...proposed,
    displayName: call.displayName ?? there?.properties.displayName ?? proposed.displayName,
    path,
    product: call.product === undefined ? proposed.product : productBy(call.product, facts),
    operations: proposed.operations.map(({ operation, included }) => ({
      operation,
      included: call.operations?.includes(operation.id) ?? included,
    })),
    key: call.injectKey === undefined ? proposed.key : call.injectKey ? 'endpoint' : 'caller',
  };
  if (call.injectKey === true && !source.hasKey)
    throw invalid('"injectKey": the endpoint has no key of its own.');
  if (call.injectKey === undefined && source.hasKey && isOpen(draft.product))
    throw invalid(
      `"injectKey": anybody may call what is in the product ${draft.product.id}, so say whether the gateway adds the key of the endpoint to those calls.`,
    );
  return publicationOf(draft, facts, there ? await readOperations(access, there.name, signal) : []);
}

function productBy(id: string, { products }: InstanceFacts): Draft['product'] {
  const there = products.find(({ product }) => product.name.toLowerCase() === id.toLowerCase());
  if (there !== undefined) return existingProduct(there.product);
  const ids = products.map(({ product }) => product.name).join(', ');
  throw invalid(`"product": the instance has no product ${id}, only ${ids || 'none'}.`);
}

function invalid(sentence: string): Failure {
  return new Failure({
    code: 'InvalidArguments',
    origin: 'client',
    sentence: `publishEndpoint: ${sentence}`,
  });
}

function exists(instance: string, differing: readonly ResourceState[]): Failure {
  const paths = differing.map(({ planned }) => planned.path.slice(1)).join(', ');
  return new Failure({
    code: 'ResourceExists',
    origin: 'client',
    sentence: `At ${instance} there is something else already: ${paths}. Nothing was written; say with "onConflict" whether to keep or overwrite it.`,
  });
}

function leadsElsewhere(instance: string, kept: readonly PlannedResource[]): Failure {
  const paths = kept.map(({ path }) => path.slice(1)).join(', ');
  return new Failure({
    code: 'ResourceExists',
    origin: 'client',
    sentence: `At ${instance}, ${paths} leads to another service, which must not get the key of the endpoint. Nothing was written; choose another "path", overwrite it, or set "injectKey" to false.`,
  });
}
