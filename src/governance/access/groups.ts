import * as vscode from 'vscode';
import type { OpenInstance } from '../../instances/index.ts';
import { childPath } from '../../protocol/apim/arm.ts';
import { groupBody, type GroupText, isGroupDescription } from '../../protocol/apim/groups.ts';
import { groupSchema, type Group } from '../../protocol/apim/people.ts';
import { isDisplayName, resourceIdFrom } from '../../protocol/apim/publicationProblems.ts';
import { Failure } from '../../protocol/failure.ts';
import { askInSteps, trimmedText } from '../../shared/steps.ts';
import { readSeen } from './deciding.ts';
import { freeId } from './freeId.ts';
import {
  type AccessTools,
  changing,
  choose,
  type Chosen,
  confirm,
  decideOn,
  openWithPeople,
  seenWords,
  tell,
  waitFor,
} from './tools.ts';

export async function newGroup(tools: AccessTools, target: unknown): Promise<void> {
  const title = vscode.l10n.t('New group');
  const access = await openWithPeople(tools, target, title);
  if (access === undefined) return;
  const text = await askForText(title, { displayName: '', description: '' });
  if (text === undefined) return;
  await changing(tools, access, ['groups'], () =>
    waitFor(access, async (signal) => {
      const name = await freeId(access, '/groups', resourceIdFrom(text.displayName), signal);
      await access.arm.put(childPath(access.id, 'groups', name), groupBody(text), { signal });
    }),
  );
  tell(
    vscode.l10n.t(
      'The group {0} is made. Add members, and choose the products that they see.',
      text.displayName,
    ),
  );
}

export async function editGroup(tools: AccessTools, target: unknown): Promise<void> {
  const title = vscode.l10n.t('Edit group');
  const chosen = await choose(tools, target, 'group', title);
  if (chosen === undefined) return;
  const { access, node } = chosen;
  const text = await decideOn<Group, GroupText>(tools, access, ['groups'], {
    read: (signal) => readGroup(chosen, signal),
    ask: ({ properties: { displayName = '', description = '' } }, changed) =>
      askForText(changed ? vscode.l10n.t('Edit group, which somebody else has changed meanwhile') : title, {
        displayName,
        description,
      }),
    write: (wanted, { etag }, signal) =>
      access.arm.patch(access.id + node.path, groupBody(wanted), { ifMatch: etag, signal }),
  });
  if (text !== undefined) tell(vscode.l10n.t('The group {0} is changed.', text.displayName));
}

export async function deleteGroup(tools: AccessTools, target: unknown): Promise<void> {
  const chosen = await choose(tools, target, 'group', vscode.l10n.t('Delete group'));
  if (chosen === undefined) return;
  const { access, node } = chosen;
  const action = vscode.l10n.t('Delete');
  const done = await decideOn<Group, string>(tools, access, ['groups', 'products'], {
    read: (signal) => readGroup(chosen, signal),
    ask: ({ properties }, changed) =>
      confirm(
        vscode.l10n.t('Delete the group {0}?', properties.displayName ?? node.label),
        seenWords(
          changed,
          vscode.l10n.t('Its members stay users, and do not see any more what only this group sees.'),
        ),
        [action],
      ),
    write: (_, { etag }, signal) => access.arm.delete(access.id + node.path, { ifMatch: etag, signal }),
  });
  if (done !== undefined) tell(vscode.l10n.t('The group {0} is deleted.', node.label));
}

async function readGroup({ access, node }: Chosen, signal: AbortSignal) {
  const seen = await readSeen(access, node.path, groupSchema, signal);
  checkOwn(access, seen.value);
  return seen;
}

/** Source: azure-docs api-management-howto-create-groups.md. Rejects with `BuiltInGroup`. */
export function checkOwn(access: OpenInstance, { name, properties }: Group): void {
  if (properties.builtIn !== true) return;
  throw new Failure({
    code: 'BuiltInGroup',
    origin: 'client',
    sentence: vscode.l10n.t(
      'The group {0} is built in: {1} decides who is in it, and it cannot be changed. Make a group of your own.',
      properties.displayName ?? name,
      access.name,
    ),
  });
}

async function askForText(title: string, before: GroupText): Promise<GroupText | undefined> {
  let { displayName, description } = before;
  const done = await askInSteps(
    title,
    [
      trimmedText(
        () => ({
          prompt: vscode.l10n.t('Name of the group; no other group has it'),
          value: displayName,
          validate: (text) =>
            isDisplayName(text) ? undefined : vscode.l10n.t('1 to 300 characters are expected.'),
        }),
        (text) => (displayName = text),
      ),
      trimmedText(
        () => ({
          prompt: vscode.l10n.t('What the group is for; may be empty'),
          value: description,
          validate: (text) =>
            isGroupDescription(text) ? undefined : vscode.l10n.t('At most 1000 characters are expected.'),
        }),
        (text) => (description = text),
      ),
    ],
    () => 2,
  );
  return done ? { displayName, description } : undefined;
}
