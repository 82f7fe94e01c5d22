import * as v from 'valibot';

/**
 * What a write has started and Azure goes on with, as it can be kept on the disk and followed later. The URLs are opaque
 * and carry no token. Source: azure-docs async-operations.md.
 */
export const startedWriteSchema = v.object({
  method: v.picklist(['PUT', 'PATCH', 'POST', 'DELETE']),
  /** What was written. */
  url: v.string(),
  /**
   * What tells how far it is: the `operation` of an `Azure-AsyncOperation` header, a `location` that is accepted only
   * until it is done, or the `resource` with its provisioning state.
   */
  followBy: v.picklist(['operation', 'location', 'resource']),
  followUrl: v.string(),
  /** Where an action has its answer in the end. */
  answerUrl: v.exactOptional(v.string()),
});

export type StartedWrite = Readonly<v.InferOutput<typeof startedWriteSchema>>;
