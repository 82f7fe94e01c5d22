import * as v from 'valibot';
import { tryParseJson } from '../../protocol/json.ts';
import { whereSchema } from '../../shared/azurePlace.ts';
import { startedWriteSchema } from '../../shared/startedWrite.ts';

const tier = v.object({ name: v.string(), units: v.number() });

const common = {
  version: v.literal(1),
  id: v.string(),
  /** ISO 8601. */
  startedAt: v.string(),
  /** The instance, as a path below Azure Resource Manager. */
  instance: v.object({ id: v.string(), name: v.string() }),
  /** Who may reach it. */
  where: whereSchema,
  tier,
  /** What Azure goes on with; absent before its answer. */
  write: v.exactOptional(startedWriteSchema),
};

const record = v.variant('kind', [
  v.object({
    ...common,
    kind: v.literal('create'),
    /** The name of the region. */
    location: v.string(),
    organisation: v.string(),
    /** Of the administrator. */
    email: v.string(),
  }),
  v.object({
    ...common,
    kind: v.literal('changeTier'),
    from: tier,
    /** The instance's when the user decided; where the service gives none, nothing is compared. */
    etag: v.exactOptional(v.string()),
  }),
]);

/** An instance that is being made, or moved to another tier, as it is kept on the disk; without secrets. */
export type WorkRecord = Readonly<v.InferOutput<typeof record>>;
export type Creation = Extract<WorkRecord, { readonly kind: 'create' }>;
export type TierChange = Extract<WorkRecord, { readonly kind: 'changeTier' }>;

/** The record in a file's text; undefined for anything else. */
export function parseWorkRecord(text: string): WorkRecord | undefined {
  const parsed = v.safeParse(record, tryParseJson(text));
  return parsed.success ? parsed.output : undefined;
}
