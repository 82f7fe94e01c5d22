import { stat } from 'node:fs/promises';
import * as vscode from 'vscode';
import type { Endpoint } from '../catalog/index.ts';
import { Failure } from '../protocol/failure.ts';
import type { TableExport } from '../shared/answerContract.ts';
import type { SaveFile } from '../shared/fileSaver.ts';
import type { ReadonlyDocuments } from '../shared/readonlyDocuments.ts';
import { exportFormat, exportTable } from './answerExport.ts';
import { writeFileTable } from './answerFileTable.ts';
import type { AnswerTable } from './answerTables.ts';
import { prettyText } from './answerText.ts';
import type { RrsAnswer } from './execute.ts';
import type { History } from './history.ts';
import { pickEntry, timeText } from './historyPick.ts';
import { answerOfEntry } from './historyRecord.ts';
import type { RequestCall } from './requestCall.ts';

/** What can be done with the last answer of a request. */
export class AnswerActions {
  readonly #documents: ReadonlyDocuments;
  readonly #history: History;
  readonly #saveFile: SaveFile;
  readonly #call: RequestCall;
  readonly #name: () => string;

  /** `name` is what files and documents are called after. */
  constructor(
    services: {
      readonly documents: ReadonlyDocuments;
      readonly history: History;
      readonly saveFile: SaveFile;
    },
    call: RequestCall,
    name: () => string,
  ) {
    this.#documents = services.documents;
    this.#history = services.history;
    this.#saveFile = services.saveFile;
    this.#call = call;
    this.#name = name;
  }

  /** As a read-only document; of an answer in a file only its beginning. */
  async open(): Promise<void> {
    const { answer } = this.#call;
    if (answer) await this.#documents.show(...this.#document(answer));
  }

  async save(): Promise<void> {
    const { answer } = this.#call;
    if (!answer) return;
    const target = await this.#askWhere(`${this.#name()}-answer.json`, { JSON: ['json'] });
    if (!target) return;
    if (answer.file === undefined) await write(target, answer.text);
    else await vscode.workspace.fs.copy(vscode.Uri.file(answer.file), target, { overwrite: true });
  }

  async saveTable({ output, rows, withSent }: TableExport): Promise<void> {
    const table = this.#call.tables().find(({ name }) => name === output);
    if (!table) return;
    const file = this.#call.answer?.file;
    const filters = { CSV: ['csv'], ...(file === undefined ? { JSON: ['json'] } : {}), TSV: ['tsv'] };
    const target = await this.#askWhere(`${this.#name()}-${output}.csv`, filters);
    if (!target) return;
    if (file !== undefined) await writeWhole(this.#saveFile, file, table, target);
    else await write(target, exportTable(table, exportFormat(target.path), { rows, withSent }));
  }

  async openFile(): Promise<void> {
    const file = this.#call.answer?.file;
    if (file !== undefined) await vscode.commands.executeCommand('vscode.open', vscode.Uri.file(file));
  }

  /** In a browser there is no folder to be shown: the path is told instead. */
  async reveal(): Promise<void> {
    const file = this.#call.answer?.file;
    if (file === undefined) return;
    if (vscode.env.uiKind === vscode.UIKind.Desktop) {
      await vscode.commands.executeCommand('revealFileInOS', vscode.Uri.file(file));
      return;
    }
    const copy = vscode.l10n.t('Copy path');
    const chosen = await vscode.window.showInformationMessage(file, copy);
    if (chosen === copy) await vscode.env.clipboard.writeText(file);
  }

  async compare(endpoint: Endpoint | undefined): Promise<void> {
    const { answer } = this.#call;
    if (!answer || !endpoint) return;
    const entry = await pickEntry(this.#history, {
      title: vscode.l10n.t('Compare with an earlier answer'),
      placeholder: vscode.l10n.t('Choose the answer to compare with'),
      endpointId: endpoint.endpointId,
      fits: ({ hasAnswer, time }) => hasAnswer && time !== answer.time.toISOString(),
    });
    if (!entry) return;
    const earlier = await answerOfEntry(this.#history, entry);
    if (!earlier) throw gone();
    this.#call.compareWith(earlier);
  }

  async compareAsText(): Promise<void> {
    const { answer, comparedWith } = this.#call;
    if (!answer || !comparedWith) return;
    const before = await this.#documents.write(...this.#document(comparedWith));
    const now = await this.#documents.write(...this.#document(answer));
    const title = `${this.#name()}: ${timeText(comparedWith.time)} ↔ ${timeText(answer.time)}`;
    await vscode.commands.executeCommand('vscode.diff', before, now, title);
  }

  #document(answer: RrsAnswer): [name: string, text: string] {
    const text = prettyText(answer.text);
    const extension = /^\s*[{[]/.test(text) ? 'json' : 'txt';
    const time = answer.time.toISOString().slice(0, 19).replaceAll(':', '.').replace('T', ' ');
    return [`${this.#name()}-answer ${time}.${extension}`, text];
  }

  async #askWhere(name: string, filters: Record<string, string[]>): Promise<vscode.Uri | undefined> {
    const [folder] = vscode.workspace.workspaceFolders ?? [];
    const safe = name.replaceAll(/[\\/:*?"<>|]/g, '_');
    return vscode.window.showSaveDialog({
      filters,
      ...(folder ? { defaultUri: vscode.Uri.joinPath(folder.uri, safe) } : {}),
    });
  }
}

/** All rows of an output of which only the beginning is in memory. */
async function writeWhole(
  saveFile: SaveFile,
  file: string,
  table: AnswerTable,
  target: vscode.Uri,
): Promise<void> {
  const { size } = await stat(file);
  const location = vscode.ProgressLocation.Notification;
  const title = vscode.l10n.t('Writing the table of {0}', table.name);
  await vscode.window.withProgress({ location, title, cancellable: true }, async (progress, token) => {
    const controller = new AbortController();
    token.onCancellationRequested(() => controller.abort());
    let done = 0;
    try {
      await saveFile(target.fsPath, true, (path) =>
        writeFileTable(path, {
          file,
          output: table.name,
          columns: table.columns.map(({ name }, i) => name ?? `Column${i + 1}`),
          delimiter: exportFormat(target.path) === 'tsv' ? '\t' : ',',
          signal: controller.signal,
          onProgress: (bytes) => {
            progress.report({ increment: ((bytes - done) / size) * 100 });
            done = bytes;
          },
        }),
      );
    } catch (error) {
      if (!controller.signal.aborted) throw error;
    }
  });
}

async function write(target: vscode.Uri, text: string): Promise<void> {
  await vscode.workspace.fs.writeFile(target, new TextEncoder().encode(text));
}

function gone(): Failure {
  return new Failure({
    code: 'FileNotFound',
    origin: 'client',
    sentence: vscode.l10n.t('The answer is no longer in the history. Choose another one.'),
  });
}
