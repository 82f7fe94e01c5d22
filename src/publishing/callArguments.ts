import * as v from 'valibot';
import type { Catalog } from '../catalog/index.ts';
import { gatewayOperations, swaggerOperation } from '../protocol/apim/operations.ts';
import { isDisplayName, isPath } from '../protocol/apim/publicationProblems.ts';
import { Failure } from '../protocol/failure.ts';
import { parseArguments, text } from '../shared/arguments.ts';
import { isAbout, isAt, isSameApi, type PublicationRecord } from './publicationRecord.ts';
import type { PublishingTools } from './publishingTools.ts';

const instanceId = v.pipe(
  text,
  v.regex(
    /^\/subscriptions\/[^/]+\/resourceGroups\/[^/]+\/providers\/Microsoft\.ApiManagement\/service\/[^/]+$/i,
    'the ARM id of an API Management instance is expected',
  ),
);
const flag = v.boolean('true or false is expected');
const operationIds = [...gatewayOperations, swaggerOperation].map(({ id }) => id);

/** What `publishEndpoint` takes; what is left out is as the questions propose it. */
export const publishArguments = v.strictObject({
  workspace: text,
  service: text,
  instance: instanceId,
  displayName: v.optional(v.pipe(text, v.check(isDisplayName, '1 to 300 characters are expected'))),
  path: v.optional(v.pipe(text, v.check(isPath, 'a URL suffix is expected'))),
  product: v.optional(text),
  operations: v.optional(
    v.pipe(
      v.array(v.picklist(operationIds, `${operationIds.join(', ')} are expected`), 'a list is expected'),
      v.minLength(1, 'it is empty'),
    ),
  ),
  injectKey: v.optional(flag),
  onConflict: v.optional(
    v.picklist(['fail', 'keep', 'overwrite'], 'fail, keep or overwrite is expected'),
    'fail',
  ),
  account: v.optional(text),
});

export type PublishArguments = v.InferOutput<typeof publishArguments>;

const publishedArguments = v.union(
  [v.strictObject({ workspace: text, service: text }), v.strictObject({ instance: instanceId, apiId: text })],
  '{workspace, service} or {instance, apiId} is expected',
);

/**
 * The newest publication of the one API that a call is about. Rejects with `InvalidArguments`, with `NothingToPick`
 * where nothing was published from here, and with `AmbiguousService` where an endpoint was published in several APIs.
 */
export async function publicationFor(
  { catalog, store }: Pick<PublishingTools, 'store'> & { readonly catalog: Pick<Catalog, 'find'> },
  command: string,
  argument: unknown,
): Promise<PublicationRecord> {
  const call = parseArguments(command, publishedArguments, argument);
  const records = await store.list();
  const endpoint = 'service' in call ? await catalog.find(call.workspace, call.service) : undefined;
  const [first, ...further] = records.filter((record) =>
    'service' in call
      ? endpoint !== undefined && isAbout(record, endpoint)
      : isAt(record, call.instance) && record.publication.apiId === call.apiId,
  );
  if (first === undefined) {
    throw new Failure({
      code: 'NothingToPick',
      origin: 'client',
      sentence: 'Nothing of that kind was published from here.',
    });
  }
  const others = further.filter((each) => !isSameApi(each, first));
  if (others.length > 0) {
    const places = [first, ...others].map(
      ({ instance, publication }) => `${publication.apiId} at ${instance.id}`,
    );
    throw new Failure({
      code: 'AmbiguousService',
      origin: 'client',
      sentence: `It is published as ${places.join(', ')}. Say which one with "instance" and "apiId".`,
    });
  }
  return first;
}
