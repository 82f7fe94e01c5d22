import * as vscode from 'vscode';
import { withoutElement } from '../../protocol/apim/policyEdits.ts';
import { fieldsIn, type PolicyField, readPolicy, withField } from '../../protocol/apim/policyFields.ts';
import { askChoice, type Step, type StepOutcome, type StepPosition } from '../../shared/steps.ts';
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

/** Asks first whether what is there is to go; does not ask where there is nothing. */
export function askToRemove(isThere: boolean, words: string, accept: (removes: boolean) => void): Step {
  return (position) => {
    if (!isThere) return Promise.resolve('skip');
    const choices = [
      { label: vscode.l10n.t('$(edit) Change it'), value: false },
      { label: vscode.l10n.t('$(trash) Remove it'), value: true },
    ];
    return askChoice(position, { placeholder: words, choices }, accept);
  };
}

/** A step that is asked only as long as it makes sense. */
export function askedIf(isNeeded: () => boolean, step: Step): Step {
  return (position) => (isNeeded() ? step(position) : Promise.resolve('skip'));
}

/** Sets the first element of a kind that fits, or removes it. */
export function fieldEdit<T>(
  field: PolicyField<T>,
  fields: T | undefined,
  fits: (present: T) => boolean = () => true,
): PolicyEdit {
  return (text) => {
    const found = fieldsIn(readPolicy(text), field).find((each) => fits(each.fields))?.element;
    if (fields !== undefined) return withField(text, field, fields, found);
    return found === undefined ? text : withoutElement(text, found);
  };
}
