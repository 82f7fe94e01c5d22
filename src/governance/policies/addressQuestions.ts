import * as vscode from 'vscode';
import { addressField, type AddressFields, fieldsIn } from '../../protocol/apim/policyFields.ts';
import { addressProblem } from '../../protocol/apim/policyValues.ts';
import { askChoice, askInSteps, askText, type Step } from '../../shared/steps.ts';
import type { FieldContext, PolicyEdit } from './fieldChange.ts';
import { askedIf, askToRemove, fieldEdit } from './fieldQuestions.ts';
import { wordsIn } from './wordsIn.ts';

interface Draft {
  removes: boolean;
  action: AddressFields['action'];
  addresses: AddressFields['addresses'];
}

/** Asks who may call by IP address; undefined when dismissed. */
export async function askAddresses({ title, policy }: FieldContext): Promise<PolicyEdit | undefined> {
  const [present] = fieldsIn(policy, addressField).map(({ fields }) => fields);
  const draft: Draft = { removes: false, action: 'allow', addresses: [], ...present };
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
    askToRemove(
      present !== undefined,
      vscode.l10n.t('Addresses are looked at already'),
      (value) => (draft.removes = value),
    ),
    ...[askAction, askList].map((step) => askedIf(() => !draft.removes, step)),
  ];
  if (!(await askInSteps(title, steps))) return undefined;
  const { removes, ...fields } = draft;
  return fieldEdit(addressField, removes ? undefined : fields);
}

/** A range may be typed with spaces around its hyphen. */
function addressesIn(text: string): readonly string[] {
  return wordsIn(text.replaceAll(/\s*-\s*/g, '-'));
}
