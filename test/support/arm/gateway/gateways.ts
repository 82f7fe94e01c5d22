import type { Store } from '../store.ts';
import { InstanceGateway } from './index.ts';
import type { LoggedCall } from './loggedCall.ts';
import { Traces } from './traces.ts';

/** The gateways of all instances, each on a port of its own. */
export class Gateways {
  readonly #store: Store;
  readonly #gateways = new Map<
    string,
    { readonly gateway: InstanceGateway; readonly url: Promise<string> }
  >();
  readonly #past = new Map<string, readonly LoggedCall[]>();
  readonly #traces = new Map<string, Traces>();
  readonly #urls = new Map<string, string>();

  constructor(store: Store) {
    this.#store = store;
  }

  /** Starts the gateway of an instance unless it runs; gives its URL. */
  async open(instance: string): Promise<string> {
    const key = instance.toLowerCase();
    let opened = this.#gateways.get(key);
    if (!opened) {
      const gateway = new InstanceGateway(this.#store, instance, this.tracesOf(instance));
      opened = { gateway, url: gateway.listen() };
      this.#gateways.set(key, opened);
    }
    const url = await opened.url;
    this.#urls.set(key, url);
    return url;
  }

  /** The URL of a gateway that was started. */
  urlOf(instance: string): string {
    return this.#urls.get(instance.toLowerCase()) ?? '';
  }

  /** The traces of an instance's calls. */
  tracesOf(instance: string): Traces {
    const key = instance.toLowerCase();
    const traces = this.#traces.get(key) ?? new Traces();
    this.#traces.set(key, traces);
    return traces;
  }

  /** The calls of an instance, those that were put there first. */
  callsOf(instance: string): readonly LoggedCall[] {
    const key = instance.toLowerCase();
    return [...(this.#past.get(key) ?? []), ...(this.#gateways.get(key)?.gateway.calls ?? [])];
  }

  /** Puts calls of the past to those of an instance. */
  addCalls(instance: string, calls: readonly LoggedCall[]): void {
    const key = instance.toLowerCase();
    this.#past.set(key, [...(this.#past.get(key) ?? []), ...calls]);
  }

  async close(): Promise<void> {
    for (const { gateway, url } of this.#gateways.values()) {
      await url;
      await gateway.close();
    }
  }
}
