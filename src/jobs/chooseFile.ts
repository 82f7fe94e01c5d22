import * as vscode from 'vscode';
import { Failure } from '../protocol/failure.ts';

/** Lets the user choose a table on a disk and gives its path; undefined when dismissed. Rejects with `FileNotReadable`. */
export async function chooseFile(title: string, openLabel: string): Promise<string | undefined> {
  const [file] =
    (await vscode.window.showOpenDialog({
      title,
      openLabel,
      filters: { [vscode.l10n.t('Tables')]: ['csv', 'tsv', 'arff'], [vscode.l10n.t('All files')]: ['*'] },
    })) ?? [];
  return file === undefined ? undefined : pathOf(file);
}

/** Throws a `Failure` (`FileNotReadable`) for a document that is nowhere on a disk. */
export function pathOf(uri: vscode.Uri): string {
  if (uri.scheme === 'file') return uri.fsPath;
  throw new Failure({
    code: 'FileNotReadable',
    origin: 'client',
    sentence: vscode.l10n.t('{0} is not a file on a disk. Save it to one first.', uri.toString(true)),
  });
}
