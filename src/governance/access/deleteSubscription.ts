import * as vscode from 'vscode';
import { readSubscription, type SubscriptionFacts } from './subscriptionFacts.ts';
import { type AccessTools, choose, confirm, decideOn, seenWords, tell } from './tools.ts';

export async function deleteSubscription(tools: AccessTools, target: unknown): Promise<void> {
  const chosen = await choose(tools, target, 'subscription', vscode.l10n.t('Delete subscription'));
  if (chosen === undefined) return;
  const { access, node } = chosen;
  const remove = vscode.l10n.t('Delete');
  const done = await decideOn<SubscriptionFacts, string>(tools, access, ['subscriptions'], {
    read: (signal) => readSubscription(access, node.path, signal),
    ask: ({ name, scope, owner = vscode.l10n.t('nobody, it stands alone') }, changed) =>
      confirm(
        vscode.l10n.t('Delete the subscription {0}?', name),
        seenWords(
          changed,
          vscode.l10n.t('For: {0}. Owner: {1}.', scope, owner),
          vscode.l10n.t(
            'Calls with its keys are refused from then on. This cannot be undone; "Suspend subscription…" can.',
          ),
        ),
        [remove],
      ),
    write: (_, { etag }, signal) => access.arm.delete(access.id + node.path, { ifMatch: etag, signal }),
  });
  if (done !== undefined) tell(vscode.l10n.t('The subscription {0} is deleted.', node.label));
}
