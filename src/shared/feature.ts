import type * as vscode from 'vscode';
import type { HttpClient } from '../transport/httpClient.ts';
import type { SaveFile } from './fileSaver.ts';
import type { CommandHandlers, FeatureName } from './contributions.ts';
import type { ReadonlyDocuments } from './readonlyDocuments.ts';

/** What every feature is built from. */
export interface Foundation {
  readonly context: vscode.ExtensionContext;
  readonly log: vscode.LogOutputChannel;
  readonly documents: ReadonlyDocuments;
  /** The one HTTP client, loaded on first use. */
  readonly http: () => Promise<HttpClient>;
  /** Writes a file that the user has asked for. */
  readonly saveFile: SaveFile;
}

/** A part of the extension that is loaded when one of its commands or providers is first used. */
export interface Feature<F extends FeatureName> {
  readonly commands: CommandHandlers<F>;
  dispose(): unknown;
}
