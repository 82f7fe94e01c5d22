import type { JsonObject } from '../../../src/protocol/json.ts';

/** A resource as it is kept. */
export interface Entity {
  readonly id: string;
  readonly name: string;
  /** Such as `Microsoft.ApiManagement/service/apis`. */
  readonly type: string;
  readonly properties: JsonObject;
  /** Members beside `properties`: location, sku, tags. */
  readonly members: JsonObject;
  /** Quoted, as the header has it. */
  readonly etag: string;
}

/** All resources by id. Case does not matter in an id; the one in which it was written first stays. */
export class Store {
  readonly #entities = new Map<string, Entity>();
  #writes = 0;

  get(id: string): Entity | undefined {
    return this.#entities.get(id.toLowerCase());
  }

  /** Writes a resource, which gets a new ETag. */
  put(entity: Pick<Entity, 'id' | 'properties'> & { readonly members?: JsonObject }): Entity {
    const id = this.get(entity.id)?.id ?? entity.id;
    this.#writes += 1;
    const bytes = Buffer.alloc(8);
    bytes.writeUInt32BE(this.#writes, 4);
    const stored: Entity = {
      id,
      name: id.slice(id.lastIndexOf('/') + 1),
      type: typeOf(id),
      properties: entity.properties,
      members: entity.members ?? {},
      etag: `"${bytes.toString('base64')}"`,
    };
    this.#entities.set(id.toLowerCase(), stored);
    return stored;
  }

  /** Removes a resource and all below it. */
  remove(id: string): void {
    const lower = id.toLowerCase();
    for (const key of this.#entities.keys()) {
      if (key === lower || key.startsWith(`${lower}/`)) this.#entities.delete(key);
    }
  }

  /** The resources directly in a collection such as `…/apis`, in the order in which they came. */
  in(collection: string): readonly Entity[] {
    const prefix = `${collection.toLowerCase()}/`;
    return this.where((entity) => {
      const id = entity.id.toLowerCase();
      return id.startsWith(prefix) && !id.slice(prefix.length).includes('/');
    });
  }

  where(wanted: (entity: Entity) => boolean): readonly Entity[] {
    return [...this.#entities.values()].filter(wanted);
  }
}

/** `Microsoft.ApiManagement/service/apis` for `/…/providers/Microsoft.ApiManagement/service/demo/apis/echo`. */
function typeOf(id: string): string {
  const [, path] = id.split(/\/providers\//i);
  if (path === undefined) return 'Microsoft.Resources/resourceGroups';
  const [provider = '', ...rest] = path.split('/');
  return [provider, ...rest.filter((_, index) => index % 2 === 0)].join('/');
}
