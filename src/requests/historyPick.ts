import * as vscode from 'vscode';
import type { History, HistoryEntry } from './history.ts';

interface EntryItem extends vscode.QuickPickItem {
  readonly entry?: HistoryEntry;
}

export interface HistoryQuestion {
  readonly title: string;
  readonly placeholder: string;
  /** One endpoint's; absent means all. */
  readonly endpointId?: string | undefined;
  /** Which entries are offered. */
  readonly fits?: (entry: HistoryEntry) => boolean;
}

/** Lets the user choose a call of the history; entries can be pinned and deleted on the way. */
export async function pickEntry(
  history: History,
  question: HistoryQuestion,
): Promise<HistoryEntry | undefined> {
  const pick = vscode.window.createQuickPick<EntryItem>();
  const pin = { iconPath: new vscode.ThemeIcon('pin'), tooltip: vscode.l10n.t('Pin') };
  const unpin = { iconPath: new vscode.ThemeIcon('pinned'), tooltip: vscode.l10n.t('Unpin') };
  const remove = { iconPath: new vscode.ThemeIcon('trash'), tooltip: vscode.l10n.t('Delete') };
  const clear = { iconPath: new vscode.ThemeIcon('clear-all'), tooltip: vscode.l10n.t('Clear history…') };
  const load = async (): Promise<void> => {
    const entries = (await history.list(question.endpointId)).filter(question.fits ?? (() => true));
    pick.items = itemsOf(entries, question.endpointId === undefined, (entry) => [
      entry.pinned ? unpin : pin,
      remove,
    ]);
    pick.busy = false;
    pick.placeholder =
      entries.length === 0 ? vscode.l10n.t('There are no entries yet.') : question.placeholder;
  };
  Object.assign(pick, { title: question.title, matchOnDescription: true, matchOnDetail: true, busy: true });
  // A filter keeps its place when an entry changes.
  pick.keepScrollPosition = true;
  pick.buttons = [clear];
  const subscriptions = [
    pick,
    pick.onDidTriggerItemButton(async ({ item: { entry }, button }) => {
      if (!entry) return;
      if (button === remove) await history.remove(entry);
      else await history.pin(entry, button === pin);
      await load();
    }),
    pick.onDidTriggerButton(async () => {
      pick.hide();
      await clearHistory(history, question.endpointId);
    }),
  ];
  const chosen = new Promise<HistoryEntry | undefined>((resolve) => {
    subscriptions.push(
      pick.onDidAccept(() => {
        resolve(pick.selectedItems[0]?.entry);
        pick.hide();
      }),
      pick.onDidHide(() => resolve(undefined)),
    );
  });
  pick.show();
  try {
    await load();
    return await chosen;
  } finally {
    vscode.Disposable.from(...subscriptions).dispose();
  }
}

/** Asks before it removes the entries of an endpoint, or all. */
export async function clearHistory(history: History, endpointId?: string): Promise<void> {
  const clear = vscode.l10n.t('Clear history');
  const message =
    endpointId === undefined
      ? vscode.l10n.t('Clear the history of all endpoints?')
      : vscode.l10n.t('Clear the history of this endpoint?');
  const detail = vscode.l10n.t('Pinned entries stay.');
  const choice = await vscode.window.showWarningMessage(message, { modal: true, detail }, clear);
  if (choice === clear) await history.clear(endpointId);
}

function itemsOf(
  entries: readonly HistoryEntry[],
  withService: boolean,
  buttons: (entry: HistoryEntry) => vscode.QuickInputButton[],
): EntryItem[] {
  const items = (some: readonly HistoryEntry[]): EntryItem[] =>
    some.map((entry) => ({ ...wordsOf(entry, withService), entry, buttons: buttons(entry) }));
  const pinned = entries.filter((entry) => entry.pinned);
  const others = entries.filter((entry) => !entry.pinned);
  const part = (label: string, some: readonly HistoryEntry[]): EntryItem[] =>
    some.length === 0 ? [] : [{ label, kind: vscode.QuickPickItemKind.Separator }, ...items(some)];
  return [...part(vscode.l10n.t('Pinned'), pinned), ...part(vscode.l10n.t('Recent'), others)];
}

function wordsOf(
  entry: HistoryEntry,
  withService: boolean,
): { label: string; description: string; detail: string } {
  const { status, statusText, code, latencyMs, time, service, workspace, preview } = entry;
  const icon = code === undefined ? 'pass' : 'error';
  const outcome = status === undefined ? (code ?? '') : `${status} ${statusText ?? ''}`.trim();
  return {
    label: `$(${icon}) ${outcome}`,
    description: [
      timeText(new Date(time)),
      ...(latencyMs === undefined ? [] : [vscode.l10n.t('{0} ms', Math.round(latencyMs))]),
      ...(withService ? [`${service} (${workspace})`] : []),
    ].join(' · '),
    // A product icon in a preview would be drawn.
    detail: preview.replaceAll('$(', '$ ('),
  };
}

/** Time of day, with the date when it was not today. */
export function timeText(time: Date): string {
  const isToday = time.toDateString() === new Date().toDateString();
  const clock = time.toLocaleTimeString(vscode.env.language);
  return isToday ? clock : `${time.toLocaleDateString(vscode.env.language)} ${clock}`;
}
