import { EventEmitter, once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Failure } from '../../../../src/protocol/failure.ts';
import type { ByteSource } from '../../../../src/results/table/index.ts';

/** Bytes in memory; notes which ranges were read. */
export class MemorySource implements ByteSource {
  readonly streamBlock = 1024 * 1024;
  readonly reads: { readonly position: number; readonly length: number }[] = [];
  readonly closing = new EventEmitter();
  readonly #bytes: Uint8Array;

  constructor(text: string | Uint8Array) {
    this.#bytes = typeof text === 'string' ? Buffer.from(text) : text;
  }

  get size(): number {
    return this.#bytes.length;
  }

  read(target: Uint8Array, position: number): Promise<void> {
    this.reads.push({ position, length: target.length });
    target.set(this.#bytes.subarray(position, position + target.length));
    return Promise.resolve();
  }

  close(): Promise<void> {
    this.closing.emit('close');
    return Promise.resolve();
  }
}

/** Reads take a turn of the loop; notes how many were under way at once. */
export class SlowSource extends MemorySource {
  mostAtOnce = 0;
  #underWay = 0;

  override async read(target: Uint8Array, position: number): Promise<void> {
    this.mostAtOnce = Math.max(this.mostAtOnce, ++this.#underWay);
    await new Promise(setImmediate);
    await super.read(target, position);
    this.#underWay -= 1;
  }
}

/** A blob that answers ranges; `before` may answer in its place. */
export async function serveBlob(
  content: () => Uint8Array,
  before: (request: IncomingMessage, response: ServerResponse) => boolean = () => false,
): Promise<{ url: string; ranges: string[]; close: () => Promise<void> }> {
  const ranges: string[] = [];
  const server = createServer((request, response) => {
    if (before(request, response)) return;
    const bytes = content();
    const range = request.headers.range ?? '';
    ranges.push(range);
    const [, first = '', last = ''] = /^bytes=(\d+)-(\d+)$/.exec(range) ?? [];
    if (Number(first) >= bytes.length) {
      response.writeHead(416, { 'content-range': `bytes */${bytes.length}` }).end();
      return;
    }
    const part = bytes.subarray(Number(first), Number(last) + 1);
    response
      .writeHead(206, {
        'content-range': `bytes ${first}-${Number(first) + part.length - 1}/${bytes.length}`,
        'content-length': part.length,
        etag: '"one"',
      })
      .end(part);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/results/output.csv?sig=secret`,
    ranges,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

export function failsWith(code: string): (error: unknown) => boolean {
  return (error) => error instanceof Failure && error.code === code;
}
