import * as vscode from 'vscode';
import { schemes } from './contributions.ts';
import type { ReadonlyFiles } from './lazyFileSystem.ts';

const kept = 200;

/**
 * Read-only documents of the extension's own making (failure details, statuses): real files under global
 * storage, so that a tab is still readable after a reload.
 */
export class ReadonlyDocuments implements ReadonlyFiles {
  readonly #folder: vscode.Uri;
  readonly #changed = new vscode.EventEmitter<vscode.FileChangeEvent[]>();
  readonly onDidChangeFile = this.#changed.event;

  constructor(globalStorage: vscode.Uri) {
    this.#folder = vscode.Uri.joinPath(globalStorage, 'documents');
  }

  /** Writes and shows a document; the same name replaces it. `name` ends in the extension that gives its language. */
  async show(name: string, text: string): Promise<void> {
    const document = await vscode.workspace.openTextDocument(await this.write(name, text));
    await vscode.window.showTextDocument(document, { preview: true });
  }

  async write(name: string, text: string): Promise<vscode.Uri> {
    const uri = vscode.Uri.from({
      scheme: schemes.document,
      path: `/${name.replaceAll(/[\\/:*?"<>|]/g, '-')}`,
    });
    await vscode.workspace.fs.createDirectory(this.#folder);
    await vscode.workspace.fs.writeFile(this.#stored(uri), new TextEncoder().encode(text));
    this.#changed.fire([{ type: vscode.FileChangeType.Changed, uri }]);
    // Another window may tidy up at the same time.
    this.#forgetOldest().catch(() => undefined);
    return uri;
  }

  async stat(uri: vscode.Uri): Promise<vscode.FileStat> {
    const stat = await vscode.workspace.fs.stat(this.#stored(uri));
    return { ...stat, permissions: vscode.FilePermission.Readonly };
  }

  async readFile(uri: vscode.Uri): Promise<Uint8Array> {
    return vscode.workspace.fs.readFile(this.#stored(uri));
  }

  dispose(): void {
    this.#changed.dispose();
  }

  #stored(uri: vscode.Uri): vscode.Uri {
    return vscode.Uri.joinPath(this.#folder, uri.path);
  }

  async #forgetOldest(): Promise<void> {
    const entries = await vscode.workspace.fs.readDirectory(this.#folder);
    if (entries.length <= kept) return;
    const aged = await Promise.all(
      entries.map(async ([name]) => {
        const uri = vscode.Uri.joinPath(this.#folder, name);
        return { uri, modified: (await vscode.workspace.fs.stat(uri)).mtime };
      }),
    );
    aged.sort((a, b) => a.modified - b.modified);
    for (const { uri } of aged.slice(0, aged.length - kept)) await vscode.workspace.fs.delete(uri);
  }
}
