import * as vscode from 'vscode';

/** What a read-only file system of single files has to know. */
export interface ReadonlyFiles {
  stat(uri: vscode.Uri): Promise<vscode.FileStat>;
  readFile(uri: vscode.Uri): Promise<Uint8Array>;
  readonly onDidChangeFile?: vscode.Event<vscode.FileChangeEvent[]>;
}

/** The same of files that can be saved. */
export interface WritableFiles extends ReadonlyFiles {
  writeFile(uri: vscode.Uri, content: Uint8Array): Promise<void>;
}

type Files = ReadonlyFiles | WritableFiles;

/** A file system that is loaded when one of its files is first read. */
export class LazyFileSystem implements vscode.FileSystemProvider {
  readonly #load: () => Promise<Files>;
  readonly #changed = new vscode.EventEmitter<vscode.FileChangeEvent[]>();
  readonly onDidChangeFile = this.#changed.event;
  #listening: vscode.Disposable | undefined;

  constructor(load: () => Promise<Files>) {
    this.#load = load;
  }

  async stat(uri: vscode.Uri): Promise<vscode.FileStat> {
    return (await this.#files()).stat(uri);
  }

  async readFile(uri: vscode.Uri): Promise<Uint8Array> {
    return (await this.#files()).readFile(uri);
  }

  watch(): vscode.Disposable {
    return new vscode.Disposable(() => undefined);
  }

  readDirectory(): never {
    throw vscode.FileSystemError.NoPermissions();
  }

  createDirectory(): never {
    throw vscode.FileSystemError.NoPermissions();
  }

  async writeFile(uri: vscode.Uri, content: Uint8Array): Promise<void> {
    const files = await this.#files();
    if (!('writeFile' in files)) throw vscode.FileSystemError.NoPermissions(uri);
    await files.writeFile(uri, content);
  }

  delete(): never {
    throw vscode.FileSystemError.NoPermissions();
  }

  rename(): never {
    throw vscode.FileSystemError.NoPermissions();
  }

  dispose(): void {
    this.#listening?.dispose();
    this.#changed.dispose();
  }

  async #files(): Promise<Files> {
    const files = await this.#load();
    this.#listening ??= files.onDidChangeFile?.((events) => this.#changed.fire(events));
    return files;
  }
}
