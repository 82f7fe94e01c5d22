import * as vscode from 'vscode';
import type { JobResult } from '../jobs/index.ts';

/** Copies where an output can be read, credential included, after it was said what that means. */
export async function copyResultUrl({ output, url }: JobResult): Promise<void> {
  const copy = vscode.l10n.t('Copy URL');
  const question = vscode.l10n.t('Copy the URL of {0} with its SAS?', output);
  const detail = whatItAllows(new URL(url).searchParams);
  if ((await vscode.window.showWarningMessage(question, { modal: true, detail }, copy)) !== copy) return;
  await vscode.env.clipboard.writeText(url);
  vscode.window.setStatusBarMessage(vscode.l10n.t('Copied the URL of {0}', output), 3_000);
}

/** From the SAS itself: `se` is its end, `sp` its permissions, `sr` what it is for. */
function whatItAllows(sas: URLSearchParams): string {
  const end = sas.get('se');
  const isForContainer = sas.get('sr') === 'c';
  const permissions = sas.get('sp') ?? '';
  return [
    vscode.l10n.t('Whoever has this URL can read the file without a key.'),
    end === null ? '' : vscode.l10n.t('It works until {0}.', new Date(end).toLocaleString()),
    isForContainer ? vscode.l10n.t('It opens all files of the container, not only this one.') : '',
    /[^r]/.test(permissions) ? vscode.l10n.t('It allows more than reading: {0}.', permissions) : '',
    vscode.l10n.t('Keep it out of chats, tickets and files that others see.'),
  ]
    .filter(Boolean)
    .join(' ');
}
