import * as vscode from 'vscode';
import { lineColumnAt } from '../../protocol/apim/policyReader.ts';
import { type PolicyRefusal, policyRefusals } from '../../protocol/apim/policyProblems.ts';
import { Failure } from '../../protocol/failure.ts';
import { sentenceOf } from '../../shared/reportFailure.ts';
import type { PolicyTools } from './policyTools.ts';
import type { PolicySite } from './policySite.ts';
import {
  PolicyConflict,
  removeStored,
  type StoredPolicy,
  withPatience,
  writeStored,
} from './policyService.ts';

/** How many mistakes a question names. */
const named = 3;

/** VS Code lets nobody save a document again that is still being saved. In milliseconds. */
const patienceMs = 5 * 60_000;

/**
 * Writes the policy that an editor holds, over the version that the editor was filled with. Throws what VS Code says of a
 * document that stays unsaved; it says nothing of the policy's text, because VS Code keeps a log of it.
 */
export async function savePolicy(
  tools: PolicyTools,
  uri: vscode.Uri,
  text: string,
  reason: vscode.TextDocumentSaveReason,
): Promise<void> {
  const site = tools.places.siteAt(uri);
  if (reason !== vscode.TextDocumentSaveReason.Manual)
    throw unsaved(vscode.l10n.t('A policy takes effect at once, so it waits until you save it yourself.'));
  tools.diagnostics.clear(uri);
  try {
    const stored = await store(tools, uri, site, text);
    tools.files.written(uri, { ...stored, text });
  } catch (error) {
    throw error instanceof Failure ? unsaved(sentenceFor(tools, uri, text, error)) : error;
  }
}

async function store(
  tools: PolicyTools,
  uri: vscode.Uri,
  site: PolicySite,
  text: string,
): Promise<StoredPolicy> {
  const arm = tools.places.clientOf(site);
  const isRemoval = text.trim() === '';
  await (isRemoval ? confirmRemoval(site) : confirmMistakes(tools, uri, text));
  const { etag } = tools.versions.find(uri) ?? {};
  let before: StoredPolicy = etag === undefined ? {} : { etag };
  for (;;) {
    try {
      const known = before;
      const write = (signal: AbortSignal): Promise<StoredPolicy> =>
        isRemoval
          ? removeStored(arm, site, known, signal).then(() => ({}))
          : writeStored(arm, site, text, known, signal);
      return await logged(tools, site, isRemoval ? 'removed' : 'written', withPatience(patienceMs, write));
    } catch (error) {
      if (!(error instanceof PolicyConflict)) throw error;
      before = await overwriting(tools, uri, site, error.theirs);
    }
  }
}

async function logged<T>(
  { log }: PolicyTools,
  { instanceId, path }: PolicySite,
  what: string,
  work: Promise<T>,
): Promise<T> {
  const done = await work;
  log.info(`Policy of ${instanceId}${path} ${what}`);
  return done;
}

async function confirmMistakes({ diagnostics }: PolicyTools, uri: vscode.Uri, text: string): Promise<void> {
  const errors = diagnostics.problems(uri, text).filter(({ severity }) => severity === 'error');
  if (errors.length === 0) return;
  const lines = errors.slice(0, named).map(({ message, span }) => {
    const { line, column } = lineColumnAt(text, span.start);
    return vscode.l10n.t('Line {0}, column {1}: {2}', line, column, message);
  });
  const save = vscode.l10n.t('Save anyway');
  const show = vscode.l10n.t('Show problems');
  const chosen = await vscode.window.showWarningMessage(
    vscode.l10n.t('API Management will probably refuse this policy.'),
    { modal: true, detail: [...lines, ...(errors.length > named ? ['…'] : [])].join('\n') },
    show,
    save,
  );
  if (chosen === save) return;
  if (chosen === show) void vscode.commands.executeCommand('workbench.actions.view.problems');
  throw unsaved(vscode.l10n.t('It was not sent: see the Problems panel.'));
}

async function confirmRemoval(site: PolicySite): Promise<void> {
  if (!(await agreesToRemoval(site))) throw unsaved(vscode.l10n.t('The policy was not removed.'));
}

/** Asks before a policy is taken away. */
export async function agreesToRemoval({ label }: PolicySite): Promise<boolean> {
  const remove = vscode.l10n.t('Remove policy');
  const chosen = await vscode.window.showWarningMessage(
    vscode.l10n.t('Remove the policy of {0}?', label),
    {
      modal: true,
      detail: vscode.l10n.t(
        'Its limits, checks and headers end at once. What wider policies say still holds.',
      ),
    },
    remove,
  );
  return chosen === remove;
}

/** What is to be written over, if the user wants that; shows it to him if he wants to see it first. */
async function overwriting(
  { files, versions }: PolicyTools,
  uri: vscode.Uri,
  { label }: PolicySite,
  theirs: StoredPolicy,
): Promise<StoredPolicy> {
  const compare = vscode.l10n.t('Compare');
  const overwrite = vscode.l10n.t('Overwrite');
  const isThere = theirs.text !== undefined;
  const chosen = await vscode.window.showWarningMessage(
    isThere
      ? vscode.l10n.t('Somebody has changed the policy of {0} since you opened it.', label)
      : vscode.l10n.t('Somebody has removed the policy of {0} since you opened it.', label),
    { modal: true, detail: vscode.l10n.t('Yours was not written. Your text stays in the editor.') },
    ...(isThere ? [compare] : []),
    overwrite,
  );
  if (chosen === overwrite) return theirs;
  if (chosen !== compare || theirs.text === undefined)
    throw unsaved(vscode.l10n.t('Somebody has changed it since you opened it.'));
  // Whoever has seen it decides with the next save.
  versions.rebase(uri, theirs.etag);
  const left = files.snapshot(uri, 'theirs', theirs.text);
  const title = vscode.l10n.t('Policy of {0}: in Azure ↔ yours', label);
  void vscode.commands.executeCommand('vscode.diff', left, uri, title);
  throw unsaved(vscode.l10n.t('Compare it with what is in Azure, and save again.'));
}

/** Puts what the service said into the Problems panel, and says where that is. */
function sentenceFor({ diagnostics }: PolicyTools, uri: vscode.Uri, text: string, failure: Failure): string {
  const refusals = refusalsOf(failure);
  if (refusals.length === 0) return sentenceOf(failure);
  diagnostics.refuse(uri, text, refusals);
  const places = refusals.flatMap(({ at }) =>
    at === undefined ? [] : [vscode.l10n.t('line {0}, column {1}', at.line, at.column)],
  );
  return places.length === 0
    ? vscode.l10n.t('API Management refused the policy: see the Problems panel.')
    : vscode.l10n.t('API Management refused the policy ({0}): see the Problems panel.', places.join('; '));
}

/** What the service says against a policy; nothing where something else failed. */
export function refusalsOf({ status, code, evidence }: Failure): readonly PolicyRefusal[] {
  return status === 400 || code === 'ValidationError' ? policyRefusals(evidence?.reasons ?? []) : [];
}

function unsaved(sentence: string): vscode.FileSystemError {
  return vscode.FileSystemError.Unavailable(sentence);
}
