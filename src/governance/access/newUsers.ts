import { randomUUID } from 'node:crypto';
import * as vscode from 'vscode';
import type { OpenInstance } from '../../instances/index.ts';
import { childPath } from '../../protocol/apim/arm.ts';
import { groupName } from '../../protocol/apim/people.ts';
import { addedUser, invitedUser } from '../../protocol/apim/users.ts';
import type { JsonObject } from '../../protocol/json.ts';
import { joinGroups } from './links.ts';
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
  await makeUser(tools, access, user, {
    body: invitedUser(user),
    notify: true,
    made: vscode.l10n.t(
      '{0} is invited to {1}. The link in the mail is valid for 2 days.',
      nameOf(user),
      access.name,
    ),
    madeWithout: (groups, why) =>
      vscode.l10n.t(
        '{0} is invited to {1}, but was not put into {2}. {3}',
        nameOf(user),
        access.name,
        groups,
        why,
      ),
  });
}

/** Makes somebody a user at once, without a mail. */
export async function addUser(tools: AccessTools, target: unknown): Promise<void> {
  const title = vscode.l10n.t('Add user');
  const access = await openWithPeople(tools, target, title);
  if (access === undefined) return;
  const user = await askForUser(access, title);
  if (user === undefined) return;
  await makeUser(tools, access, user, {
    body: addedUser(user),
    notify: false,
    made: vscode.l10n.t(
      '{0} is a user of {1}. No mail was sent: "Send password reset mail…" gives them a way into the developer portal.',
      nameOf(user),
      access.name,
    ),
    madeWithout: (groups, why) =>
      vscode.l10n.t(
        '{0} is a user of {1}, but was not put into {2}. {3}',
        nameOf(user),
        access.name,
        groups,
        why,
      ),
  });
}

function nameOf({ firstName, lastName }: WantedUser): string {
  return `${firstName} ${lastName}`;
}

interface Making {
  readonly body: JsonObject;
  /** Whether the service sends a mail. */
  readonly notify: boolean;
  /** What is said of it. */
  readonly made: string;
  /** The same where groups did not take the user. */
  readonly madeWithout: (groups: string, why: string) => string;
}

/** Made is made, mail included, whatever becomes of the groups: that is said, and only they are tried again. */
async function makeUser(
  tools: AccessTools,
  access: OpenInstance,
  wanted: WantedUser,
  { body, notify, made, madeWithout }: Making,
): Promise<void> {
  // An id of its own: made of his name, it would be read in logs, and could be that of another user.
  const name = randomUUID();
  const path = childPath(access.id, 'users', name);
  const query = { notify: String(notify) };
  await changing(tools, access, ['users', 'groups'], () =>
    waitFor(access, (signal) => access.arm.put(path, body, { query, signal })),
  );
  for (let groups = wanted.groups; groups.length > 0;) {
    const notJoined = await changing(tools, access, ['groups'], () =>
      waitFor(access, (signal) => joinGroups(access, name, groups, signal)),
    );
    if (notJoined === undefined) break;
    groups = notJoined.groups;
    const again = vscode.l10n.t('Try again');
    const said = madeWithout(groups.map(groupName).join(', '), notJoined.failure.sentence);
    if ((await vscode.window.showWarningMessage(said, again)) !== again) return;
  }
  tell(made);
}
