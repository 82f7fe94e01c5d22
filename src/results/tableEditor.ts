import { basename } from 'node:path';
import * as vscode from 'vscode';
import { Failure } from '../protocol/failure.ts';
import { schemes } from '../shared/contributions.ts';
import type { Foundation } from '../shared/feature.ts';
import type { Handlers, Link } from '../shared/messages.ts';
import { reportFailure, sentenceOf } from '../shared/reportFailure.ts';
import {
  toTableHost,
  toTableView,
  type CopyOutcome,
  type CountState,
  type TableFacts,
} from '../shared/tableEditorContract.ts';
import { tableEditorStrings } from '../shared/tableEditorStrings.ts';
import { openWebview } from '../shared/webviewHost.ts';
import { textLimit } from './resultFiles.ts';
import { saveRows } from './saveRows.ts';
import {
  ArrangedTable,
  mostCopiedCells,
  openFileSource,
  openTable,
  type ByteSource,
  type WorkOptions,
} from './table/index.ts';

/** The table editors, one for each panel. */
export interface TableEditors extends vscode.Disposable {
  open(uri: vscode.Uri, panel: vscode.WebviewPanel): void;
}

type OpenResult = (uri: vscode.Uri, signal: AbortSignal) => Promise<ByteSource>;

/** Rows that are told with the answer to `open`. */
const firstRows = 50;
const progressEveryMs = 100;

/** @param openResult opens the output of a job by its URI */
export function createTableEditors(foundation: Foundation, openResult: OpenResult): TableEditors {
  const editors = new Set<TableEditor>();
  return {
    open(uri, panel) {
      const editor = new TableEditor(uri, panel, foundation, openResult);
      editors.add(editor);
      panel.onDidDispose(() => void editor.leave().finally(() => editors.delete(editor)));
    },
    dispose() {
      for (const editor of editors) editor.dispose();
    },
  };
}

/** One open table and its page, which comes and goes; the table goes with the panel. */
class TableEditor implements vscode.Disposable {
  readonly #uri: vscode.Uri;
  readonly #foundation: Foundation;
  readonly #openResult: OpenResult;
  readonly #link: Link<typeof toTableView>;
  #closing = new AbortController();
  #opened: Promise<ArrangedTable>;
  /** Those that are not closed. One that was opened before may still be saved. */
  readonly #tables = new Set<ArrangedTable>();
  #counting: AbortController | undefined;
  #problem: string | undefined;
  #work = new AbortController();

  constructor(uri: vscode.Uri, panel: vscode.WebviewPanel, foundation: Foundation, openResult: OpenResult) {
    this.#uri = uri;
    this.#foundation = foundation;
    this.#openResult = openResult;
    this.#opened = this.#open();
    this.#link = openWebview(
      panel.webview,
      { extensionUri: foundation.context.extensionUri, name: 'table', title: vscode.l10n.t('Table') },
      { incoming: toTableHost, outgoing: toTableView, handlers: this.#handlers() },
    );
  }

  /** The panel has gone. What is being saved is saved to its end. */
  leave(): Promise<void> {
    this.#link.dispose();
    return this.#close();
  }

