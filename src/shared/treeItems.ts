import * as vscode from 'vscode';

/** A tooltip: a title and facts below it, none of which is read as Markdown; a fact without a value is left out. */
export function facts(title: string, values: Record<string, string>): vscode.MarkdownString {
  const text = new vscode.MarkdownString().appendMarkdown('**').appendText(title).appendMarkdown('**');
  for (const [name, value] of Object.entries(values)) {
    if (value === '') continue;
    text.appendMarkdown('\n\n').appendText(`${name}: `).appendText(value);
  }
  return text;
}

/** The id of a tree item, from names that may have any character. */
export function idOf(...parts: readonly string[]): string {
  return parts.map(encodeURIComponent).join('/');
}

/** A screen reader is told what the colour and the icon of a node say, and not its tooltip in its place. */
export function spoken(name: string, state: string): vscode.AccessibilityInformation {
  return { label: state === '' ? name : `${name}, ${state}` };
}

/** Menus match on words: `service.single.key` has them in a fixed order. */
export function contextValue(words: readonly (string | false | undefined)[]): string {
  return words.filter((word) => typeof word === 'string').join('.');
}
