import * as vscode from 'vscode';
import { schemes } from './contributions.ts';
import type { ReadonlyFiles } from './lazyFileSystem.ts';

const kept = 200;

interface PassingDocument {
  readonly content: Uint8Array;
  readonly mtime: number;
}

/**
 * Read-only documents of the extension's own making (failure details, statuses): real files under global
 * storage, so that a tab is still readable after a reload.
 */
export class ReadonlyDocuments implements ReadonlyFiles {
  readonly #folder: vscode.Uri;
  readonly #passing = new Map<string, PassingDocument>();
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
    const uri = uriOf(name);
    await vscode.workspace.fs.createDirectory(this.#folder);
    await vscode.workspace.fs.writeFile(this.#stored(uri), new TextEncoder().encode(text));
    this.#changed.fire([{ type: vscode.FileChangeType.Changed, uri }]);
    // Another window may tidy up at the same time.
    this.#forgetOldest().catch(() => undefined);
    return uri;
  }

  /** A document of a comparison that is shown for as long as something is asked. It is never on the disk. */
  hold(comparison: string, name: string, text: string): vscode.Uri {
    const uri = uriOf(name).with({ query: comparison });
    this.#passing.set(uri.toString(), { content: new TextEncoder().encode(text), mtime: Date.now() });
    this.#changed.fire([{ type: vscode.FileChangeType.Changed, uri }]);
    return uri;
  }

  /** Forgets the documents of a comparison, and closes the tabs that have its title. */
  async end(comparison: string): Promise<void> {
    await closeTabs(comparison);
    for (const key of [...this.#passing.keys()])
      if (vscode.Uri.parse(key).query === comparison) this.#passing.delete(key);
  }

  async stat(uri: vscode.Uri): Promise<vscode.FileStat> {
    if (uri.query !== '') {
      const { content, mtime } = this.#passingAt(uri);
      const [type, permissions] = [vscode.FileType.File, vscode.FilePermission.Readonly];
      return { type, permissions, ctime: 0, mtime, size: content.byteLength };
    }
    const stat = await vscode.workspace.fs.stat(this.#stored(uri));
    return { ...stat, permissions: vscode.FilePermission.Readonly };
  }

  async readFile(uri: vscode.Uri): Promise<Uint8Array> {
    return uri.query === '' ? vscode.workspace.fs.readFile(this.#stored(uri)) : this.#passingAt(uri).content;
  }

  dispose(): void {
    this.#changed.dispose();
  }

  #passingAt(uri: vscode.Uri): PassingDocument {
    const document = this.#passing.get(uri.toString());
    if (document !== undefined) return document;
    // A tab that came back with its window: nothing is asked any more.
    void closeTabs(uri.query);
    throw vscode.FileSystemError.FileNotFound(uri);
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

async function closeTabs(title: string): Promise<void> {
  const tabs = vscode.window.tabGroups.all.flatMap((group) => group.tabs);
  await vscode.window.tabGroups.close(tabs.filter(({ label }) => label.startsWith(title)));
}

function uriOf(name: string): vscode.Uri {
  return vscode.Uri.from({ scheme: schemes.document, path: `/${name.replaceAll(/[\\/:*?"<>|]/g, '-')}` });
}
