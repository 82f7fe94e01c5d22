import { createHash } from 'node:crypto';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import { writeWhole } from '../local-service/writeWhole.ts';
import { tryParseJson } from '../protocol/json.ts';
import type { ServiceSchema } from '../protocol/studio/serviceSchema.ts';
import type { ServiceAddress } from '../protocol/studio/urls.ts';

/** A schema that the user gave to an endpoint, and where it came from, in words. */
export interface AttachedSchema {
  readonly source: string;
  readonly schema: ServiceSchema;
}

/**
 * What is known of the schemas of endpoints, as files in `folder`: those that were attached, and the `swagger.json` that
 * each service last sent. An endpoint is known by base URL, workspace and endpoint id, so another host has no part in it.
 */
export class SchemaStore {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Undefined when nothing is attached, or the file is not understood. */
  async attached(address: ServiceAddress): Promise<AttachedSchema | undefined> {
    const text = await this.#read(address, 'attached');
    const result = v.safeParse(attachedSchema, text === undefined ? undefined : tryParseJson(text));
    return result.success ? result.output : undefined;
  }

  attach(address: ServiceAddress, attached: AttachedSchema): Promise<void> {
    return this.#write(address, 'attached', JSON.stringify(attached));
  }

  /** Whether there was something to detach. */
  async detach(address: ServiceAddress): Promise<boolean> {
    const was = await this.#read(address, 'attached');
    await rm(this.#path(address, 'attached'), { force: true });
    return was !== undefined;
  }

  /** The `swagger.json` that the service sent last. */
  published(address: ServiceAddress): Promise<string | undefined> {
    return this.#read(address, 'swagger');
  }

  keepPublished(address: ServiceAddress, document: string): Promise<void> {
    return this.#write(address, 'swagger', document);
  }

  async #read(address: ServiceAddress, kind: Kind): Promise<string | undefined> {
    try {
      return await readFile(this.#path(address, kind), 'utf8');
    } catch {
      return undefined;
    }
  }

  /** Another window that reads at the same time finds the old file or the new one, whole. */
  async #write(address: ServiceAddress, kind: Kind, text: string): Promise<void> {
    await mkdir(this.#folder, { recursive: true });
    await writeWhole(this.#path(address, kind), text, 0o600);
  }

  #path({ baseUrl, style, workspaceId, endpointId }: ServiceAddress, kind: Kind): string {
    const place = [baseUrl.replace(/\/+$/, ''), style, workspaceId.toLowerCase(), endpointId.toLowerCase()];
    const name = createHash('sha256').update(JSON.stringify(place)).digest('hex').slice(0, 32);
    return join(this.#folder, `${name}.${kind}.json`);
  }
}

type Kind = 'attached' | 'swagger';

const cell = v.union([v.string(), v.number(), v.boolean(), v.null()]);
const columnType = v.picklist(['integer', 'number', 'boolean', 'date-time', 'time-span', 'string']);
const allowedValues = v.exactOptional(v.array(v.string()));
const port = v.object({
  name: v.string(),
  columns: v.array(
    v.object({
      name: v.string(),
      type: columnType,
      format: v.exactOptional(v.string()),
      nullable: v.boolean(),
      allowedValues,
    }),
  ),
  sampleRows: v.array(v.array(cell)),
});
const parameter = v.object({
  name: v.string(),
  type: columnType,
  format: v.exactOptional(v.string()),
  default: v.exactOptional(cell),
  description: v.exactOptional(v.string()),
  allowedValues,
  required: v.exactOptional(v.boolean()),
});
const attachedSchema = v.object({
  source: v.string(),
  schema: v.object({
    title: v.string(),
    inputs: v.array(port),
    outputs: v.array(port),
    globalParameters: v.array(parameter),
  }),
});
