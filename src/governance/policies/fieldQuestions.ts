import * as vscode from 'vscode';
import { withoutElement } from '../../protocol/apim/policyEdits.ts';
import {
  fieldsIn,
  foundAgain,
  type PolicyField,
  readPolicy,
  type SeenField,
  withField,
} from '../../protocol/apim/policyFields.ts';
import {
  askChoice,
  type NeededStep,
  type Step,
  type StepOutcome,
  type StepPosition,
} from '../../shared/steps.ts';
import type { PolicyEdit } from './fieldChange.ts';

/** An answer that cannot be given here, and why. */
export interface LimitedChoice<T> extends vscode.QuickPickItem {
  readonly value: T;
  readonly lacking?: string | undefined;
}

/** Asks for one of several, of which some are shown with the reason why they cannot be chosen. */
export async function askPossible<T>(
  position: StepPosition,
  placeholder: string,
  choices: readonly LimitedChoice<T>[],
  accept: (value: T) => void,
): Promise<StepOutcome> {
  const shown = choices.map((choice) => ({
    label: choice.lacking === undefined ? choice.label : `$(circle-slash) ${choice.label}`,
    ...(choice.description !== undefined && { description: choice.description }),
    ...((choice.lacking ?? choice.detail) !== undefined && { detail: choice.lacking ?? choice.detail ?? '' }),
    value: choice,
  }));
  for (;;) {
    let chosen: LimitedChoice<T> | undefined;
    const outcome = await askChoice(position, { placeholder, choices: shown }, (value) => (chosen = value));
    if (outcome !== 'next' || chosen === undefined) return outcome;
    if (chosen.lacking === undefined) {
      accept(chosen.value);
      return 'next';
    }
    void vscode.window.showWarningMessage(chosen.lacking);
  }
}

/** Asks which of several elements of a kind is meant. */
export function askWhich<T>(
  seen: readonly SeenField<T>[],
  placeholder: string,
  words: (fields: T) => string,
  accept: (chosen: SeenField<T>) => void,
): NeededStep {
  const choices = seen.map((each) => ({ label: words(each.fields), value: each }));
  return {
    ask: (position) => askChoice(position, { placeholder, choices }, accept),
    isNeeded: () => seen.length > 1,
  };
}

/** Asks whether what is there is to go. */
export function askToRemove(
  isThere: () => boolean,
  words: () => string,
  accept: (removes: boolean) => void,
): NeededStep {
  const choices = [
    { label: vscode.l10n.t('$(edit) Change it'), value: false },
    { label: vscode.l10n.t('$(trash) Remove it'), value: true },
  ];
  return {
    ask: (position) => askChoice(position, { placeholder: words(), choices }, accept),
    isNeeded: isThere,
  };
}

/** Steps that make sense for what is to stay. */
export function askToKeep(
  draft: { readonly removes: boolean },
  ...steps: readonly Step[]
): readonly NeededStep[] {
  return steps.map((ask) => ({ ask, isNeeded: () => !draft.removes }));
}

/** Sets the element that was chosen, else the first that fits or a new one; or removes it. */
export function fieldEdit<T>(
  field: PolicyField<T>,
  fields: T | undefined,
  seen: SeenField<unknown> | undefined,
  fits: (present: T) => boolean = () => true,
): PolicyEdit {
  return (text) => {
    const all = fieldsIn(readPolicy(text), field).filter((each) => fits(each.fields));
    const element = (seen === undefined ? all[0] : foundAgain(all, seen))?.element;
    if (fields !== undefined) return withField(text, field, fields, element);
    return element === undefined ? text : withoutElement(text, element);
  };
}
