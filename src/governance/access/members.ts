import * as vscode from 'vscode';
import { userDescription } from '../../instances/index.ts';
import { parseArm } from '../../protocol/apim/arm.ts';
import { groupSchema, userName, userSchema, type User } from '../../protocol/apim/people.ts';
import { entityOf } from '../../shared/instanceNode.ts';
import { askMany } from '../../shared/steps.ts';
import { checkOwn } from './groups.ts';
import { changeLinks } from './links.ts';
import { type AccessTools, changing, choose, type Chosen, confirm, tell, waitFor } from './tools.ts';

/** Puts users into a group. */
export async function addMembers(tools: AccessTools, target: unknown): Promise<void> {
  const title = vscode.l10n.t('Add members');
  const group = await choose(tools, target, 'group', title);
  if (group === undefined) return;
  const { access, node } = group;
  const { users, members } = await waitFor(access, async (signal) => ({
    members: await membersOf(group, signal),
    users: await access.arm.listAll(`${access.id}/users`, userSchema, { signal }),
  }));
  const inside = new Set(members.map(({ name }) => name));
  const others = users.filter(({ name }) => !inside.has(name));
  if (others.length === 0) {
    tell(vscode.l10n.t('All users of {0} are in {1}.', access.name, node.label));
    return;
  }
  const added = await askForUsers(vscode.l10n.t('Add members to {0}', node.label), others);
  if (added.length === 0) return;
  await changing(tools, access, ['groups'], () =>
    waitFor(access, (signal) =>
      changeLinks(
        access,
        `${node.path}/users`,
        { added: added.map(({ name }) => name), removed: [] },
        signal,
      ),
    ),
  );
  tell(vscode.l10n.t('{0} now has {1} among its members.', node.label, added.map(userName).join(', ')));
}

/** Takes a user out of a group; he stays a user. */
export async function removeMember(tools: AccessTools, target: unknown): Promise<void> {
  const title = vscode.l10n.t('Remove member');
  const member = await chooseMember(tools, target, title);
  if (member === undefined) return;
  const { access, collection, name, label } = member;
  const remove = vscode.l10n.t('Remove');
  const choice = await confirm(
    vscode.l10n.t('Remove {0} from the group?', label),
    vscode.l10n.t(
      'The user does not see any more what only this group sees. Subscriptions stay as they are.',
    ),
    [remove],
  );
  if (choice !== remove) return;
  await changing(tools, access, ['groups'], () =>
    waitFor(access, (signal) => changeLinks(access, collection, { added: [], removed: [name] }, signal)),
  );
  tell(vscode.l10n.t('{0} is not in the group any more.', label));
}

interface Member {
  readonly access: Chosen['access'];
  /** Of the group's members. */
  readonly collection: string;
  readonly name: string;
  readonly label: string;
}

/** The node of a member, or one of the members of a group that the user picks. */
async function chooseMember(tools: AccessTools, target: unknown, title: string): Promise<Member | undefined> {
  const node = entityOf(target, 'member');
  if (node !== undefined) {
    const access = await tools.instances.open(target, title);
    const [, path = '', name = ''] = /^(.*)\/users\/([^/]+)$/.exec(node.path) ?? [];
    if (access === undefined) return undefined;
    await waitFor(access, (signal) => checkChangeable({ access, path }, signal));
    return { access, collection: `${path}/users`, name: decodeURIComponent(name), label: node.label };
  }
  const group = await choose(tools, target, 'group', title);
  if (group === undefined) return undefined;
  const { access } = group;
  const members = await waitFor(access, (signal) => membersOf(group, signal));
  const placeHolder =
    members.length === 0
      ? vscode.l10n.t('{0} has no members.', group.node.label)
      : vscode.l10n.t('Member of {0}', group.node.label);
  const picked = await vscode.window.showQuickPick(members.map(userItem), {
    title,
    placeHolder,
    matchOnDescription: true,
  });
  return (
    picked && { access, collection: `${group.node.path}/users`, name: picked.value.name, label: picked.label }
  );
}

/** Whom the group has; rejects for a group that is built in. */
async function membersOf({ access, node: { path } }: Chosen, signal: AbortSignal): Promise<readonly User[]> {
  await checkChangeable({ access, path }, signal);
  return access.arm.listAll(`${access.id}${path}/users`, userSchema, { signal });
}

async function checkChangeable(
  { access, path }: { readonly access: Chosen['access']; readonly path: string },
  signal: AbortSignal,
): Promise<void> {
  const { body } = await access.arm.get(access.id + path, { signal });
  checkOwn(access, parseArm(groupSchema, body));
}

async function askForUsers(title: string, users: readonly User[]): Promise<readonly User[]> {
  let chosen: readonly User[] = [];
  const question = {
    placeholder: vscode.l10n.t('Users to put into the group'),
    choices: () => users.map(userItem),
    picked: () => false,
  };
  const outcome = await askMany({ title, canGoBack: false }, question, (values) => (chosen = values));
  return outcome === 'next' ? chosen : [];
}

export function userItem(user: User) {
  return { label: userName(user), description: userDescription(user), value: user };
}
