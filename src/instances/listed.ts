import type * as v from 'valibot';
import type { InstanceAccess } from '../azure/index.ts';
import { childPath } from '../protocol/apim/arm.ts';
import type { EntityKind } from '../shared/instanceNode.ts';

/** An instance whose things are listed. */
export interface ListedInstance extends InstanceAccess {
  /** Whether it has a developer portal, and with it users, groups and notifications. */
  readonly hasPortal: boolean;
}

/** Something of an instance, as it is drawn. */
export interface Listed {
  readonly kind: EntityKind;
  /** Below the instance. */
  readonly path: string;
  readonly label: string;
  readonly description?: string;
  readonly icon: string;
  /** Beside the kind in the context value of its menus. */
  readonly words?: readonly (string | false | undefined)[];
  readonly facts?: Readonly<Record<string, string | undefined>>;
  readonly opens?: boolean;
  /** Wants somebody's attention. */
  readonly waits?: boolean;
}

export type Pages = AsyncGenerator<readonly Listed[], void, undefined>;

/** Lists what is below a path of an instance. */
export async function* pagesOf<T extends { readonly name: string }>(
  { arm, id }: InstanceAccess,
  collection: string,
  schema: v.GenericSchema<unknown, T>,
  draw: (item: T, path: string) => Listed | undefined | Promise<Listed>,
  signal: AbortSignal,
): Pages {
  for await (const page of arm.list(id + collection, schema, { signal })) {
    const draws = page.map(async (item) => draw(item, childPath(collection, item.name)));
    yield (await Promise.all(draws)).flatMap((listed) => listed ?? []);
  }
}

/** One list after the other. */
export async function* inTurn(...lists: readonly Pages[]): Pages {
  for (const list of lists) yield* list;
}
