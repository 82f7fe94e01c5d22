import type { HttpClient } from '../transport/index.ts';
import { blobExtent, type Storage } from '../storage/index.ts';
import type { JobRecord } from './jobRecord.ts';

export interface SizeTools {
  readonly storage: Pick<Storage, 'open'>;
  http(): Promise<HttpClient>;
}

/**
 * How large the outputs of jobs are. Only a storage that is known here is asked, each output once: a call to the service
 * could cost one of the few that a gateway allows.
 */
export class OutputSizes {
  readonly #tools: SizeTools;
  readonly #onKnown: (ownId: string) => void;
  /** In bytes; undefined while it is asked for, or cannot be told. */
  readonly #sizes = new Map<string, number | undefined>();

  constructor(tools: SizeTools, onKnown: (ownId: string) => void) {
    this.#tools = tools;
    this.#onKnown = onKnown;
  }

  of(ownId: string, output: string): number | undefined {
    return this.#sizes.get(keyOf(ownId, output));
  }

  /** Asks for what is not known yet of a finished job's outputs. Never rejects. */
  async ask(record: JobRecord): Promise<void> {
    const unasked = Object.entries(record.outputs).filter(([output]) => !this.#has(record, output));
    if (record.storage === undefined || unasked.length === 0) return;
    for (const [output] of unasked) this.#sizes.set(keyOf(record.ownId, output), undefined);
    try {
      const client = await this.#tools.storage.open(record.storage);
      const http = await this.#tools.http();
      await Promise.all(
        unasked.map(async ([output, { relativeLocation }]) => {
          const { size } = await blobExtent(http, { url: client.readUrl(relativeLocation) });
          this.#sizes.set(keyOf(record.ownId, output), size);
        }),
      );
    } catch {
      // A result is listed without its size, and opening it says what is wrong.
    }
    this.#onKnown(record.ownId);
  }

  #has(record: JobRecord, output: string): boolean {
    return this.#sizes.has(keyOf(record.ownId, output));
  }
}

function keyOf(ownId: string, output: string): string {
  return `${ownId}/${output}`;
}
