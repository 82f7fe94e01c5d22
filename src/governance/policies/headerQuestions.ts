import * as vscode from 'vscode';
import {
  fieldsIn,
  headerActions,
  headerField,
  type HeaderAction,
  type HeaderFields,
  type SeenField,
} from '../../protocol/apim/policyFields.ts';
import { headerNameProblem } from '../../protocol/apim/policyValues.ts';
import type { PlacedElement } from '../../protocol/apim/policyXml.ts';
import { askChoice, askNeeded, type Choice, type Step, trimmedText } from '../../shared/steps.ts';
import type { FieldContext, PolicyEdit } from './fieldChange.ts';
import { askToKeep, askToRemove, fieldEdit } from './fieldQuestions.ts';

type Section = 'inbound' | 'outbound';

/** Which header is asked about; a new one was not seen yet. */
interface Which {
  readonly section: Section;
  /** Its place is that among those of the same name, of which there may be `several`. */
  readonly seen?: SeenField<HeaderFields>;
  readonly several?: number;
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
  const there = (['inbound', 'outbound'] as const).flatMap((section) => headersIn(policy, section));
  const choices = [...there.map(headerChoice), ...newChoices()];
  const askWhichHeader: Step = (position) => {
    const placeholder = vscode.l10n.t('Which header?');
    return askChoice(position, { placeholder, choices }, (chosen) => {
      // Who comes back and stays with his choice finds his answers.
      if (chosen !== draft.which) Object.assign(draft, draftOf(chosen));
    });
  };
  const askName: Step = trimmedText(
    () => ({
      prompt: vscode.l10n.t('Name of the header'),
      value: draft.name,
      validate: (text) => headerNameProblem(text) ?? takenProblem(text, draft.which, there),
    }),
    (text) => (draft.name = text),
  );
  const askAction: Step = (position) => {
    const actions = actionChoices().toSorted(
      (a, b) => Number(b.value === draft.action) - Number(a.value === draft.action),
    );
    const placeholder = vscode.l10n.t('What is to happen?');
    return askChoice(position, { placeholder, choices: actions }, (chosen) => (draft.action = chosen));
  };
  const askValue: Step = trimmedText(
    () => ({
      prompt: valuePrompt(draft),
      value: draft.value,
      validate: (text) => (text === '' ? vscode.l10n.t('A value is needed.') : undefined),
    }),
    (text) => (draft.value = text),
  );
  const steps = [
    { ask: askWhichHeader },
    askToRemove(
      () => draft.which.seen !== undefined,
      () => draft.name,
      (chosen) => (draft.removes = chosen),
    ),
    ...askToKeep(draft, askName, askAction),
    { ask: askValue, isNeeded: () => !draft.removes && draft.action !== 'delete' },
  ];
  if (!(await askNeeded(title, steps))) return undefined;
  const { which, removes, name, action, value } = draft;
  const { section, seen } = which;
  const field = headerField(section);
  const isIt = (header: HeaderFields): boolean => isSameName(header.name, seen?.fields.name ?? name);
  if (removes) return fieldEdit(field, undefined, seen, isIt);
  // Of several values the first one is asked for.
  const values = action === 'delete' ? [] : [value, ...(seen?.fields.values.slice(1) ?? [])];
  return fieldEdit(field, { name, action, values }, seen, isIt);
}

/** The headers of a section; each of several of one name is one of its own, and takes effect in its turn. */
function headersIn(policy: PlacedElement, section: Section): readonly Required<Which>[] {
  const all = fieldsIn(policy, headerField(section)).map(({ fields }) => fields);
  return all.map((fields, index) => {
    const same = [...all.keys()].filter((each) => isSameName(all[each]?.name, fields.name));
    return { section, seen: { fields, nth: same.indexOf(index) }, several: same.length };
  });
}

/** A second header of a name would undo the first one, or wait behind it. */
function takenProblem(
  name: string,
  { section, seen }: Which,
  there: readonly Required<Which>[],
): string | undefined {
  const isOther = !isSameName(seen?.fields.name, name);
  const isTaken = there.some((each) => each.section === section && isSameName(each.seen.fields.name, name));
  return isOther && isTaken
    ? vscode.l10n.t('{0} is in the list already: go back and choose it there.', name)
    : undefined;
}

function isSameName(one: string | undefined, other: string): boolean {
  return one?.toLowerCase() === other.toLowerCase();
}

function valuePrompt({ name, which: { seen } }: Draft): string {
  const prompt = vscode.l10n.t('Value of {0}. A secret belongs into a named value: {{name}}', name);
  const values = seen?.fields.values.length ?? 0;
  return values > 1 ? vscode.l10n.t('{0}. It is the first of {1}; the others stay', prompt, values) : prompt;
}

function draftOf(which: Which): Draft {
  const { name = '', action = 'override', values = [] } = which.seen?.fields ?? {};
  return { which, removes: false, name, action, value: values[0] ?? '' };
}

function headerChoice(which: Required<Which>): Choice<Which> {
  const { section, seen, several } = which;
  const { name, action } = seen.fields;
  const where = section === 'inbound' ? vscode.l10n.t('of the request') : vscode.l10n.t('of the answer');
  return {
    label: name,
    description: several > 1 ? vscode.l10n.t('{0}, {1} of {2}', where, seen.nth + 1, several) : where,
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
