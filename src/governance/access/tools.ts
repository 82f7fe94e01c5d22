import * as vscode from 'vscode';
import type { Instances, Listed, OpenInstance } from '../../instances/index.ts';
import { Failure } from '../../protocol/failure.ts';
import { asking } from '../../shared/asking.ts';
import { decide, type Deciding } from './deciding.ts';
import { type BranchName, type EntityNode, entityOf } from '../../shared/instanceNode.ts';

/** What the commands about users, groups, products and subscriptions work with. */
export interface AccessTools {
  readonly instances: Pick<Instances, 'open' | 'pick' | 'refresh'>;
}

/** Something of an instance that a command is for. */
export interface Chosen {
  readonly access: OpenInstance;
  readonly node: EntityNode;
}

const branchOf = {
  user: 'users',
  group: 'groups',
  product: 'products',
  subscription: 'subscriptions',
  notification: 'notifications',
} as const;

/** What a command was called on, or what the user picks among what suits. Undefined when dismissed. */
export async function choose(
  { instances }: AccessTools,
  target: unknown,
  kind: keyof typeof branchOf,
  title: string,
  suits?: (listed: Listed) => boolean,
): Promise<Chosen | undefined> {
  const access = await instances.open(target, title);
  if (access === undefined) return undefined;
  if (kind !== 'product' && kind !== 'subscription') checkPeople(access);
  const node = entityOf(target, kind) ?? (await instances.pick(access, branchOf[kind], title, suits));
  return node && { access, node };
}

/** An instance that has users and groups. Rejects with `NotInTier`. */
export async function openWithPeople(
  { instances }: AccessTools,
  target: unknown,
  title: string,
): Promise<OpenInstance | undefined> {
  const access = await instances.open(target, title);
  if (access !== undefined) checkPeople(access);
  return access;
}

/** Rejects with `NotInTier`. Source: azure-docs api-management-features.md. */
export function checkPeople({ name, hasPortal }: OpenInstance): void {
  if (hasPortal) return;
  throw new Failure({
    code: 'NotInTier',
    origin: 'client',
    sentence: vscode.l10n.t(
      '{0} has no users, groups and notifications: they belong to the developer portal, which the tier Consumption lacks. Give out subscriptions that stand alone, or choose another tier.',
      name,
    ),
  });
}

/** Waits for an instance, with a word about it and a way out. */
export function waitFor<T>({ arm }: OpenInstance, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  return asking(arm.baseUrl, work);
}

/** Does something to what branches of the tree list; what a failure has left half-done is listed anew too. */
export async function changing<T>(
  { instances }: AccessTools,
  access: OpenInstance,
  branches: readonly BranchName[],
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } finally {
    for (const branch of branches) instances.refresh({ node: 'branch', instanceId: access.id, branch });
  }
}

/** Asks on what something is now, writes over nothing else, and lists the branches anew. Undefined where nothing is done. */
export function decideOn<T, D>(
  tools: AccessTools,
  access: OpenInstance,
  branches: readonly BranchName[],
  deciding: Omit<Deciding<T, D>, 'during'>,
): Promise<D | undefined> {
  return changing(tools, access, branches, () =>
    decide({ ...deciding, during: (work) => waitFor(access, work) }),
  );
}

/** Asks in a dialog that cannot be overlooked; gives the action that was chosen. `dismiss` is what doing nothing is called. */
export async function confirm(
  message: string,
  detail: string,
  actions: readonly string[],
  dismiss = vscode.l10n.t('Cancel'),
): Promise<string | undefined> {
  const close = { title: dismiss, isCloseAffordance: true };
  const items = [...actions.map((title) => ({ title })), close];
  const choice = await vscode.window.showWarningMessage(message, { modal: true, detail }, ...items);
  return choice === close ? undefined : choice?.title;
}

/** What is said of something, after a word on others who were faster. */
export function seenWords(changed: boolean, ...paragraphs: readonly string[]): string {
  const first = vscode.l10n.t('Somebody else has changed it meanwhile; this is how it is now.');
  return [...(changed ? [first] : []), ...paragraphs].join('\n\n');
}

export function tell(text: string): void {
  void vscode.window.showInformationMessage(text);
}
