import { EventEmitter, once } from 'node:events';
import { createServer, request, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { LocalServiceDescription } from '../../../src/local-service/description.ts';
import type { LocalServiceOptions, ObservedRequest } from '../../../src/local-service/options.ts';
import { startLocalService, type RunningLocalService } from '../../../src/local-service/server.ts';
import { closeAtOnce, listenOnLoopback } from '../../support/loopback.ts';

/** A web service of the description, which a test knows to be there. */
type ServiceDescription = LocalServiceDescription['services'][number];

/**
 * A service in the test's own process, to be added to VS Code as any other service is: what is asked of it is seen, and
 * its storage can be made to stand still.
 */
export class OwnService {
  readonly description: LocalServiceDescription;
  /** Every request to the service and its gateway, oldest first. */
  readonly requests: readonly ObservedRequest[];
  readonly storage: StorageFront;
  readonly #running: RunningLocalService;
  readonly #holds: Holds<ObservedRequest>;

  private constructor(
    running: RunningLocalService,
    requests: readonly ObservedRequest[],
    holds: Holds<ObservedRequest>,
    storage: StorageFront,
  ) {
    this.#running = running;
    this.#holds = holds;
    this.description = running.description;
    this.requests = requests;
    this.storage = storage;
  }

  static async start(
    options: Pick<LocalServiceOptions, 'services' | 'limits' | 'fault'> = {},
  ): Promise<OwnService> {
    const requests: ObservedRequest[] = [];
    const holds = new Holds<ObservedRequest>();
    const running = await startLocalService({
      ...options,
      fault: async (observed) => {
        requests.push(observed);
        await holds.pass(observed);
        return options.fault?.(observed);
      },
    });
    const storage = await StorageFront.open(running.description.storageConnectionString);
    return new OwnService(running, requests, holds, storage);
  }

  service(name = 'SimpleFeatureHashingExperiment'): ServiceDescription {
    const found = this.description.services.find((each) => each.name === name);
    if (found === undefined) throw new Error(`There is no service ${name}.`);
    return found;
  }

  /** The service's scoring URL, at the service itself or behind its gateway. */
  executeUrl(baseUrl = this.description.baseUrl): string {
    const { endpointId } = this.service();
    return `${baseUrl}/workspaces/${this.description.workspaceId}/services/${endpointId}/execute?api-version=2.0&details=true`;
  }

  /** How often it was called like this; `url` is held against path and query. */
  count(method: string, url: RegExp): number {
    return this.requests.filter((each) => each.method === method && url.test(each.url)).length;
  }

  /** Keeps back the calls that `which` names, until they are released; then they are answered, whoever waits for it. */
  hold(which: (request: ObservedRequest) => boolean): Hold {
    return this.#holds.hold(which);
  }

  async close(): Promise<void> {
    await this.storage.close();
    await this.#running.close();
  }
}

/** Requests that wait. */
export interface Hold {
  /** Settles when the first request waits. */
  readonly reached: Promise<void>;
  /** Lets the waiting requests through, and all that follow. */
  release(): void;
}

class Holds<Request> {
  readonly #holds = new Set<{ which: (request: Request) => boolean; wait: () => Promise<void> }>();

  hold(which: (request: Request) => boolean): Hold {
    const reached = new EventEmitter();
    const released = new EventEmitter();
    const firstReached = once(reached, 'once');
    const letThrough = once(released, 'once');
    const hold = {
      which,
      wait: async () => {
        reached.emit('once');
        await letThrough;
      },
    };
    this.#holds.add(hold);
    return {
      reached: firstReached.then(() => undefined),
      release: () => {
        this.#holds.delete(hold);
        released.emit('once');
      },
    };
  }

  /** Resolves when nothing keeps the request back. */
  async pass(request: Request): Promise<void> {
    for (const hold of this.#holds) if (hold.which(request)) await hold.wait();
  }
}

/** Stands before a storage account, passes requests on to it, and keeps those back that a test wants to wait. */
export class StorageFront {
  readonly #server: Server;
  readonly #target: URL;
  readonly #holds = new Holds<IncomingMessage>();
  readonly #signatures = new Set<string>();

  /** Connection string of the same account, with this front as its address. */
  readonly connectionString: string;

  private constructor(connectionString: string, server: Server, port: number) {
    const endpoint = /BlobEndpoint=([^;]+)/.exec(connectionString)?.[1] ?? '';
    this.#target = new URL(endpoint);
    this.#server = server;
    this.connectionString = connectionString.replace(
      this.#target.host,
      `${this.#target.hostname}:${String(port)}`,
    );
    server.on('request', (asked: IncomingMessage, answer: ServerResponse) => void this.#pass(asked, answer));
  }

  static async open(connectionString: string): Promise<StorageFront> {
    const server = createServer();
    return new StorageFront(connectionString, server, await listenOnLoopback(server));
  }

  /** The signature of every SAS that was used here, decoded. */
  get signatures(): readonly string[] {
    return [...this.#signatures];
  }

  /** Keeps back the requests that `which` names, until they are released. */
  hold(which: (request: IncomingMessage) => boolean): Hold {
    return this.#holds.hold(which);
  }

  async close(): Promise<void> {
    await closeAtOnce(this.#server);
  }

  async #pass(asked: IncomingMessage, answer: ServerResponse): Promise<void> {
    const { method = 'GET', url = '/', headers } = asked;
    const signature = new URL(url, this.#target).searchParams.get('sig');
    if (signature !== null) this.#signatures.add(signature);
    await this.#holds.pass(asked);
    if (answer.destroyed) return;
    const { hostname, port } = this.#target;
    const onward = request({ hostname, port, method, path: url, headers });
    answer.once('close', () => onward.destroy());
    onward.on('error', () => answer.destroy());
    onward.on('response', (received) => {
      answer.writeHead(received.statusCode ?? 502, received.rawHeaders);
      received.pipe(answer);
    });
    asked.pipe(onward);
  }
}
