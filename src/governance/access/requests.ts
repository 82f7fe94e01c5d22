import * as vscode from 'vscode';
import { type AccessTools, choose } from './tools.ts';
import { carryOut } from './subscriptionStates.ts';

/** Shows who waits for an approval; one is approved or rejected. */
export async function showRequests(tools: AccessTools, target: unknown): Promise<void> {
  const title = vscode.l10n.t('Subscriptions that wait for approval');
  const chosen = await choose(tools, target, 'subscription', title, ({ words = [] }) =>
    words.includes('submitted'),
  );
  if (chosen === undefined) return;
  const choices = [
    { label: vscode.l10n.t('Approve'), deed: 'approve' },
    { label: vscode.l10n.t('Reject…'), deed: 'reject' },
  ] as const;
  const picked = await vscode.window.showQuickPick(choices, {
    title: chosen.node.label,
    placeHolder: vscode.l10n.t('What becomes of the request?'),
  });
  if (picked !== undefined) await carryOut(tools, chosen, picked.deed);
}
