import * as vscode from 'vscode';
import { sentenceOf } from './reportFailure.ts';

/** How a step of a sequence of questions ended. */
export type StepOutcome = 'next' | 'back' | 'cancel' | 'skip';

/** One question; writes its answer into the state it closes over. A step with nothing to ask returns `skip`. */
export type Step = (position: StepPosition) => Promise<StepOutcome>;

export interface StepPosition {
  readonly title: string;
  /** Of those that were asked: what needs no question is not counted. Absent for a question of its own. */
  readonly step?: number;
  /** Of all, where it is known. */
  readonly total?: number;
  readonly canGoBack: boolean;
}

/**
 * Asks one question after the other, with a way back. Resolves with false when the user gives up. `total` says how many
 * will be asked, as far as the answers up to now tell.
 */
export async function askInSteps(
  title: string,
  steps: readonly Step[],
  total?: () => number,
): Promise<boolean> {
  const asked: number[] = [];
  let index = 0;
  for (let step = steps[index]; step !== undefined; step = steps[index]) {
    const position = {
      title,
      step: asked.length + 1,
      ...(total && { total: total() }),
      canGoBack: asked.length > 0,
    };
    switch (await step(position)) {
      case 'next':
        asked.push(index);
        index += 1;
        break;
      case 'skip':
        index += 1;
        break;
      case 'back':
        index = asked.pop() ?? 0;
        break;
      case 'cancel':
        return false;
    }
  }
  return true;
}

/** A question that may make no sense any more, or not yet. */
export interface NeededStep {
  readonly ask: Step;
  /** Absent: it always makes sense. */
  readonly isNeeded?: () => boolean;
}

/** Asks what is needed of several questions, as far as the answers up to now tell, and says how many those are. */
export function askNeeded(title: string, questions: readonly NeededStep[]): Promise<boolean> {
  const isNeeded = (each: NeededStep): boolean => each.isNeeded?.() ?? true;
  const steps = questions.map(
    (each): Step =>
      (position) =>
        isNeeded(each) ? each.ask(position) : Promise.resolve('skip'),
  );
  return askInSteps(title, steps, () => questions.filter(isNeeded).length);
}

export interface TextQuestion {
  readonly prompt: string;
  readonly value?: string;
  readonly placeholder?: string;
  readonly password?: boolean;
  /** The sentence that says what is wrong with a text, or undefined. */
  readonly validate?: (text: string) => string | undefined;
  /** The same, asked of a service about a text that is about to be accepted. */
  readonly inquire?: (text: string, signal: AbortSignal) => Promise<string | undefined>;
}

export async function askText(
  position: StepPosition,
  question: TextQuestion,
  accept: (text: string) => void,
): Promise<StepOutcome> {
  const box = vscode.window.createInputBox();
  box.prompt = question.prompt;
  box.value = question.value ?? '';
  box.placeholder = question.placeholder;
  box.password = question.password ?? false;
  return outcomeOf(box, position, (finish) => {
    const check = (): boolean => {
      box.validationMessage = question.validate?.(box.value);
      return box.validationMessage === undefined;
    };
    box.onDidChangeValue(() => {
      if (box.validationMessage !== undefined) check();
    });
    const submit = async (text: string): Promise<void> => {
      if (!check() || box.busy) return;
      const objection = await inquire(box, question, text);
      // Who types on while he waits is asked again.
      if (box.value !== text) return;
      box.validationMessage = objection;
      if (objection !== undefined) return;
      accept(text);
      finish('next');
    };
    box.onDidAccept(() => void submit(box.value));
  });
}

/** A step that asks for a text, in which the spaces around it do not count; `question` is made when it is asked. */
export function trimmedText(question: () => TextQuestion, accept: (text: string) => void): Step {
  return (position) => {
    const { validate, inquire, ...rest } = question();
    const trimmed: TextQuestion = {
      ...rest,
      ...(validate && { validate: (text) => validate(text.trim()) }),
      ...(inquire && { inquire: (text, signal) => inquire(text.trim(), signal) }),
    };
    return askText(position, trimmed, (text) => accept(text.trim()));
  };
}

async function inquire(
  box: vscode.InputBox,
  question: TextQuestion,
  text: string,
): Promise<string | undefined> {
  if (question.inquire === undefined) return undefined;
  const abort = new AbortController();
  const listening = box.onDidHide(() => abort.abort());
  box.busy = true;
  try {
    return await question.inquire(text, abort.signal);
  } catch (error) {
    return sentenceOf(error);
  } finally {
    listening.dispose();
    box.busy = false;
  }
}

export interface Choice<T> extends vscode.QuickPickItem {
  readonly value: T;
}

export async function askChoice<T>(
  position: StepPosition,
  question: { readonly placeholder: string; readonly choices: readonly Choice<T>[] },
  accept: (value: T) => void,
): Promise<StepOutcome> {
  const box = vscode.window.createQuickPick<Choice<T>>();
  box.placeholder = question.placeholder;
  box.items = question.choices;
  box.matchOnDescription = true;
  box.matchOnDetail = true;
  return outcomeOf(box, position, (finish) => {
    box.onDidAccept(() => {
      const [chosen] = box.selectedItems;
      if (chosen === undefined) return;
      accept(chosen.value);
      finish('next');
    });
  });
}

/** Any number of choices; `press` is what a button of one does, while the box is hidden. */
export interface ManyChoices<T> {
  readonly placeholder: string;
  readonly choices: () => readonly Choice<T>[];
  readonly picked: (value: T) => boolean;
  readonly press?: (value: T) => Promise<void>;
}

/** Asks for some of many; the box comes back after a button of one of them was pressed. */
export async function askMany<T>(
  position: StepPosition,
  question: ManyChoices<T>,
  accept: (values: readonly T[]) => void,
): Promise<StepOutcome> {
  for (;;) {
    let pressed: T | undefined;
    const box = vscode.window.createQuickPick<Choice<T>>();
    box.canSelectMany = true;
    box.matchOnDescription = true;
    box.matchOnDetail = true;
    box.placeholder = question.placeholder;
    box.items = question.choices();
    box.selectedItems = box.items.filter(({ value }) => question.picked(value));
    const outcome = await outcomeOf(box, position, (finish) => {
      box.onDidAccept(() => {
        accept(box.selectedItems.map(({ value }) => value));
        finish('next');
      });
      box.onDidTriggerItemButton(({ item }) => {
        accept(box.selectedItems.map(({ value }) => value));
        pressed = item.value;
        finish('next');
      });
    });
    if (pressed === undefined || question.press === undefined) return outcome;
    await question.press(pressed);
  }
}

function outcomeOf(
  box: vscode.InputBox | vscode.QuickPick<vscode.QuickPickItem>,
  position: StepPosition,
  listen: (finish: (outcome: StepOutcome) => void) => void,
): Promise<StepOutcome> {
  box.title = position.title;
  box.step = position.step;
  box.totalSteps = position.total;
  box.ignoreFocusOut = true;
  if (position.canGoBack) box.buttons = [vscode.QuickInputButtons.Back];
  return new Promise((resolve) => {
    const finish = (outcome: StepOutcome): void => {
      resolve(outcome);
      box.dispose();
    };
    box.onDidTriggerButton(() => finish('back'));
    box.onDidHide(() => finish('cancel'));
    listen(finish);
    box.show();
  });
}
