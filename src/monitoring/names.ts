import type * as v from 'valibot';
import type { InstanceAccess } from '../azure/index.ts';
import {
  apiName,
  apiSchema,
  childPath,
  productSchema,
  productSubscriptionSchema,
} from '../protocol/apim/arm.ts';
import { Failure } from '../protocol/failure.ts';

/** What people call the APIs, products and subscriptions of an instance; each list is asked for when it is needed. */
export class Names {
  readonly #access: InstanceAccess;
  readonly #signal: AbortSignal;
  #apis: Promise<ReadonlyMap<string, string>> | undefined;
  #products: Promise<ReadonlyMap<string, string>> | undefined;
  #subscriptions: Promise<ReadonlyMap<string, string>> | undefined;

  constructor(access: InstanceAccess, signal: AbortSignal) {
    this.#access = access;
    this.#signal = signal;
  }

  /** @param reported what it was called when it was called; an API may be gone by now */
  async api(id: string, reported = ''): Promise<string> {
    this.#apis ??= this.#read('apis', apiSchema, apiName);
    // What was measured of a revision has that in its id.
    const [api = id, revision] = id.split(';rev=');
    const name = (await this.#apis).get(api.toLowerCase());
    if (name === undefined) return reported || id;
    return revision === undefined ? name : `${name};rev=${revision}`;
  }

  async product(id: string): Promise<string> {
    this.#products ??= this.#read('products', productSchema, ({ properties }) => properties.displayName);
    return nameIn(await this.#products, id);
  }

  async subscription(id: string): Promise<string> {
    this.#subscriptions ??= this.#read(
      'subscriptions',
      productSubscriptionSchema,
      ({ properties }) => properties.displayName,
    );
    return nameIn(await this.#subscriptions, id);
  }

  /** Without their names, numbers still stand beside ids. */
  async #read<T extends { readonly name: string }>(
    collection: string,
    schema: v.GenericSchema<unknown, T>,
    nameOf: (item: T) => string | undefined,
  ): Promise<ReadonlyMap<string, string>> {
    const { arm, id } = this.#access;
    try {
      const items = await arm.listAll(childPath(id, collection), schema, { signal: this.#signal });
      return new Map(items.map((item) => [item.name.toLowerCase(), nameOf(item) ?? item.name]));
    } catch (error) {
      if (error instanceof Failure && error.code !== 'Cancelled') return new Map();
      throw error;
    }
  }
}

function nameIn(names: ReadonlyMap<string, string>, id: string): string {
  return names.get(id.toLowerCase()) || id;
}
