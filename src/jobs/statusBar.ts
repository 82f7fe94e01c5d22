import * as vscode from 'vscode';
import { commandId } from '../shared/contributions.ts';
import type { JobEngine } from './engine.ts';
import type { JobRecord } from './jobRecord.ts';
import { elapsed, isInMotion, progressText, statusLabel, titleOf } from './jobWords.ts';

const tickMs = 1_000;
/** An ended job is still shown for so long. */
const afterglowMs = 30_000;

const endIcons: Readonly<Record<string, string>> = {
  Finished: '$(pass)',
  Failed: '$(error)',
  Cancelled: '$(circle-slash)',
};

/** One item for all jobs: the upload's percent and speed, then state and time of the newest job; hidden when idle. */
export class JobsStatusBar implements vscode.Disposable {
  readonly #engine: JobEngine;
  readonly #item: vscode.StatusBarItem;
  readonly #stopListening: () => void;
  #timer: NodeJS.Timeout | undefined;

  constructor(engine: JobEngine) {
    this.#engine = engine;
    this.#item = vscode.window.createStatusBarItem('azuremlServices.jobs', vscode.StatusBarAlignment.Left);
    this.#item.name = vscode.l10n.t('Azure ML batch jobs');
    this.#item.command = commandId('showJobs');
    this.#stopListening = engine.onDidChange(() => this.#show());
    this.#show();
  }

  dispose(): void {
    clearInterval(this.#timer);
    this.#stopListening();
    this.#item.dispose();
  }

  #show(): void {
    const jobs = this.#engine.store.list();
    const moving = jobs.filter(isInMotion);
    const shown = moving[0] ?? justEnded(jobs);
    if (shown === undefined) {
      this.#item.hide();
      clearInterval(this.#timer);
      this.#timer = undefined;
      return;
    }
    const { icon, text } = this.#wordsFor(shown);
    const others = moving.length > 1 ? ` · ${vscode.l10n.t('{0} running', moving.length)}` : '';
    this.#item.text = `${icon} ${text}${others}`;
    this.#item.tooltip = `${titleOf(shown)} · ${shown.service}: ${text}\n${vscode.l10n.t('Show batch jobs')}`;
    this.#item.accessibilityInformation = {
      label: vscode.l10n.t('Batch job {0}: {1}', titleOf(shown), `${text}${others}`),
      role: 'button',
    };
    this.#item.show();
    this.#timer ??= setInterval(() => this.#show(), tickMs);
  }

  #wordsFor(record: JobRecord): { icon: string; text: string } {
    const progress = this.#engine.progress(record.ownId);
    if (record.status === 'Uploading') {
      const text = progress === undefined ? statusLabel(record.status) : progressText(progress);
      return { icon: '$(cloud-upload)', text };
    }
    const icon = record.ended ? (endIcons[record.status] ?? '$(question)') : '$(sync~spin)';
    return { icon, text: `${statusLabel(record.status)} ${elapsed(record)}` };
  }
}

function justEnded(jobs: readonly JobRecord[]): JobRecord | undefined {
  const now = Date.now();
  return jobs.find(({ endedAt }) => endedAt !== undefined && now - Date.parse(endedAt) < afterglowMs);
}
