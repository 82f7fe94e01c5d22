import { homedir } from 'node:os';
import * as vscode from 'vscode';
import { Failure } from '../protocol/failure.ts';
import { localPath } from '../shared/localPath.ts';

/** The path that a program names: a `file:` URI, or a path, relative to the first folder unless it is absolute. */
export function filePath(member: string, given: string): string {
  return localPath(member, given, firstFolder());
}

/** The file that a person chose. */
export function fileOf(uri: vscode.Uri): string {
  if (uri.scheme === 'file') return uri.fsPath;
  throw clientFailure(
    'NotWritten',
    vscode.l10n.t('{0} is not on a disk. Choose a folder on one.', uri.toString(true)),
  );
}

/** Where a save dialog begins. */
export function defaultFolder(): string {
  return firstFolder() ?? homedir();
}

export function megabytes(bytes: number): string {
  const value = bytes / 1_000_000;
  return `${value < 10 ? value.toFixed(1) : value.toFixed(0)} MB`;
}

export function clientFailure(code: string, sentence: string): Failure {
  return new Failure({ code, origin: 'client', sentence });
}

/** The first that is on a disk. */
function firstFolder(): string | undefined {
  return vscode.workspace.workspaceFolders?.find(({ uri }) => uri.scheme === 'file')?.uri.fsPath;
}
