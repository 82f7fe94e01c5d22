import * as vscode from 'vscode';

/** An entry that is chosen, that does something and leaves the list open, or that only says something. */
export interface StreamedItem<T> extends vscode.QuickPickItem {
  /** By which it is found again when the list is drawn anew. */
  readonly key?: string;
  readonly choice?: T;
  readonly run?: () => Promise<void>;
}

export interface StreamedPickInit<T> {
  readonly title: string;
  readonly placeholder: (busy: boolean) => string;
  readonly items: () => readonly StreamedItem<T>[];
}

/** A quick pick that fills while answers come; whatever still goes on ends when it closes. */
export class StreamedPick<T> {
  readonly #init: StreamedPickInit<T>;
  readonly #box = vscode.window.createQuickPick<StreamedItem<T>>();
  readonly #abort = new AbortController();
  readonly #choice: Promise<T | undefined>;
  #isAside = false;
  #running = 0;

  constructor(init: StreamedPickInit<T>) {
    this.#init = init;
    const box = this.#box;
    box.title = init.title;
    box.matchOnDescription = true;
    box.matchOnDetail = true;
    // A sign-in takes the focus away.
    box.ignoreFocusOut = true;
    box.keepScrollPosition = true;
    this.#choice = new Promise((resolve) => {
      box.onDidAccept(() => {
        const [chosen] = box.selectedItems;
        if (chosen?.choice !== undefined) resolve(chosen.choice);
        else void chosen?.run?.();
      });
      box.onDidHide(() => {
        if (!this.#isAside) resolve(undefined);
      });
    });
  }

  /** Aborted when the list closes. */
  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** Shows the list; undefined when it is dismissed. */
  async choose(): Promise<T | undefined> {
    this.draw();
    this.#box.show();
    try {
      return await this.#choice;
    } finally {
      this.#abort.abort();
      this.#box.dispose();
    }
  }

  /** Shows that something goes on for as long as it does. */
  async during(work: Promise<void>): Promise<void> {
    this.#running += 1;
    this.draw();
    try {
      await work;
    } finally {
      this.#running -= 1;
      this.draw();
    }
  }

  /** Makes room for a question that may take the place of the list, which comes back afterwards. */
  async aside<A>(asked: Promise<A>): Promise<A> {
    this.#isAside = true;
    try {
      return await asked;
    } finally {
      this.#isAside = false;
      if (!this.#abort.signal.aborted) this.#box.show();
    }
  }

  draw(): void {
    if (this.#abort.signal.aborted) return;
    const box = this.#box;
    // Who has not moved stays at the top, whatever comes there.
    const [active] = box.activeItems;
    const moved = active !== box.items.find(({ kind }) => kind === undefined);
    box.busy = this.#running > 0;
    box.placeholder = this.#init.placeholder(box.busy);
    box.items = this.#init.items();
    const again = box.items.find(({ key }) => key !== undefined && key === active?.key);
    if (moved && again !== undefined) box.activeItems = [again];
  }
}

export function separator<T>(label: string): StreamedItem<T> {
  return { label, kind: vscode.QuickPickItemKind.Separator };
}
