import * as vscode from 'vscode';
import { editText } from '../../shared/editText.ts';
import { minimalChange } from '../../shared/jsonDocument.ts';
import type { JsonEdit } from '../../shared/jsonEdits.ts';

/** Makes edits in a document, which its editors show as any other change. */
export async function editDocument(document: vscode.TextDocument, edits: readonly JsonEdit[]): Promise<void> {
  const change = textEditFor(document, edits);
  if (change === undefined) return;
  const edit = new vscode.WorkspaceEdit();
  edit.set(document.uri, [change]);
  await vscode.workspace.applyEdit(edit);
}

/** All of the edits as one of the text; undefined when they change nothing. */
export function textEditFor(
  document: vscode.TextDocument,
  edits: readonly JsonEdit[],
): vscode.TextEdit | undefined {
  const text = document.getText();
  const change = minimalChange(text, editText(text, edits));
  if (change === undefined) return undefined;
  const range = new vscode.Range(document.positionAt(change.start), document.positionAt(change.end));
  return vscode.TextEdit.replace(range, change.text);
}
