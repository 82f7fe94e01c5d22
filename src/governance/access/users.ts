import * as vscode from 'vscode';
import { productSubscriptionSchema } from '../../protocol/apim/arm.ts';
import { userName, userSchema, type User } from '../../protocol/apim/people.ts';
import { readSeen, type Seen } from './deciding.ts';
import { checkPortal } from './portal.ts';
import { type AccessTools, choose, confirm, decideOn, seenWords, tell, waitFor } from './tools.ts';

/** Refuses somebody's calls and keeps him out of the developer portal, or lets him in again. */
export async function setBlocked(tools: AccessTools, target: unknown, blocked: boolean): Promise<void> {
  const title = blocked ? vscode.l10n.t('Block user') : vscode.l10n.t('Unblock user');
  const chosen = await choose(
    tools,
    target,
    'user',
    title,
    ({ words = [] }) => words.includes('blocked') !== blocked,
  );
  if (chosen === undefined) return;
  const { access, node } = chosen;
  const state = blocked ? 'blocked' : 'active';
  const path = access.id + node.path;
  const action = blocked ? vscode.l10n.t('Block') : vscode.l10n.t('Unblock');
  const done = await decideOn<User, string>(tools, access, ['users'], {
    read: (signal) => readSeen(access, node.path, userSchema, signal),
    ask: (user, changed) => {
      // Who has not followed his invitation is no more blocked than one who is active, and is not to become active here.
      if ((user.properties.state === 'blocked') === blocked) return alreadySo(user, blocked);
      return blocked ? askToBlock(user, changed, action) : Promise.resolve(action);
    },
    write: (_, { etag }, signal) =>
      access.arm.patch(path, { properties: { state } }, { ifMatch: etag, signal }),
  });
  if (done === undefined) return;
  tell(
    blocked
      ? vscode.l10n.t('{0} is blocked.', node.label)
      : vscode.l10n.t('{0} may sign in and call again.', node.label),
  );
}

function askToBlock(user: User, changed: boolean, action: string): Promise<string | undefined> {
  return confirm(
    vscode.l10n.t('Block {0}?', userName(user)),
    seenWords(
      changed,
      vscode.l10n.t(
        'The user cannot sign in to the developer portal, and calls with the keys of all subscriptions of {0} are refused.',
        userName(user),
      ),
    ),
    [action],
  );
}

function alreadySo(user: User, blocked: boolean): Promise<undefined> {
  tell(
    blocked
      ? vscode.l10n.t('{0} is blocked already.', userName(user))
      : vscode.l10n.t('{0} is not blocked.', userName(user)),
  );
  return Promise.resolve(undefined);
}

interface UserWithSubscriptions {
  readonly user: User;
  readonly subscriptions: readonly string[];
}

export async function deleteUser(tools: AccessTools, target: unknown): Promise<void> {
  const chosen = await choose(tools, target, 'user', vscode.l10n.t('Delete user'));
  if (chosen === undefined) return;
  const { access, node } = chosen;
  const path = access.id + node.path;
  const done = await decideOn<UserWithSubscriptions, DeleteDecision>(
    tools,
    access,
    ['users', 'groups', 'subscriptions'],
    {
      read: async (signal): Promise<Seen<UserWithSubscriptions>> => {
        const { value, etag } = await readSeen(access, node.path, userSchema, signal);
        const all = await access.arm.listAll(`${path}/subscriptions`, productSubscriptionSchema, { signal });
        const subscriptions = all.map(({ name, properties }) => properties.displayName ?? name);
        return { value: { user: value, subscriptions }, etag };
      },
      ask: askToDelete,
      write: ({ deleteSubscriptions }, { etag }, signal) =>
        access.arm.delete(path, {
          ifMatch: etag,
          query: { deleteSubscriptions: String(deleteSubscriptions), notify: 'false' },
          signal,
        }),
    },
  );
  if (done !== undefined) tell(vscode.l10n.t('{0} is deleted.', node.label));
}

interface DeleteDecision {
  /** The service deletes nobody who has some without them. Source: Microsoft Learn, Remove-AzApiManagementUser. */
  readonly deleteSubscriptions: boolean;
}

async function askToDelete(
  { user, subscriptions }: UserWithSubscriptions,
  changed: boolean,
): Promise<DeleteDecision | undefined> {
  const deleteSubscriptions = subscriptions.length > 0;
  const action = deleteSubscriptions
    ? vscode.l10n.t('Delete with subscriptions')
    : vscode.l10n.t('Delete user');
  const detail = deleteSubscriptions
    ? vscode.l10n.t(
        'Subscriptions that are deleted with the user ({0}): {1}. Calls with their keys are refused then. This cannot be undone.',
        subscriptions.length,
        subscriptions.join(', '),
      )
    : vscode.l10n.t('The user has no subscriptions. This cannot be undone.');
  const choice = await confirm(
    vscode.l10n.t('Delete the user {0}?', userName(user)),
    seenWords(changed, detail),
    [action],
  );
  return choice === action ? { deleteSubscriptions } : undefined;
}

/** Source: azure-rest-api-specs apimusers.json (`UserConfirmationPassword_Send`). */
export async function sendPasswordReset(tools: AccessTools, target: unknown): Promise<void> {
  const chosen = await choose(tools, target, 'user', vscode.l10n.t('Send password reset mail'));
  if (chosen === undefined) return;
  const { access, node } = chosen;
  await checkPortal(access);
  const send = vscode.l10n.t('Send mail');
  const choice = await confirm(
    vscode.l10n.t('Send a password reset mail to {0}?', node.label),
    vscode.l10n.t(
      'The link in it leads to the developer portal of {0}, where a new password is set.',
      access.name,
    ),
    [send],
  );
  if (choice !== send) return;
  await waitFor(access, (signal) =>
    access.arm.post(`${access.id}${node.path}/confirmations/password/send`, undefined, {
      query: { appType: 'developerPortal' },
      signal,
    }),
  );
  tell(vscode.l10n.t('A password reset mail is on its way to {0}.', node.label));
}