  /** Ends what is being saved too. */
  dispose(): void {
    void this.leave();
    for (const { table } of this.#tables) void table.close();
  }

  #handlers(): Handlers<typeof toTableHost> {
    return {
      start: () => tableEditorStrings(),
      open: () => this.#facts(),
      reopen: () => {
        void this.#close();
        this.#closing = new AbortController();
        this.#opened = this.#open();
        return this.#facts();
      },
      rows: async ({ version, from, count, firstColumn, columns }) => {
        const table = await this.#opened;
        if (version !== table.arrangement.version) throw cancelled();
        return table.rows(from, count, { firstColumn, columns }, this.#closing.signal);
      },
      placeOf: async ({ number }) => {
        const table = await this.#opened;
        const place = await table.placeOf(number, this.#newWork().signal);
        // The page must know of the row before it can go there.
        this.#link.remote.countChanged(this.#countState(table));
        return place;
      },
      count: async () => this.#count(await this.#opened),
      stopCounting: () => this.#counting?.abort(),
      cancel: () => this.#work.abort(),
      arrange: async (wanted) => (await this.#opened).arrange(wanted, this.#newWork()),
      find: async (query) => (await this.#opened).find(query, this.#newWork()),
      describe: async ({ column }) => (await this.#opened).describe(column, this.#newWork()),
      copy: async (block): Promise<CopyOutcome> => {
        const text = await (await this.#opened).text(block, this.#closing.signal);
        if (text === undefined) return { kind: 'tooMany', limit: mostCopiedCells };
        await vscode.env.clipboard.writeText(text);
        return { kind: 'copied', cells: (block.bottom - block.top + 1) * (block.right - block.left + 1) };
      },
      save: async ({ selection }) => {
        try {
          const arranged = await this.#opened;
          await arranged.table.keepOpen(saveRows(this.#foundation.saveFile, arranged, this.#name, selection));
        } catch (error) {
          void reportFailure(this.#foundation, error);
        }
      },
      openAsText: async () => {
        await vscode.commands.executeCommand('vscode.openWith', this.#uri, 'default');
      },
    };
  }

  #open(): Promise<ArrangedTable> {
    const opened = this.#openTable(this.#closing.signal);
    // Whoever asks for it hears of it.
    opened.catch(() => undefined);
    return opened;
  }

  async #openTable(signal: AbortSignal): Promise<ArrangedTable> {
    const source = await this.#source(signal);
    try {
      const table = new ArrangedTable(await openTable(source, { signal }));
      this.#tables.add(table);
      this.#problem = undefined;
      void this.#count(table);
      return table;
    } catch (error) {
      await source.close();
      throw error;
    }
  }

  #source(signal: AbortSignal): Promise<ByteSource> {
    switch (this.#uri.scheme) {
      case 'file':
        return openFileSource(this.#uri.fsPath);
      case schemes.result:
        return this.#openResult(this.#uri, signal);
      default:
        throw new Failure({
          code: 'FileNotReadable',
          origin: 'client',
          sentence: vscode.l10n.t('Only files on a disk and the outputs of jobs open as tables.'),
        });
    }
  }

  /** Ends all that the page has asked for, and closes the table when its rows are saved. */
  async #close(): Promise<void> {
    this.#closing.abort();
    this.#work.abort();
    this.#counting?.abort();
    this.#counting = undefined;
    const arranged = await this.#opened.catch(() => undefined);
    if (arranged === undefined) return;
    await arranged.table.release();
    this.#tables.delete(arranged);
  }

  async #facts(): Promise<TableFacts> {
    const arranged = await this.#opened;
    const { table, arrangement } = arranged;
    const columns = table.preview.columns;
    const shown = { firstColumn: 0, columns: Math.min(columns.length, 200) };
    const first = await arranged.rows(0, firstRows, shown, this.#closing.signal);
    return {
      name: this.#name,
      bytes: table.size,
      columns,
      arrangement,
      first,
      count: this.#countState(arranged),
      fitsText: this.#uri.scheme === 'file' || table.size <= textLimit,
    };
  }

  /** Counts the rows to the end, unless that is under way. */
  async #count(arranged: ArrangedTable): Promise<void> {
    if (this.#counting || arranged.table.known.complete) return;
    const counting = new AbortController();
    this.#counting = counting;
    this.#problem = undefined;
    let told = performance.now();
    const tell = (): void => this.#link.remote.countChanged(this.#countState(arranged));
    try {
      await arranged.table.index({
        signal: counting.signal,
        onProgress: () => {
          if (performance.now() - told < progressEveryMs) return;
          told = performance.now();
          tell();
        },
      });
    } catch (error) {
      if (!counting.signal.aborted) this.#problem = sentenceOf(error);
    }
    if (this.#counting !== counting) return;
    this.#counting = undefined;
    tell();
  }

  #countState(arranged: ArrangedTable): CountState {
    const { table } = arranged;
    const { bytes, complete } = table.known;
    return {
      kind: complete ? 'complete' : this.#counting ? 'counting' : 'stopped',
      rows: arranged.knownRows,
      share: complete || table.size === 0 ? 1 : bytes / table.size,
      unclosedQuote: complete && table.unclosedQuote,
      ...(this.#problem === undefined || complete ? {} : { problem: this.#problem }),
    };
  }

  /** What goes through the table takes turns: the last wish counts. */
  #newWork(): WorkOptions & { readonly signal: AbortSignal } {
    this.#work.abort();
    this.#work = new AbortController();
    const { signal } = this.#work;
    let told = 0;
    return {
      signal,
      onProgress: ({ doneBytes, totalBytes }) => {
        if (signal.aborted || performance.now() - told < progressEveryMs) return;
        told = performance.now();
        this.#link.remote.workDone({ share: totalBytes === 0 ? 1 : doneBytes / totalBytes });
      },
    };
  }

  get #name(): string {
    return basename(this.#uri.path);
  }
}

function cancelled(): Failure {
  return new Failure({
    code: 'Cancelled',
    origin: 'client',
    sentence: 'The rows are shown in another order now.',
  });
}
