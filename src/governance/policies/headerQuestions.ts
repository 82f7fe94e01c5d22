import * as vscode from 'vscode';
import {
  fieldsIn,
  headerActions,
  headerField,
  type HeaderAction,
  type HeaderFields,
} from '../../protocol/apim/policyFields.ts';
import { headerNameProblem } from '../../protocol/apim/policyValues.ts';
import { askChoice, askInSteps, askText, type Choice, type Step } from '../../shared/steps.ts';
import type { FieldContext, PolicyEdit } from './fieldChange.ts';
import { askedIf, askToRemove, fieldEdit } from './fieldQuestions.ts';

type Section = 'inbound' | 'outbound';

/** Which header is asked about; a new one has no fields yet. */
interface Which {
  readonly section: Section;
  readonly present?: HeaderFields;
}

interface Draft {
  which: Which;
  removes: boolean;
  name: string;
  action: HeaderAction;
  value: string;
}

/** Asks for a header to be set on the way to the service or back; undefined when dismissed. */
export async function askHeaders({ title, policy }: FieldContext): Promise<PolicyEdit | undefined> {
  const draft: Draft = draftOf({ section: 'inbound' });
  const there = (['inbound', 'outbound'] as const).flatMap((section) =>
    fieldsIn(policy, headerField(section)).map(({ fields }) => ({ section, present: fields })),
  );
  const choices = [...there.map(headerChoice), ...newChoices()];
  const askWhich: Step = (position) => {
    const placeholder = vscode.l10n.t('Which header?');
    return askChoice(position, { placeholder, choices }, (chosen) => {
      // Who comes back and stays with his choice finds his answers.
      if (chosen !== draft.which) Object.assign(draft, draftOf(chosen));
    });
  };
  const askRemoval: Step = (position) =>
    askToRemove(
      draft.which.present !== undefined,
      draft.name,
      (chosen) => (draft.removes = chosen),
    )(position);
  const askName: Step = (position) =>
    askText(
      position,
      {
        prompt: vscode.l10n.t('Name of the header'),
        value: draft.name,
        validate: (text) => headerNameProblem(text.trim()),
      },
      (text) => (draft.name = text.trim()),
    );
  const askAction: Step = (position) => {
    const actions = actionChoices().toSorted(
      (a, b) => Number(b.value === draft.action) - Number(a.value === draft.action),
    );
    const placeholder = vscode.l10n.t('What is to happen?');
    return askChoice(position, { placeholder, choices: actions }, (chosen) => (draft.action = chosen));
  };
  const askValue: Step = (position) =>
    askText(
      position,
      {
        prompt: vscode.l10n.t('Value of {0}. A secret belongs into a named value: {{name}}', draft.name),
        value: draft.value,
        validate: (text) => (text.trim() === '' ? vscode.l10n.t('A value is needed.') : undefined),
      },
      (text) => (draft.value = text.trim()),
    );
  const steps = [
    askWhich,
    askRemoval,
    ...[askName, askAction, askedIf(() => draft.action !== 'delete', askValue)].map((step) =>
      askedIf(() => !draft.removes, step),
    ),
  ];
  if (!(await askInSteps(title, steps))) return undefined;
  const { which, removes, name, action, value } = draft;
  const field = headerField(which.section);
  const before = which.present?.name ?? name;
  const isIt = (header: HeaderFields): boolean => header.name.toLowerCase() === before.toLowerCase();
  if (removes) return fieldEdit(field, undefined, isIt);
  // Of several values the first one is asked for.
  const values = action === 'delete' ? [] : [value, ...(which.present?.values.slice(1) ?? [])];
  return fieldEdit(field, { name, action, values }, isIt);
}

function draftOf(which: Which): Draft {
  const { name = '', action = 'override', values = [] } = which.present ?? {};
  return { which, removes: false, name, action, value: values[0] ?? '' };
}

function headerChoice(which: Required<Which>): Choice<Which> {
  const { section, present } = which;
  const { name, action } = present;
  return {
    label: name,
    description: section === 'inbound' ? vscode.l10n.t('of the request') : vscode.l10n.t('of the answer'),
    detail: actionChoices().find(({ value }) => value === action)?.label ?? action,
    value: which,
  };
}

function newChoices(): readonly Choice<Which>[] {
  return [
    { label: vscode.l10n.t('$(add) New header of the request…'), value: { section: 'inbound' } },
    { label: vscode.l10n.t('$(add) New header of the answer…'), value: { section: 'outbound' } },
  ];
}

function actionChoices(): readonly Choice<HeaderAction>[] {
  const labels: Readonly<Record<HeaderAction, string>> = {
    override: vscode.l10n.t('Set it, whatever was there'),
    skip: vscode.l10n.t('Set it where there is none'),
    append: vscode.l10n.t('Add it to what is there'),
    delete: vscode.l10n.t('Delete it'),
  };
  return headerActions.map((value) => ({ label: labels[value], description: value, value }));
}
