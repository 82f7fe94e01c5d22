import * as vscode from 'vscode';
import { reportFailure } from '../shared/reportFailure.ts';
import type { PublicationRecord } from './publicationRecord.ts';
import type { Publisher } from './publisher.ts';
import type { PublishingTools } from './publishingTools.ts';
import { unpublishRecord } from './unpublishing.ts';

/** Tells of each publication that was left half-done, and that no window is at work on. */
export async function tellOfInterrupted(tools: PublishingTools, publisher: Publisher): Promise<void> {
  for (const record of await tools.store.open()) void tellWhenLeft(tools, publisher, record);
}

async function tellWhenLeft(
  tools: PublishingTools,
  publisher: Publisher,
  record: PublicationRecord,
): Promise<void> {
  const { store, leases, foundation } = tools;
  try {
    if (!(await leases.isLeft(record))) return;
    const now = await store.find(record.id);
    if (now?.ended === false) await askWhatNow(tools, publisher, now);
  } catch (error) {
    foundation.log.error(`An open publication cannot be told: ${String(error)}`);
  }
}

async function askWhatNow(
  tools: PublishingTools,
  publisher: Publisher,
  record: PublicationRecord,
): Promise<void> {
  const { publication, instance } = record;
  const goOn = vscode.l10n.t('Go on');
  const unpublish = vscode.l10n.t('Unpublish');
  const choice = await vscode.window.showWarningMessage(
    vscode.l10n.t('Publishing {0} at {1} was interrupted.', publication.displayName, instance.name),
    goOn,
    unpublish,
    vscode.l10n.t('Later'),
  );
  if (choice === goOn) await publisher.goOnWith(record);
  if (choice === unpublish)
    await unpublishRecord(tools, record).catch((error: unknown) => reportFailure(tools.foundation, error));
}
