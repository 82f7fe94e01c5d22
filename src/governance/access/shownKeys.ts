import * as vscode from 'vscode';
import { copyText, readKeys, type WhichKey } from './subscriptionKeys.ts';
import { type AccessTools, choose } from './tools.ts';

interface KeyItem extends vscode.QuickPickItem {
  readonly which: WhichKey;
}

const hidden = '•'.repeat(32);

/** Lists both keys of a subscription, each hidden until it is asked for; Enter copies one. They are nowhere else. */
export async function showSubscriptionKeys(tools: AccessTools, target: unknown): Promise<void> {
  const chosen = await choose(tools, target, 'subscription', vscode.l10n.t('Show subscription keys'));
  if (chosen === undefined) return;
  const keys = await readKeys(chosen);
  const shown = new Set<WhichKey>();
  const box = vscode.window.createQuickPick<KeyItem>();
  box.title = vscode.l10n.t('Keys of {0}', chosen.node.label);
  box.placeholder = vscode.l10n.t('Enter copies a key');
  const draw = (): void => {
    box.items = (['primary', 'secondary'] as const).map((which) => ({
      which,
      label: which === 'primary' ? vscode.l10n.t('Primary key') : vscode.l10n.t('Secondary key'),
      description: shown.has(which) ? keys[which] : hidden,
      buttons: [buttonFor(shown.has(which))],
    }));
  };
  draw();
  await new Promise<void>((resolve) => {
    box.onDidHide(() => resolve());
    box.onDidTriggerItemButton(({ item: { which } }) => {
      if (!shown.delete(which)) shown.add(which);
      draw();
      box.activeItems = box.items.filter((item) => item.which === which);
    });
    box.onDidAccept(() => {
      const [item] = box.selectedItems;
      if (item !== undefined) void copyText(chosen, item.which, keys[item.which]);
      box.hide();
    });
    box.show();
  });
  box.dispose();
}

function buttonFor(isShown: boolean): vscode.QuickInputButton {
  return isShown
    ? { iconPath: new vscode.ThemeIcon('eye-closed'), tooltip: vscode.l10n.t('Hide key') }
    : { iconPath: new vscode.ThemeIcon('eye'), tooltip: vscode.l10n.t('Show key') };
}
