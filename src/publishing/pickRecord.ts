import * as vscode from 'vscode';
import type { PublicationRecord } from './publicationRecord.ts';

/** The only one, or the one that the user picks. */
export async function pickRecord(
  records: readonly PublicationRecord[],
  title: string,
): Promise<PublicationRecord | undefined> {
  if (records.length === 1) return records[0];
  const items = records.map((record) => ({
    label: record.publication.displayName,
    description: record.instance.name,
    detail: vscode.l10n.t(
      '{0}, begun {1}',
      record.endpoint.label,
      new Date(record.startedAt).toLocaleString(),
    ),
    record,
  }));
  const placeHolder = vscode.l10n.t('Published API');
  return (await vscode.window.showQuickPick(items, { title, placeHolder }))?.record;
}
