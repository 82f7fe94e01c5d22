import * as vscode from 'vscode';
import { decisionBody, notifyQuery, type SubscriptionState } from '../../protocol/apim/subscriptionStates.ts';
import { subscriptionState } from '../../instances/index.ts';
import { readSubscription, type SubscriptionFacts } from './subscriptionFacts.ts';
import { type AccessTools, choose, type Chosen, confirm, decideOn, seenWords, tell } from './tools.ts';

/** What an administrator does with a subscription that is there. */
export type Deed = 'approve' | 'reject' | 'suspend' | 'activate' | 'cancel';

/** What a deed leads to, and from where. Source: azure-rest-api-specs apimsubscriptions.json (`SubscriptionState`). */
const deeds: Readonly<Record<Deed, { readonly to: SubscriptionState; readonly from: readonly string[] }>> = {
  approve: { to: 'active', from: ['submitted'] },
  reject: { to: 'rejected', from: ['submitted'] },
  suspend: { to: 'suspended', from: ['active'] },
  activate: { to: 'active', from: ['suspended', 'rejected', 'cancelled', 'expired'] },
  cancel: { to: 'cancelled', from: ['active', 'suspended', 'submitted'] },
};

interface Decision {
  readonly notify: boolean;
}

export async function decideSubscription(tools: AccessTools, target: unknown, deed: Deed): Promise<void> {
  const { from } = deeds[deed];
  const chosen = await choose(tools, target, 'subscription', titleOf(deed), ({ words = [] }) =>
    words.some((word) => typeof word === 'string' && from.includes(word)),
  );
  if (chosen !== undefined) await carryOut(tools, chosen, deed);
}

/** Asks on what the subscription is now, and writes only over that: another administrator may be as fast. */
export async function carryOut(tools: AccessTools, { access, node }: Chosen, deed: Deed): Promise<void> {
  const { to } = deeds[deed];
  const comment = deed === 'reject' ? await askForComment(node.label) : '';
  if (comment === undefined) return;
  const done = await decideOn<SubscriptionFacts, Decision>(tools, access, ['subscriptions'], {
    read: (signal) => readSubscription(access, node.path, signal),
    ask: (facts, changed) => (facts.state === to ? alreadySo(facts) : askFor(deed, facts, changed)),
    write: ({ notify }, { etag }, signal) =>
      access.arm.patch(access.id + node.path, decisionBody(to, comment), {
        ifMatch: etag,
        query: notifyQuery(notify),
        signal,
      }),
  });
  if (done !== undefined)
    tell(vscode.l10n.t('The subscription {0} is {1}.', node.label, subscriptionState(to)));
}

function askForComment(name: string): Promise<string | undefined> {
  return Promise.resolve(
    vscode.window.showInputBox({
      title: vscode.l10n.t('Reject subscription'),
      prompt: vscode.l10n.t('Why {0} is rejected; its owner reads it. May be empty', name),
      ignoreFocusOut: true,
    }),
  );
}

function alreadySo({ name, state, comment }: SubscriptionFacts): Promise<undefined> {
  tell(
    comment === ''
      ? vscode.l10n.t('The subscription {0} is {1} already.', name, subscriptionState(state))
      : vscode.l10n.t('The subscription {0} is {1} already: "{2}".', name, subscriptionState(state), comment),
  );
  return Promise.resolve(undefined);
}

/** A subscription with an owner has somebody whom a mail can tell. */
async function askFor(deed: Deed, facts: SubscriptionFacts, changed: boolean): Promise<Decision | undefined> {
  const { question, effect, action, dismiss } = wordsOf(deed, facts);
  const withMail = vscode.l10n.t('{0} and send mail', action);
  const actions = facts.owner === undefined ? [action] : [withMail, action];
  const owner = facts.owner ?? vscode.l10n.t('nobody, it stands alone');
  const now = vscode.l10n.t(
    'For: {0}. Owner: {1}. State: {2}.',
    facts.scope,
    owner,
    subscriptionState(facts.state),
  );
  const choice = await confirm(question, seenWords(changed, now, effect), actions, dismiss);
  return choice === undefined ? undefined : { notify: choice === withMail };
}

function titleOf(deed: Deed): string {
  switch (deed) {
    case 'approve':
      return vscode.l10n.t('Approve subscription');
    case 'reject':
      return vscode.l10n.t('Reject subscription');
    case 'suspend':
      return vscode.l10n.t('Suspend subscription');
    case 'activate':
      return vscode.l10n.t('Activate subscription');
    case 'cancel':
      return vscode.l10n.t('Cancel subscription');
  }
}

interface Words {
  readonly question: string;
  readonly effect: string;
  readonly action: string;
  readonly dismiss?: string;
}

function wordsOf(deed: Deed, { name }: SubscriptionFacts): Words {
  switch (deed) {
    case 'approve':
      return {
        question: vscode.l10n.t('Approve the subscription {0}?', name),
        effect: vscode.l10n.t('Calls with its keys are let through from then on.'),
        action: vscode.l10n.t('Approve'),
      };
    case 'reject':
      return {
        question: vscode.l10n.t('Reject the subscription {0}?', name),
        effect: vscode.l10n.t('Its keys do not work. Its owner may ask again.'),
        action: vscode.l10n.t('Reject'),
      };
    case 'suspend':
      return {
        question: vscode.l10n.t('Suspend the subscription {0}?', name),
        effect: vscode.l10n.t('Calls with its keys are refused until it is activated again.'),
        action: vscode.l10n.t('Suspend'),
      };
    case 'activate':
      return {
        question: vscode.l10n.t('Activate the subscription {0}?', name),
        effect: vscode.l10n.t('Calls with its keys are let through again.'),
        action: vscode.l10n.t('Activate'),
      };
    case 'cancel':
      return {
        question: vscode.l10n.t('Cancel the subscription {0}?', name),
        effect: vscode.l10n.t('Calls with its keys are refused from then on. Its name and history stay.'),
        action: vscode.l10n.t('Cancel subscription'),
        dismiss: vscode.l10n.t('Keep subscription'),
      };
  }
}
