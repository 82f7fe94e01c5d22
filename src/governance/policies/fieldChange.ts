import * as vscode from 'vscode';
import type { OpenInstance } from '../../instances/index.ts';
import { readPolicy } from '../../protocol/apim/policyFields.ts';
import { policyProblems, type PolicyPlace, type PolicyRefusal } from '../../protocol/apim/policyProblems.ts';
import type { PlacedElement } from '../../protocol/apim/policyXml.ts';
import { Failure } from '../../protocol/failure.ts';
import { asking } from '../../shared/asking.ts';
import { askChoice } from '../../shared/steps.ts';
import { askSite } from './askSite.ts';
import { refusalsOf } from './policySaving.ts';
import { PolicyConflict, readStored, type StoredPolicy, writeStored } from './policyService.ts';
import type { PolicySite } from './policySite.ts';
import { uriOf } from './policyUri.ts';
import type { PolicyTools } from './policyTools.ts';
import { closePreviews } from './previewTab.ts';
import { skeletonOf } from './skeleton.ts';

/** What questions start from. */
export interface FieldContext extends PolicyPlace {
  readonly title: string;
  /** As it is now. */
  readonly policy: PlacedElement;
}

/** Makes the change in a text, which may be another one by the time it is written. */
export type PolicyEdit = (text: string) => string;

/**
 * Changes a policy by questions: shows what comes of the answers beside what is there, and writes it if the user wants
 * that. Where somebody else writes meanwhile the same change is shown against what is there then.
 */
export async function changePolicy(
  tools: PolicyTools,
  target: unknown,
  title: string,
  ask: (context: FieldContext) => Promise<PolicyEdit | undefined>,
): Promise<void> {
  const chosen = await askSite(tools, target, title);
  if (chosen === undefined) return;
  const { site, instance } = chosen;
  if (isUnsaved(site)) {
    await vscode.window.showTextDocument(uriOf(site), { preview: false });
    throw notSaved(site);
  }
  const stored = await asking(instance.arm.baseUrl, (signal) => readStored(instance.arm, site, signal));
  const { scope, label } = site;
  const edit = await ask({
    title: vscode.l10n.t('{0}: {1}', title, label),
    policy: readPolicy(stored.text ?? skeletonOf(scope)),
    scope,
    tier: instance.tier,
  });
  if (edit !== undefined) await carryOut(tools, site, instance, stored, edit);
}

async function carryOut(
  tools: PolicyTools,
  site: PolicySite,
  instance: OpenInstance,
  first: StoredPolicy,
  edit: PolicyEdit,
): Promise<void> {
  let stored = first;
  for (;;) {
    const before = stored.text ?? skeletonOf(site.scope);
    const text = edit(before);
    if (text === before) {
      void vscode.window.showInformationMessage(
        vscode.l10n.t('The policy of {0} says that already.', site.label),
      );
      return;
    }
    if (!(await agrees(tools, site, instance, stored.text ?? '', text))) return;
    try {
      const seen = stored;
      const written = await asking(instance.arm.baseUrl, (signal) =>
        writeStored(instance.arm, site, text, seen, signal),
      );
      tools.log.info(`Policy of ${site.instanceId}${site.path} written`);
      tools.files.changedElsewhere(uriOf(site), written);
      void vscode.window.showInformationMessage(vscode.l10n.t('The policy of {0} is written.', site.label));
      return;
    } catch (error) {
      if (!(error instanceof PolicyConflict)) {
        await refused(tools, site, text, error);
        return;
      }
      stored = error.theirs;
      void vscode.window.showWarningMessage(
        vscode.l10n.t(
          'Somebody has just changed the policy of {0}. This is your change of theirs.',
          site.label,
        ),
      );
    }
  }
}

/** Shows both texts side by side while it asks. */
async function agrees(
  { files }: PolicyTools,
  site: PolicySite,
  { tier }: OpenInstance,
  before: string,
  after: string,
): Promise<boolean> {
  const uri = uriOf(site);
  const left = files.snapshot(uri, 'as it is', before);
  const right = files.snapshot(uri, 'as it will be', after);
  const title = vscode.l10n.t('Policy of {0}: as it is ↔ as it will be', site.label);
  await vscode.commands.executeCommand('vscode.diff', left, right, title);
  let isToWrite = false;
  const [mistake] = policyProblems(after, { scope: site.scope, tier }).filter(
    ({ severity }) => severity === 'error',
  );
  const question = {
    placeholder: vscode.l10n.t('It takes effect as soon as it is written'),
    choices: [
      {
        label: vscode.l10n.t('$(check) Write the policy'),
        ...(mistake && {
          detail: vscode.l10n.t('$(warning) API Management will probably refuse it. {0}', mistake.message),
        }),
        value: true,
      },
      { label: vscode.l10n.t('$(close) Leave it as it is'), value: false },
    ],
  };
  await askChoice({ title, canGoBack: false }, question, (value) => (isToWrite = value));
  await closePreviews();
  for (const snapshot of [left, right]) files.forgetSnapshot(snapshot);
  return isToWrite;
}

/** What the service says may hold a part of the policy, so it is shown and not logged. */
async function refused(tools: PolicyTools, site: PolicySite, text: string, error: unknown): Promise<void> {
  const refusals = error instanceof Failure ? refusalsOf(error) : [];
  if (refusals.length === 0) throw error;
  const open = vscode.l10n.t('Open as XML');
  const chosen = await vscode.window.showErrorMessage(
    vscode.l10n.t(
      'API Management refused the policy of {0}: {1}',
      site.label,
      refusals.map(({ message }) => message).join(' '),
    ),
    open,
  );
  if (chosen === open) await openUnsaved(tools, site, text, refusals);
}

async function openUnsaved(
  { diagnostics }: PolicyTools,
  site: PolicySite,
  text: string,
  refusals: readonly PolicyRefusal[],
): Promise<void> {
  const document = await vscode.workspace.openTextDocument(uriOf(site));
  const editor = await vscode.window.showTextDocument(document, { preview: false });
  const end = document.lineAt(document.lineCount - 1).range.end;
  await editor.edit((edit) => edit.replace(new vscode.Range(new vscode.Position(0, 0), end), text));
  diagnostics.refuse(document.uri, text, refusals);
}

function isUnsaved(site: PolicySite): boolean {
  const uri = uriOf(site).toString();
  return vscode.workspace.textDocuments.some((each) => each.isDirty && each.uri.toString() === uri);
}

function notSaved({ label }: PolicySite): Failure {
  return new Failure({
    code: 'UnsavedPolicy',
    origin: 'client',
    sentence: vscode.l10n.t(
      'The policy of {0} is open with changes that are not saved. Save or revert them first.',
      label,
    ),
  });
}
