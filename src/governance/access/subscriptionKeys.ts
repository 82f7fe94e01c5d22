import * as vscode from 'vscode';
import { parseArm, secretsSchema } from '../../protocol/apim/arm.ts';
import { Failure } from '../../protocol/failure.ts';
import { type AccessTools, choose, type Chosen, confirm, waitFor } from './tools.ts';

export type WhichKey = 'primary' | 'secondary';

/** Puts a key of a subscription on the clipboard; it is shown nowhere. */
export async function copySubscriptionKey(
  tools: AccessTools,
  target: unknown,
  which: WhichKey,
): Promise<void> {
  const title =
    which === 'primary'
      ? vscode.l10n.t('Copy primary subscription key')
      : vscode.l10n.t('Copy secondary subscription key');
  const chosen = await choose(tools, target, 'subscription', title);
  if (chosen !== undefined) await copyKey(chosen, which);
}

export async function copyKey(chosen: Chosen, which: WhichKey): Promise<void> {
  await copyText(chosen, which, await readKey(chosen, which));
}

/** Copies a key that was read, and says so. */
export async function copyText({ node: { label } }: Chosen, which: WhichKey, key: string): Promise<void> {
  await vscode.env.clipboard.writeText(key);
  const text =
    which === 'primary'
      ? vscode.l10n.t('Copied the primary key of {0}.', label)
      : vscode.l10n.t('Copied the secondary key of {0}.', label);
  vscode.window.setStatusBarMessage(text, 5_000);
}

/** Rejects with `MissingSubscriptionKey` where the instance says none. */
export async function readKey(chosen: Chosen, which: WhichKey): Promise<string> {
  const key = (await listKeys(chosen))[which];
  if (key === undefined) throw missingKey(chosen);
  return key;
}

/** Both keys. Rejects as `readKey` does. */
export async function readKeys(chosen: Chosen): Promise<Readonly<Record<WhichKey, string>>> {
  const { primary, secondary } = await listKeys(chosen);
  if (primary === undefined || secondary === undefined) throw missingKey(chosen);
  return { primary, secondary };
}

async function listKeys({ access, node }: Chosen): Promise<Readonly<Record<WhichKey, string | undefined>>> {
  const { body } = await waitFor(access, (signal) =>
    access.arm.post(`${access.id}${node.path}/listSecrets`, undefined, { signal }),
  );
  const { primaryKey: primary, secondaryKey: secondary } = parseArm(secretsSchema, body);
  return { primary, secondary };
}

function missingKey({ access, node }: Chosen): Failure {
  return new Failure({
    code: 'MissingSubscriptionKey',
    origin: 'service',
    sentence: vscode.l10n.t(
      '{0} does not say the keys of {1}. Regenerate them, or ask somebody who may list the keys of the instance.',
      access.name,
      node.label,
    ),
  });
}

/** Has the service make a new key, with which the old one is worth nothing. */
export async function regenerateSubscriptionKey(
  tools: AccessTools,
  target: unknown,
  which: WhichKey,
): Promise<void> {
  const isPrimary = which === 'primary';
  const title = isPrimary
    ? vscode.l10n.t('Regenerate primary subscription key')
    : vscode.l10n.t('Regenerate secondary subscription key');
  const chosen = await choose(tools, target, 'subscription', title);
  if (chosen === undefined) return;
  const { access, node } = chosen;
  const regenerate = vscode.l10n.t('Regenerate key');
  const choice = await confirm(
    isPrimary
      ? vscode.l10n.t('Make a new primary key for {0}?', node.label)
      : vscode.l10n.t('Make a new secondary key for {0}?', node.label),
    isPrimary
      ? vscode.l10n.t(
          'Calls with the old primary key are refused at once. Whoever is to go on calling uses the secondary key meanwhile, which stays as it is.',
        )
      : vscode.l10n.t(
          'Calls with the old secondary key are refused at once. The primary key stays as it is.',
        ),
    [regenerate],
  );
  if (choice !== regenerate) return;
  // Source: azure-rest-api-specs apimsubscriptions.json (`Subscription_RegeneratePrimaryKey`).
  const action = isPrimary ? 'regeneratePrimaryKey' : 'regenerateSecondaryKey';
  await waitFor(access, (signal) =>
    access.arm.post(`${access.id}${node.path}/${action}`, undefined, { signal }),
  );
  await offerToCopy(
    chosen,
    which,
    isPrimary
      ? vscode.l10n.t('{0} has a new primary key.', node.label)
      : vscode.l10n.t('{0} has a new secondary key.', node.label),
  );
}

/** Tells of keys that are new, with the way to them. */
export async function offerToCopy(chosen: Chosen, which: WhichKey, text: string): Promise<void> {
  const copy = which === 'primary' ? vscode.l10n.t('Copy primary key') : vscode.l10n.t('Copy secondary key');
  if ((await vscode.window.showInformationMessage(text, copy)) === copy) await copyKey(chosen, which);
}
