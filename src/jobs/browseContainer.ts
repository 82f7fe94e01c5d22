import { extname } from 'node:path';
import * as vscode from 'vscode';
import { sentenceOf } from '../shared/reportFailure.ts';
import type { BlobClient, BlobPage } from '../storage/index.ts';
import { sizeText } from './jobWords.ts';

interface Line extends vscode.QuickPickItem {
  readonly choose?: () => void;
}

/** A folder, or a blob with its type. */
interface Entry extends Line {
  readonly type?: string;
}

/** What an input can be: a table or a trained model. */
const inputTypes: ReadonlySet<string> = new Set(['.csv', '.tsv', '.arff', '.ilearner']);

/**
 * Lets the user go through the folders of a container and pick a blob, and gives its relative location; undefined when
 * dismissed. What goes wrong is said in the list.
 */
export function browseContainer(title: string, client: BlobClient): Promise<string | undefined> {
  return new Promise((resolve) => {
    new ContainerBrowser(title, client, resolve).open('');
  });
}

class ContainerBrowser {
  readonly #client: BlobClient;
  readonly #pick = vscode.window.createQuickPick<Line>();
  readonly #done: (relativeLocation: string | undefined) => void;
  #reading = new AbortController();
  #folder = '';
  #entries: Entry[] = [];
  #next: string | undefined;
  #showsAllTypes = false;

  constructor(title: string, client: BlobClient, done: (relativeLocation: string | undefined) => void) {
    this.#client = client;
    this.#done = done;
    this.#pick.title = title;
    this.#pick.matchOnDescription = true;
    this.#pick.ignoreFocusOut = true;
    this.#pick.keepScrollPosition = true;
    this.#pick.onDidAccept(() => this.#pick.selectedItems[0]?.choose?.());
    this.#pick.onDidHide(() => this.#end(undefined));
  }

  /** Its name is empty or ends in `/`. */
  open(folder: string): void {
    this.#folder = folder;
    this.#entries = [];
    this.#next = undefined;
    this.#pick.value = '';
    this.#pick.placeholder = vscode.l10n.t('Choose a blob in {0}', this.#placeOf(folder));
    this.#pick.show();
    void this.#read();
  }

  #end(relativeLocation: string | undefined): void {
    this.#reading.abort();
    this.#done(relativeLocation);
    this.#pick.dispose();
  }

  /** The next page of the folder. */
  async #read(): Promise<void> {
    this.#reading.abort();
    this.#reading = new AbortController();
    const { signal } = this.#reading;
    const before = this.#shownEntries().length;
    this.#pick.busy = true;
    this.#show([{ label: vscode.l10n.t('$(loading~spin) Reading…'), alwaysShow: true }]);
    const lines = await this.#client.list(this.#folder, { from: this.#next, signal }).then(
      (page) => this.#take(page),
      (error: unknown) => this.#problemLines(error),
    );
    if (signal.aborted) return;
    this.#pick.busy = false;
    this.#show(lines);
    const firstNew = this.#shownEntries()[before];
    if (firstNew !== undefined) this.#pick.activeItems = [firstNew];
  }

  #take({ folders, blobs, next }: BlobPage): readonly Line[] {
    this.#entries.push(
      ...folders.map((name): Entry => ({
        label: `$(folder) ${this.#ownName(name)}`,
        choose: () => this.open(name),
      })),
      ...blobs.map(({ name, bytes, modified }): Entry => ({
        label: `$(file) ${this.#ownName(name)}`,
        description: `${sizeText(bytes)} · ${modified.toLocaleString(vscode.env.language)}`,
        type: extname(name).toLowerCase(),
        choose: () => this.#end(this.#placeOf(name)),
      })),
    );
    this.#next = next;
    return this.#lastLines();
  }

  #show(lastLines: readonly Line[]): void {
    this.#pick.items = [...this.#upLines(), ...this.#shownEntries(), ...lastLines];
  }

  #shownEntries(): readonly Entry[] {
    return this.#entries.filter(
      ({ type }) => this.#showsAllTypes || type === undefined || inputTypes.has(type),
    );
  }

  #upLines(): readonly Line[] {
    if (this.#folder === '') return [];
    const parent = this.#folder.replace(/[^/]*\/$/, '');
    return [
      {
        label: '$(arrow-up) ..',
        description: this.#placeOf(parent),
        alwaysShow: true,
        choose: () => this.open(parent),
      },
    ];
  }

  #lastLines(): readonly Line[] {
    const hidden = this.#entries.length - this.#shownEntries().length;
    const lines: Line[] = [];
    if (this.#entries.length === 0 && this.#next === undefined) {
      lines.push({
        label:
          this.#folder === ''
            ? vscode.l10n.t('$(info) The container is empty.')
            : vscode.l10n.t('$(info) The folder is empty.'),
        alwaysShow: true,
      });
    }
    if (hidden > 0) {
      lines.push({
        label: vscode.l10n.t('$(eye) Show all types'),
        description: vscode.l10n.t('not shown: {0}', hidden),
        alwaysShow: true,
        choose: () => {
          this.#showsAllTypes = true;
          this.#show(this.#lastLines());
        },
      });
    }
    if (this.#next !== undefined) {
      lines.push({
        label: vscode.l10n.t('$(ellipsis) More…'),
        description: vscode.l10n.t('after these {0}', this.#entries.length),
        alwaysShow: true,
        choose: () => void this.#read(),
      });
    }
    return lines;
  }

  #problemLines(error: unknown): readonly Line[] {
    return [
      { label: vscode.l10n.t('$(error) Not read'), detail: sentenceOf(error), alwaysShow: true },
      { label: vscode.l10n.t('$(refresh) Try again'), alwaysShow: true, choose: () => void this.#read() },
    ];
  }

  #placeOf(name: string): string {
    return `${this.#client.container}/${name}`;
  }

  /** Without its folder; `$(x)` in it is no icon. */
  #ownName(name: string): string {
    return name.slice(this.#folder.length).replaceAll('$(', String.raw`\$(`);
  }
}
