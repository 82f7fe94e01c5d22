import * as vscode from 'vscode';
import { commandId } from '../../shared/contributions.ts';
import { elapsed, workWords } from './workWords.ts';
import type { Followed } from './workFollower.ts';

const tickMs = 1_000;

/** One item for all instances that are being made or changed: the newest, and for how long; hidden when there is none. */
export class WorkStatusBar implements vscode.Disposable {
  readonly #followed: () => readonly Followed[];
  readonly #item: vscode.StatusBarItem;
  #timer: NodeJS.Timeout | undefined;

  constructor(followed: () => readonly Followed[]) {
    this.#followed = followed;
    this.#item = vscode.window.createStatusBarItem(
      'azuremlServices.instances',
      vscode.StatusBarAlignment.Left,
    );
    this.#item.name = vscode.l10n.t('API Management');
    this.#item.command = commandId('showInstanceWork');
  }

  dispose(): void {
    clearInterval(this.#timer);
    this.#item.dispose();
  }

  draw(): void {
    const [shown, ...others] = this.#followed();
    if (shown === undefined) {
      this.#item.hide();
      clearInterval(this.#timer);
      this.#timer = undefined;
      return;
    }
    const more = others.length === 0 ? '' : ` · ${vscode.l10n.t('{0} more', others.length)}`;
    const { icon, text } = wordsFor(shown);
    this.#item.text = `${icon} ${text}${more}`;
    this.#item.tooltip = tooltipFor(shown);
    this.#item.accessibilityInformation = { label: `${text}${more}`, role: 'button' };
    this.#item.show();
    this.#timer ??= setInterval(() => this.draw(), tickMs);
  }
}

function wordsFor({ record, problem }: Followed): { readonly icon: string; readonly text: string } {
  if (problem === undefined) {
    const text = vscode.l10n.t('API Management: {0}… {1}', workWords(record), elapsed(record));
    return { icon: '$(sync~spin)', text };
  }
  const text =
    record.write === undefined
      ? vscode.l10n.t('API Management: {0} has not begun', workWords(record))
      : vscode.l10n.t('API Management: {0} cannot be followed', record.instance.name);
  return { icon: '$(warning)', text };
}

function tooltipFor({ record, state, problem }: Followed): string {
  if (problem !== undefined) {
    const next =
      state === 'later'
        ? vscode.l10n.t('It is tried again in a moment.')
        : vscode.l10n.t('Select this to try again.');
    return `${problem.sentence} ${next}`;
  }
  if (state === 'elsewhere') return vscode.l10n.t('Another window follows it.');
  return record.write === undefined
    ? vscode.l10n.t('Azure has not begun yet. Leave a window open until then.')
    : vscode.l10n.t('Azure goes on when this window closes.');
}
