import * as vscode from 'vscode';
import { isDisplayName } from '../protocol/apim/publicationProblems.ts';

/** What is wrong with a display name that somebody types; undefined when nothing is. */
export function displayNameProblem(text: string): string | undefined {
  return isDisplayName(text.trim()) ? undefined : vscode.l10n.t('1 to 300 characters are expected.');
}
