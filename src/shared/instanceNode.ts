/** What an instance of API Management is listed by. */
export type BranchName = 'apis' | 'products' | 'subscriptions' | 'users' | 'groups' | 'notifications';

export type EntityKind =
  | 'api'
  | 'operation'
  | 'product'
  | 'productApi'
  | 'productGroup'
  | 'subscription'
  | 'user'
  | 'group'
  | 'member'
  | 'notification'
  | 'recipientEmail'
  | 'recipientUser';

/** Something of an instance; `path` is what its ARM path has below that of the instance: `/products/starter`. */
export interface EntityNode {
  readonly node: 'entity';
  readonly instanceId: string;
  readonly kind: EntityKind;
  readonly path: string;
  readonly label: string;
}

/** An element of the view "API Management", as its menus hand it to commands. */
export type InstanceNode =
  | { readonly node: 'instance'; readonly instanceId: string }
  | { readonly node: 'branch'; readonly instanceId: string; readonly branch: BranchName }
  | EntityNode
  /** Stands for the pages of a list that are not shown. */
  | { readonly node: 'more'; readonly of: InstanceNode }
  | { readonly node: 'remark'; readonly text: string; readonly retry?: InstanceNode };

export function isInstanceNode(value: unknown): value is InstanceNode {
  return (
    typeof value === 'object' &&
    value !== null &&
    'node' in value &&
    ['instance', 'branch', 'entity', 'more', 'remark'].includes(String(value.node))
  );
}

/** The instance that a command is for; undefined for a call from the palette. */
export function instanceIdOf(target: unknown): string | undefined {
  return isInstanceNode(target) && 'instanceId' in target ? target.instanceId : undefined;
}

/** What a command is for, if it is of one of these kinds; undefined for a call from the palette. */
export function entityOf(target: unknown, ...kinds: readonly EntityKind[]): EntityNode | undefined {
  return isInstanceNode(target) && target.node === 'entity' && kinds.includes(target.kind)
    ? target
    : undefined;
}
