import { createWriteStream } from 'node:fs';
import { basename, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import * as vscode from 'vscode';
import type { SaveFile } from '../shared/fileSaver.ts';
import type { CellBlock } from '../shared/tableEditorContract.ts';
import { defaultFolder, fileOf } from './places.ts';
import { safeFileName } from '../shared/wholeFile.ts';
import type { ArrangedTable, ExportFormat, ExportOptions } from './table/index.ts';

interface FormatItem extends vscode.QuickPickItem {
  readonly format: ExportFormat;
  readonly extension: string;
}

/** Asks for what, how and where, and writes rows of the table to a file. */
export async function saveRows(
  saveFile: SaveFile,
  table: ArrangedTable,
  name: string,
  selection: CellBlock,
): Promise<void> {
  const title = vscode.l10n.t('Save rows of {0}', name);
  const part = await vscode.window.showQuickPick(partsOf(table, selection), { title });
  if (!part) return;
  const kind = await vscode.window.showQuickPick(formats(), { title });
  if (!kind) return;
  const stem = name.replace(/\.\w{1,10}$/, '');
  const uri = await vscode.window.showSaveDialog({
    title,
    defaultUri: vscode.Uri.file(join(defaultFolder(), safeFileName(`${stem}-rows${kind.extension}`, 'rows'))),
  });
  if (!uri) return;
  const file = fileOf(uri);
  await vscode.window.withProgress(
    {
      location: vscode.ProgressLocation.Notification,
      title: vscode.l10n.t('Saving {0}', basename(file)),
      cancellable: true,
    },
    async (progress, token) => {
      const abort = new AbortController();
      token.onCancellationRequested(() => abort.abort());
      const options: ExportOptions = {
        ...part.options,
        format: kind.format,
        signal: abort.signal,
        onProgress: percentTo(progress),
      };
      await saveFile(file, true, (path) =>
        pipeline(table.table.export(options), createWriteStream(path), { signal: abort.signal }),
      );
    },
  );
  void vscode.window.showInformationMessage(vscode.l10n.t('Saved {0}.', file));
}

function partsOf(arranged: ArrangedTable, { top, bottom, left, right }: CellBlock) {
  const columns = Array.from({ length: right - left + 1 }, (_, i) => left + i);
  const selectedRows = arranged.rowsIn(top, bottom);
  const selected: Partial<ExportOptions> = {
    columns,
    ...(selectedRows
      ? { rows: selectedRows }
      : { from: arranged.rowAt(top), to: arranged.rowAt(bottom) + 1 }),
  };
  const { conditions, order, rowCount } = arranged.arrangement;
  const isArranged = conditions.length > 0 || order !== undefined;
  const shown: Partial<ExportOptions> =
    order && rowCount !== undefined
      ? { rows: arranged.rowsIn(0, rowCount - 1) ?? new Float64Array() }
      : { conditions: arranged.wantedRows };
  const count = (rows: number, cells: number): string => vscode.l10n.t('{0} rows, {1} columns', rows, cells);
  return [
    {
      label: isArranged ? vscode.l10n.t('Rows shown') : vscode.l10n.t('All rows'),
      description: isArranged ? vscode.l10n.t('as filtered and sorted') : '',
      options: shown,
    },
    {
      label: vscode.l10n.t('Selection'),
      description: count(bottom - top + 1, right - left + 1),
      options: selected,
    },
  ];
}

function formats(): readonly FormatItem[] {
  const csv = (escapeFormulas: boolean): ExportFormat => ({ type: 'csv', delimiter: ',', escapeFormulas });
  return [
    { label: 'CSV', description: vscode.l10n.t('values as they are'), format: csv(false), extension: '.csv' },
    {
      label: vscode.l10n.t('CSV for spreadsheets'),
      description: vscode.l10n.t('an apostrophe keeps what looks like a formula from being run'),
      format: csv(true),
      extension: '.csv',
    },
    {
      label: 'JSON Lines',
      description: vscode.l10n.t('an object for each row'),
      format: { type: 'jsonl' },
      extension: '.jsonl',
    },
  ];
}

function percentTo(progress: vscode.Progress<{ message?: string; increment?: number }>) {
  let reported = 0;
  return ({ doneBytes, totalBytes }: { doneBytes: number; totalBytes: number }): void => {
    const percent = totalBytes === 0 ? 100 : Math.floor((doneBytes / totalBytes) * 100);
    if (percent === reported) return;
    progress.report({ increment: percent - reported, message: `${percent}%` });
    reported = percent;
  };
}
