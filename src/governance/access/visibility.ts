import * as vscode from 'vscode';
import type { OpenInstance } from '../../instances/index.ts';
import { groupName, groupSchema, type Group } from '../../protocol/apim/people.ts';
import { askMany } from '../../shared/steps.ts';
import { changeLinks, linkChange, type LinkChange } from './links.ts';
import {
  type AccessTools,
  changing,
  checkPeople,
  choose,
  type Chosen,
  confirm,
  tell,
  waitFor,
} from './tools.ts';

interface Visibility {
  readonly groups: readonly Group[];
  /** Names of those that see the product. */
  readonly linked: ReadonlySet<string>;
}

/** Lets the user say which groups see a product. */
export async function chooseProductGroups(tools: AccessTools, target: unknown): Promise<void> {
  const product = await choose(tools, target, 'product', vscode.l10n.t('Choose who sees a product'));
  if (product === undefined) return;
  const { access, node } = product;
  checkPeople(access);
  const names = await changing(tools, access, ['products'], () => askAndLink(product));
  if (names === undefined) return;
  const seers = names.join(', ') || vscode.l10n.t('nobody');
  tell(vscode.l10n.t('{0} is seen by {1}.', node.label, seers));
}

/**
 * Links have no ETag: what is linked is looked at again before the decision is carried out. Gives the names of the groups
 * that see the product then.
 */
async function askAndLink({ access, node }: Chosen): Promise<readonly string[] | undefined> {
  const look = (): Promise<Visibility> =>
    waitFor(access, (signal) => readVisibility(access, node.path, signal));
  let seen = await look();
  for (let changed = false; ; changed = true) {
    const wanted = await askForGroups(node.label, seen, changed);
    if (wanted === undefined) return undefined;
    const change = linkChange(seen.linked, wanted);
    if (!(await mayHide(node.label, seen, change))) return undefined;
    const now = await look();
    const meanwhile = linkChange(seen.linked, now.linked);
    seen = now;
    if (meanwhile.added.length + meanwhile.removed.length > 0) continue;
    await waitFor(access, (signal) => changeLinks(access, `${node.path}/groups`, change, signal));
    return namesOf(seen, [...wanted]);
  }
}

async function readVisibility(
  { arm, id }: OpenInstance,
  path: string,
  signal: AbortSignal,
): Promise<Visibility> {
  const [groups, linked] = await Promise.all([
    arm.listAll(`${id}/groups`, groupSchema, { signal }),
    arm.listAll(`${id}${path}/groups`, groupSchema, { signal }),
  ]);
  return { groups, linked: new Set(linked.map(({ name }) => name)) };
}

async function askForGroups(
  product: string,
  { groups, linked }: Visibility,
  changed: boolean,
): Promise<ReadonlySet<string> | undefined> {
  let wanted: ReadonlySet<string> = linked;
  const question = {
    placeholder: changed
      ? vscode.l10n.t('Somebody else has changed it meanwhile; this is how it is now')
      : vscode.l10n.t('Groups that see the product once it is published'),
    choices: () =>
      groups.map((group) => ({
        label: groupName(group),
        description: (group.properties.description ?? '').replaceAll(/\s+/g, ' '),
        value: group.name,
      })),
    picked: (name: string) => linked.has(name),
  };
  const title = vscode.l10n.t('Who sees {0}', product);
  const outcome = await askMany({ title, canGoBack: false }, question, (names) => (wanted = new Set(names)));
  return outcome === 'next' ? wanted : undefined;
}

async function mayHide(product: string, seen: Visibility, { removed }: LinkChange): Promise<boolean> {
  if (removed.length === 0) return true;
  const hide = vscode.l10n.t('Hide product');
  const choice = await confirm(
    vscode.l10n.t('Hide {0} from {1}?', product, namesOf(seen, removed).join(', ')),
    vscode.l10n.t(
      'Whoever is in no other group that sees it cannot find it in the developer portal any more. Subscriptions that are there go on working.',
    ),
    [hide],
  );
  return choice === hide;
}

function namesOf({ groups }: Visibility, names: readonly string[]): readonly string[] {
  return names.map((name) => groups.find((group) => group.name === name)?.properties.displayName ?? name);
}
