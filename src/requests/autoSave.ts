import * as vscode from 'vscode';

/** How long a document rests before it is saved; less would get in the way of somebody typing in a text editor. */
const restMs = 500;

/** Saves documents of its own as they are edited, so that nothing ever asks whether to save them. */
export class AutoSave implements vscode.Disposable {
  readonly #log: vscode.LogOutputChannel;
  readonly #timers = new Map<vscode.TextDocument, NodeJS.Timeout>();
  readonly #subscriptions: vscode.Disposable[];

  constructor(isOwn: (uri: vscode.Uri) => boolean, log: vscode.LogOutputChannel) {
    this.#log = log;
    this.#subscriptions = [
      vscode.workspace.onDidChangeTextDocument(({ document }) => {
        if (document.isDirty && isOwn(document.uri)) this.#schedule(document);
      }),
    ];
  }

  /** Saves at once what still waits. */
  async flush(document: vscode.TextDocument): Promise<void> {
    if (!this.#timers.has(document)) return;
    clearTimeout(this.#timers.get(document));
    this.#timers.delete(document);
    await this.#save(document);
  }

  dispose(): void {
    for (const document of [...this.#timers.keys()]) void this.flush(document);
    vscode.Disposable.from(...this.#subscriptions).dispose();
  }

  #schedule(document: vscode.TextDocument): void {
    clearTimeout(this.#timers.get(document));
    this.#timers.set(
      document,
      setTimeout(() => void this.flush(document), restMs),
    );
  }

  async #save(document: vscode.TextDocument): Promise<void> {
    if (!document.isDirty) return;
    if (!(await document.save())) this.#log.warn(`${document.uri.toString(true)} could not be saved`);
  }
}
