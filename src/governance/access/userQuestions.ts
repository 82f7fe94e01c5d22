import * as vscode from 'vscode';
import { isEmailAddress, isPersonName, type NewUser } from '../../protocol/apim/users.ts';
import { groupName, groupSchema, type Group } from '../../protocol/apim/people.ts';
import { askInSteps, askMany, type Step, trimmedText } from '../../shared/steps.ts';
import type { OpenInstance } from '../../instances/index.ts';
import { waitFor } from './tools.ts';

export interface WantedUser extends NewUser {
  /** That he is put into, beside that of all developers. */
  readonly groups: readonly Group[];
}

type Draft = { -readonly [K in keyof WantedUser]: WantedUser[K] };

/** Asks who is to become a user. Undefined when the person gives up. */
export async function askForUser(access: OpenInstance, title: string): Promise<WantedUser | undefined> {
  const all = await waitFor(access, (signal) =>
    access.arm.listAll(`${access.id}/groups`, groupSchema, { signal }),
  );
  const groups = all.filter(
    ({ properties }) => properties.builtIn !== true && properties.type !== 'external',
  );
  const draft: Draft = { firstName: '', lastName: '', email: '', groups: [] };
  const steps = [
    askName(draft, 'firstName', vscode.l10n.t('First name')),
    askName(draft, 'lastName', vscode.l10n.t('Last name')),
    askEmail(draft),
    ...(groups.length === 0 ? [] : [askGroups(draft, groups)]),
  ];
  return (await askInSteps(title, steps, () => steps.length)) ? draft : undefined;
}

function askName(draft: Draft, member: 'firstName' | 'lastName', prompt: string): Step {
  const validate = (text: string): string | undefined =>
    isPersonName(text) ? undefined : vscode.l10n.t('1 to 100 characters are expected.');
  return trimmedText(
    () => ({ prompt, value: draft[member], validate }),
    (text) => (draft[member] = text),
  );
}

function askEmail(draft: Draft): Step {
  const question = {
    prompt: vscode.l10n.t('E-mail address; no two users can have the same one'),
    validate: (text: string) =>
      isEmailAddress(text) ? undefined : vscode.l10n.t('An address like ada@example.com is expected.'),
  };
  return trimmedText(
    () => ({ ...question, value: draft.email }),
    (text) => (draft.email = text),
  );
}

function askGroups(draft: Draft, groups: readonly Group[]): Step {
  const question = {
    placeholder: vscode.l10n.t('Groups to put the user into; every user is in Developers'),
    choices: () =>
      groups.map((group) => ({
        label: groupName(group),
        description: group.properties.description ?? '',
        value: group,
      })),
    picked: (group: Group) => draft.groups.includes(group),
  };
  return (position) => askMany(position, question, (chosen) => (draft.groups = chosen));
}
