import * as vscode from 'vscode';
import {
  recipientEmailSchema,
  recipientUserSchema,
  userName,
  userSchema,
} from '../../protocol/apim/people.ts';
import { isEmailAddress } from '../../protocol/apim/users.ts';
import { type EntityNode, entityOf } from '../../shared/instanceNode.ts';
import { askMany, askText } from '../../shared/steps.ts';
import { changeLinks, type LinkChange } from '../access/links.ts';
import { userItem } from '../access/members.ts';
import { findUser } from '../access/userNames.ts';
import { type AccessTools, changing, choose, type Chosen, waitFor } from '../access/tools.ts';
import { wordsIn } from '../wordsIn.ts';

/** Where an event has its recipients: those who are named by an address, and users. */
type Collection = 'recipientEmails' | 'recipientUsers';

/** Tells further addresses of an event. */
export async function addRecipientEmails(tools: AccessTools, target: unknown): Promise<void> {
  const chosen = await choose(tools, target, 'notification', vscode.l10n.t('Notify e-mail addresses'));
  if (chosen === undefined) return;
  const title = vscode.l10n.t('Notify of: {0}', chosen.node.label);
  let added: readonly string[] = [];
  const question = {
    prompt: vscode.l10n.t('E-mail addresses, with a comma between them'),
    placeholder: 'ada@example.com, grace@example.com',
    validate: wrongAddress,
  };
  const outcome = await askText({ title, canGoBack: false }, question, (text) => (added = wordsIn(text)));
  if (outcome !== 'next') return;
  await change(tools, chosen, 'recipientEmails', { added, removed: [] });
  tellAdded(chosen.node, added);
}

/** Tells users of the instance of an event. */
export async function addRecipientUsers(tools: AccessTools, target: unknown): Promise<void> {
  const chosen = await choose(tools, target, 'notification', vscode.l10n.t('Notify users'));
  if (chosen === undefined) return;
  const { access, node } = chosen;
  const { arm, id } = access;
  const { users, told } = await waitFor(access, async (signal) => ({
    users: await arm.listAll(`${id}/users`, userSchema, { signal }),
    told: await arm.listAll(`${id}${node.path}/recipientUsers`, recipientUserSchema, { signal }),
  }));
  const names = new Set(told.map(({ name }) => name));
  const question = {
    placeholder: vscode.l10n.t('Users to notify'),
    choices: () => users.filter(({ name }) => !names.has(name)).map(userItem),
    picked: () => false,
  };
  let added: typeof users = [];
  const title = vscode.l10n.t('Notify of: {0}', node.label);
  const outcome = await askMany({ title, canGoBack: false }, question, (values) => (added = values));
  if (outcome !== 'next' || added.length === 0) return;
  await change(tools, chosen, 'recipientUsers', { added: added.map(({ name }) => name), removed: [] });
  tellAdded(node, added.map(userName));
}

interface Recipient extends Chosen {
  readonly collection: Collection;
  readonly name: string;
  readonly label: string;
}

/** Tells somebody of an event no longer; that can be taken back. */
export async function removeRecipient(tools: AccessTools, target: unknown): Promise<void> {
  const recipient = await chooseRecipient(tools, target, vscode.l10n.t('Stop notifying'));
  if (recipient === undefined) return;
  const { collection, name, label } = recipient;
  await change(tools, recipient, collection, { added: [], removed: [name] });
  const undo = vscode.l10n.t('Undo');
  const choice = await vscode.window.showInformationMessage(
    vscode.l10n.t('{0} is not notified any more.', label),
    undo,
  );
  if (choice === undo) await change(tools, recipient, collection, { added: [name], removed: [] });
}

/** The node of a recipient, or one of an event's recipients that the user picks. */
async function chooseRecipient(
  tools: AccessTools,
  target: unknown,
  title: string,
): Promise<Recipient | undefined> {
  const node = entityOf(target, 'recipientEmail', 'recipientUser');
  const parts = /^(.*)\/(recipientEmails|recipientUsers)\/([^/]+)$/.exec(node?.path ?? '');
  if (node !== undefined && parts !== null) {
    const [, path = '', collection, name = ''] = parts;
    const access = await tools.instances.open(target, title);
    return (
      access && {
        access,
        node: { ...node, kind: 'notification', path },
        collection: collection === 'recipientUsers' ? 'recipientUsers' : 'recipientEmails',
        name: decodeURIComponent(name),
        label: node.label,
      }
    );
  }
  const chosen = await choose(tools, target, 'notification', title);
  return chosen && pickRecipient(chosen, title);
}

async function pickRecipient({ access, node }: Chosen, title: string): Promise<Recipient | undefined> {
  const { arm, id } = access;
  const { emails, users } = await waitFor(access, async (signal) => {
    const told = await arm.listAll(`${id}${node.path}/recipientUsers`, recipientUserSchema, { signal });
    const found = told.map(async ({ name }) => ({ name, user: await findUser(access, name, signal) }));
    return {
      emails: await arm.listAll(`${id}${node.path}/recipientEmails`, recipientEmailSchema, { signal }),
      users: await Promise.all(found),
    };
  });
  const items = [
    ...emails.map(({ name }) => ({
      label: name,
      description: '',
      name,
      collection: 'recipientEmails' as const,
    })),
    ...users.map(({ name, user }) => ({
      ...(user === undefined ? { label: name, description: vscode.l10n.t('user') } : userItem(user)),
      name,
      collection: 'recipientUsers' as const,
    })),
  ];
  const placeHolder =
    items.length === 0 ? vscode.l10n.t('Nobody is notified.') : vscode.l10n.t('Whom to notify no longer');
  const picked = await vscode.window.showQuickPick(items, { title, placeHolder, matchOnDescription: true });
  return picked && { access, node, collection: picked.collection, name: picked.name, label: picked.label };
}

function change(
  tools: AccessTools,
  { access, node }: Chosen,
  collection: Collection,
  links: LinkChange,
): Promise<void> {
  return changing(tools, access, ['notifications'], () =>
    waitFor(access, (signal) => changeLinks(access, `${node.path}/${collection}`, links, signal)),
  );
}

function tellAdded({ label }: EntityNode, names: readonly string[]): void {
  void vscode.window.showInformationMessage(
    vscode.l10n.t('"{0}" is told from now on to {1}.', label, names.join(', ')),
  );
}

/** What is wrong with a list of addresses. */
function wrongAddress(text: string): string | undefined {
  const addresses = wordsIn(text);
  if (addresses.length === 0) return vscode.l10n.t('An address like ada@example.com is expected.');
  const wrong = addresses.find((address) => !isEmailAddress(address));
  return wrong === undefined ? undefined : vscode.l10n.t('{0} is no e-mail address.', wrong);
}
