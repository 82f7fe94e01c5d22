import * as vscode from 'vscode';
import {
  addressField,
  type AddressFields,
  type SeenField,
  seenIn,
} from '../../protocol/apim/policyFields.ts';
import { addressProblem } from '../../protocol/apim/policyValues.ts';
import { askChoice, askNeeded, askText, type Step } from '../../shared/steps.ts';
import type { FieldContext, PolicyEdit } from './fieldChange.ts';
import { askToKeep, askToRemove, askWhich, fieldEdit } from './fieldQuestions.ts';
import { wordsIn } from '../wordsIn.ts';

interface Draft {
  seen: SeenField<AddressFields> | undefined;
  removes: boolean;
  action: AddressFields['action'];
  addresses: AddressFields['addresses'];
}

/** Asks who may call by IP address; undefined when dismissed. */
export async function askAddresses({ title, policy }: FieldContext): Promise<PolicyEdit | undefined> {
  const there = seenIn(policy, addressField);
  const draft = draftOf(there[0]);
  const askAction: Step = (position) => {
    const choices = [
      {
        label: vscode.l10n.t('Allow them'),
        detail: vscode.l10n.t('Calls from any other address are answered 403.'),
        value: 'allow' as const,
      },
      {
        label: vscode.l10n.t('Forbid them'),
        detail: vscode.l10n.t('Their calls are answered 403.'),
        value: 'forbid' as const,
      },
    ].toSorted((a, b) => Number(b.value === draft.action) - Number(a.value === draft.action));
    const placeholder = vscode.l10n.t('What is to happen with the IP addresses?');
    return askChoice(position, { placeholder, choices }, (value) => (draft.action = value));
  };
  const askList: Step = (position) =>
    askText(
      position,
      {
        prompt: vscode.l10n.t('IP addresses and ranges, with commas between'),
        placeholder: '13.66.201.169, 10.0.0.1-10.0.0.9',
        value: draft.addresses.join(', '),
        validate: (text) => {
          const words = addressesIn(text);
          if (words.length === 0) return vscode.l10n.t('At least one address is needed.');
          return words.map(addressProblem).find((problem) => problem !== undefined);
        },
      },
      (text) => (draft.addresses = addressesIn(text)),
    );
  const steps = [
    askWhich(there, vscode.l10n.t('Which of the filters?'), filterWords, (chosen) => {
      if (chosen !== draft.seen) Object.assign(draft, draftOf(chosen));
    }),
    askToRemove(
      () => there.length > 0,
      () => vscode.l10n.t('Addresses are looked at already'),
      (value) => (draft.removes = value),
    ),
    ...askToKeep(draft, askAction, askList),
  ];
  if (!(await askNeeded(title, steps))) return undefined;
  const { seen, removes, ...fields } = draft;
  return fieldEdit(addressField, removes ? undefined : fields, seen);
}

function draftOf(seen: SeenField<AddressFields> | undefined): Draft {
  return { seen, removes: false, action: 'allow', addresses: [], ...seen?.fields };
}

function filterWords({ action, addresses }: AddressFields): string {
  const list = addresses.join(', ');
  return action === 'allow' ? vscode.l10n.t('Allow {0}', list) : vscode.l10n.t('Forbid {0}', list);
}

/** A range may be typed with spaces around its hyphen. */
function addressesIn(text: string): readonly string[] {
  return wordsIn(text.replaceAll(/\s*-\s*/g, '-'));
}
