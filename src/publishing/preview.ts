import * as vscode from 'vscode';
import type { CallLimits } from '../protocol/apim/limits.ts';
import { lengthProblem } from '../protocol/apim/policyProblems.ts';
import type { PlannedResource } from '../protocol/apim/publication.ts';
import { isPolicy, masksFor, viewOf } from '../protocol/apim/resourceView.ts';
import type { ReadonlyDocuments } from '../shared/readonlyDocuments.ts';
import { askMany } from '../shared/steps.ts';
import { limitWords } from './limitWords.ts';
import { resourceWords } from './resourceWords.ts';
import type { ResourceState } from './resourceStates.ts';
import { missingNeeds } from './writing.ts';

/** What a publication would change, and what the person has to know before. */
export interface Preview {
  readonly title: string;
  readonly states: readonly ResourceState[];
  readonly limits: CallLimits;
  /** The name of the instance's SKU, where it is known. */
  readonly tier: string | undefined;
}

type PreviewDocuments = Pick<ReadonlyDocuments, 'hold' | 'end'>;

/**
 * Shows everything that would be written against what is there, and asks what of it is to be: what is new is chosen at
 * first, what would be overwritten is not. Resolves with the paths to write; undefined when the user gives up.
 */
export async function askWhatToWrite(
  documents: PreviewDocuments,
  preview: Preview,
): Promise<ReadonlySet<string> | undefined> {
  const open = preview.states.filter(({ state }) => state !== 'same');
  if (open.length === 0) return new Set();
  await showDifferences(documents, preview.title, open);
  try {
    return await pickPaths(preview, open);
  } finally {
    await documents.end(preview.title);
  }
}

async function pickPaths(
  { title, states, limits, tier }: Preview,
  open: readonly ResourceState[],
): Promise<ReadonlySet<string> | undefined> {
  let chosen = new Set(open.filter(({ state }) => state === 'missing').map(({ planned }) => planned.path));
  const words = limitWords(limits);
  const position = {
    title: words === '' ? title : vscode.l10n.t('{0} ({1} for each subscription)', title, words),
    canGoBack: false,
  };
  const question = {
    placeholder: vscode.l10n.t('What to write; the rest stays as it is'),
    choices: () => open.map((each) => stateChoice(each, tier)),
    picked: (path: string) => chosen.has(path),
  };
  for (;;) {
    const outcome = await askMany(position, question, (paths) => (chosen = new Set(paths)));
    if (outcome !== 'next') return undefined;
    const lacking = missingNeeds(states, chosen);
    if (lacking.length === 0) {
      const tooLong = open.flatMap(({ planned }) =>
        chosen.has(planned.path) ? (policyTooLong(planned, tier) ?? []) : [],
      );
      if (tooLong.length === 0 || (await insistsOn(tooLong))) return chosen;
      continue;
    }
    void vscode.window.showWarningMessage(
      vscode.l10n.t('What you chose needs this too: {0}', lacking.map(resourceWords).join(', ')),
    );
    for (const { path } of lacking) chosen.add(path);
  }
}

/** One that is refused leaves what was written before it. */
async function insistsOn(problems: readonly string[]): Promise<boolean> {
  const publish = vscode.l10n.t('Publish anyway');
  const chosen = await vscode.window.showWarningMessage(
    vscode.l10n.t('API Management will probably refuse the policy.'),
    { modal: true, detail: [...problems, vscode.l10n.t('Publish fewer endpoints in one API.')].join('\n') },
    publish,
  );
  return chosen === publish;
}

function policyTooLong(planned: PlannedResource, tier: string | undefined): string | undefined {
  return isPolicy(planned) ? lengthProblem(String(planned.body?.properties.value), tier) : undefined;
}

function stateChoice({ planned, state }: ResourceState, tier: string | undefined) {
  const tooLong = policyTooLong(planned, tier);
  return {
    label: resourceWords(planned),
    description:
      state === 'missing' ? vscode.l10n.t('create') : vscode.l10n.t('exists and differs: overwrite'),
    detail: tooLong === undefined ? planned.path : `$(warning) ${tooLong}`,
    value: planned.path,
  };
}

async function showDifferences(
  documents: PreviewDocuments,
  title: string,
  states: readonly ResourceState[],
): Promise<void> {
  const masks = masksFor(states.map(({ planned }) => planned));
  const changes = states.map(({ planned, existing, state, holds }) => {
    const hold = (when: string, text: string): vscode.Uri =>
      documents.hold(title, fileName(planned, when), text);
    const wanted = hold(
      vscode.l10n.t('as it will be'),
      viewOf(planned, planned.body?.properties ?? {}, masks),
    );
    const before =
      state === 'missing'
        ? undefined
        : hold(vscode.l10n.t('as it is'), viewOf(planned, existing ?? {}, masks, holds));
    return [wanted, before, wanted];
  });
  await vscode.commands.executeCommand('vscode.changes', title, changes);
}

/** The place says which it is, the end which language. */
function fileName(planned: PlannedResource, when: string): string {
  return `${decodeURIComponent(planned.path.slice(1))} ${when}.${isPolicy(planned) ? 'xml' : 'json'}`;
}
