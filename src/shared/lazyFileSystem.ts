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

/** A read-only file system that is loaded when one of its files is first read. */
export class LazyFileSystem implements vscode.FileSystemProvider {
  readonly #load: () => Promise<ReadonlyFiles>;
  readonly #changed = new vscode.EventEmitter<vscode.FileChangeEvent[]>();
  readonly onDidChangeFile = this.#changed.event;
  #listening: vscode.Disposable | undefined;

  constructor(load: () => Promise<ReadonlyFiles>) {
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

  writeFile(uri: vscode.Uri, content: Uint8Array): Promise<void>;
  writeFile(uri: vscode.Uri): Promise<void> {
    return Promise.reject(vscode.FileSystemError.NoPermissions(uri));
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

  async #files(): Promise<ReadonlyFiles> {
    const files = await this.#load();
    this.#listening ??= files.onDidChangeFile?.((events) => this.#changed.fire(events));
    return files;
  }
}

/** One whose files can be saved. */
export class LazyWritableFileSystem extends LazyFileSystem {
  readonly #files: () => Promise<WritableFiles>;

  constructor(load: () => Promise<WritableFiles>) {
    super(load);
    this.#files = load;
  }

  override async writeFile(uri: vscode.Uri, content: Uint8Array): Promise<void> {
    await (await this.#files()).writeFile(uri, content);
  }
}
