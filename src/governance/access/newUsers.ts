import { randomUUID } from 'node:crypto';
import * as vscode from 'vscode';
import type { OpenInstance } from '../../instances/index.ts';
import { childPath } from '../../protocol/apim/arm.ts';
import { addedUser, invitedUser } from '../../protocol/apim/users.ts';
import type { JsonObject } from '../../protocol/json.ts';
import { checkPortal } from './portal.ts';
import { type AccessTools, changing, confirm, openWithPeople, tell, waitFor } from './tools.ts';
import { askForUser, type WantedUser } from './userQuestions.ts';

/** Has the service send somebody a link with which he becomes a user. */
export async function inviteUser(tools: AccessTools, target: unknown): Promise<void> {
  const title = vscode.l10n.t('Invite user');
  const access = await openWithPeople(tools, target, title);
  if (access === undefined) return;
  await checkPortal(access);
  const user = await askForUser(access, title);
  if (user === undefined) return;
  const send = vscode.l10n.t('Send invitation');
  const choice = await confirm(
    vscode.l10n.t('Invite {0} to {1}?', nameOf(user), access.name),
    vscode.l10n.t(
      'A mail goes to {0} with a link that is valid for 2 days. The account is active as soon as it is followed.',
      user.email,
    ),
    [send],
  );
  if (choice !== send) return;
  await putUser(tools, access, user.groups, invitedUser(user), { notify: 'true' });
  tell(
    vscode.l10n.t(
      '{0} is invited to {1}. The link in the mail is valid for 2 days.',
      nameOf(user),
      access.name,
    ),
  );
}

/** Makes somebody a user at once, without a mail. */
export async function addUser(tools: AccessTools, target: unknown): Promise<void> {
  const title = vscode.l10n.t('Add user');
  const access = await openWithPeople(tools, target, title);
  if (access === undefined) return;
  const user = await askForUser(access, title);
  if (user === undefined) return;
  await putUser(tools, access, user.groups, addedUser(user), { notify: 'false' });
  tell(
    vscode.l10n.t(
      '{0} is a user of {1}. No mail was sent: "Send password reset mail…" gives them a way into the developer portal.',
      nameOf(user),
      access.name,
    ),
  );
}

function nameOf({ firstName, lastName }: WantedUser): string {
  return `${firstName} ${lastName}`;
}

/** An id of its own: made of his name, it would be read in logs, and could be that of another user. */
function putUser(
  tools: AccessTools,
  access: OpenInstance,
  groups: readonly string[],
  body: JsonObject,
  query: Readonly<Record<string, string>>,
): Promise<void> {
  const name = randomUUID();
  return changing(tools, access, ['users', 'groups'], () =>
    waitFor(access, async (signal) => {
      const { arm, id } = access;
      await arm.put(childPath(id, 'users', name), body, { query, signal });
      for (const group of groups)
        await arm.put(childPath(id, 'groups', group, 'users', name), undefined, { signal });
    }),
  );
}
