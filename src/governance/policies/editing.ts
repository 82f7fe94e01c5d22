import * as vscode from 'vscode';
import { asking } from '../../shared/asking.ts';
import { askSite } from './askSite.ts';
import { agreesToRemoval } from './policySaving.ts';
import { PolicyConflict, readStored, removeStored } from './policyService.ts';
import { uriOf } from './policyUri.ts';
import type { PolicyTools } from './policyTools.ts';

/** Opens a policy as a document; saving writes it. */
export async function editPolicy(tools: PolicyTools, target: unknown): Promise<void> {
  const chosen = await askSite(tools, target, vscode.l10n.t('Edit policy'));
  if (chosen === undefined) return;
  const { site, instance } = chosen;
  const stored = await asking(instance.arm.baseUrl, (signal) => readStored(instance.arm, site, signal));
  const document = await tools.files.open(uriOf(site), stored);
  await vscode.window.showTextDocument(document, { preview: false });
}

export async function removePolicy(tools: PolicyTools, target: unknown): Promise<void> {
  const chosen = await askSite(tools, target, vscode.l10n.t('Remove policy'));
  if (chosen === undefined) return;
  const { site, instance } = chosen;
  const stored = await asking(instance.arm.baseUrl, (signal) => readStored(instance.arm, site, signal));
  if (stored.text === undefined) {
    void vscode.window.showInformationMessage(vscode.l10n.t('{0} has no policy.', site.label));
    return;
  }
  if (!(await agreesToRemoval(site))) return;
  try {
    await asking(instance.arm.baseUrl, (signal) => removeStored(instance.arm, site, stored, signal));
  } catch (error) {
    if (!(error instanceof PolicyConflict)) throw error;
    void vscode.window.showWarningMessage(
      vscode.l10n.t(
        'Somebody has just changed the policy of {0}, so it was not removed. "Edit policy…" shows what it is now.',
        site.label,
      ),
    );
    return;
  }
  tools.log.info(`Policy of ${site.instanceId}${site.path} removed`);
  tools.files.changedElsewhere(uriOf(site), {});
  void vscode.window.showInformationMessage(vscode.l10n.t('The policy of {0} is removed.', site.label));
}
