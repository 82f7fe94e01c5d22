import * as vscode from 'vscode';
import { Failure } from '../protocol/failure.ts';
import { commandId } from './contributions.ts';
import type { Foundation } from './feature.ts';

export interface FailureAction {
  readonly label: string;
  readonly run: () => Promise<void>;
}

/**
 * Tells the user of a failure in one notification: the sentence, what mends it, and the ways to more. A failure that
 * says that the user gave up is not told.
 */
export async function reportFailure(
  { documents, log }: Pick<Foundation, 'documents' | 'log'>,
  error: unknown,
  remedies: readonly FailureAction[] = [],
): Promise<void> {
  if (error instanceof Failure && error.code === 'Cancelled') return;
  log.error(error instanceof Failure ? error.message : describeUnexpected(error));
  const actions: FailureAction[] = [
    ...remedies,
    { label: vscode.l10n.t('Show details'), run: () => documents.show('failure.txt', failureDetails(error)) },
    {
      label: vscode.l10n.t('Copy details'),
      run: async () => vscode.env.clipboard.writeText(failureDetails(error)),
    },
    {
      label: vscode.l10n.t('Show log'),
      run: async () => {
        await vscode.commands.executeCommand(commandId('showLog'));
      },
    },
  ];
  const chosen = await vscode.window.showErrorMessage(
    sentenceOf(error),
    ...actions.map(({ label }) => label),
  );
  await actions.find(({ label }) => label === chosen)?.run();
}

/** The sentence for a person, without the `[origin/code]` that programs read. */
export function sentenceOf(error: unknown): string {
  if (error instanceof Failure) return error.sentence;
  return error instanceof Error ? error.message : String(error);
}

/** Everything that is known of a failure, one fact a line; free of credentials, as `Failure` is. */
export function failureDetails(error: unknown): string {
  if (!(error instanceof Failure)) return describeUnexpected(error);
  const { evidence } = error;
  const facts: (readonly [string, string | undefined])[] = [
    ['What', error.sentence],
    ['Code', error.code],
    ['Where', error.origin],
    ['Status', error.status?.toString()],
    ['Request', [evidence?.method, evidence?.url].filter(Boolean).join(' ') || undefined],
    ['Time', evidence?.time],
  ];
  return [
    ...facts.flatMap(([name, value]) => (value === undefined ? [] : [`${name.padEnd(8)} ${value}`])),
    ...section(
      'Reasons',
      (evidence?.reasons ?? []).map(({ code, target, message }) =>
        [code, target && `in ${target}`, message].filter(Boolean).join(' · '),
      ),
    ),
    ...section(
      'Response headers',
      (evidence?.headers ?? []).map(([name, value]) => `${name}: ${value}`),
    ),
    ...section('Response body', evidence?.body ? [evidence.body] : []),
    '',
  ].join('\n');
}

function section(title: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : ['', title, ...lines.map((line) => `  ${line}`)];
}

function describeUnexpected(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
