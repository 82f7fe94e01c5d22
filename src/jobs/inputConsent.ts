import { basename } from 'node:path';
import * as vscode from 'vscode';
import type { Port } from '../protocol/studio/serviceSchema.ts';
import type { ReadonlyDocuments } from '../shared/readonlyDocuments.ts';
import { checkInput, type Finding, type InputCheck } from './inputCheck.ts';
import { convertBeside, sampleOf } from './inputFile.ts';
import { findingText, reportText } from './inputReport.ts';

export interface InputConsentTools {
  readonly documents: ReadonlyDocuments;
  /** What the user calls the service. */
  readonly service: string;
}

type Choice = 'run' | 'convert' | 'report';

const mostLines = 6;
const mostNames = 8;
const mended: ReadonlySet<Finding['kind']> = new Set(['extension', 'encoding', 'delimiter']);

/**
 * Looks into the files that are to be sent, and asks where one does not fit its input: run anyway, convert it to a new
 * file, or see a report, mend the file and check again. Gives the files to send by the name of their input; undefined
 * when the user gives up.
 */
export async function agreeOnInputs(
  tools: InputConsentTools,
  ports: readonly Port[],
  inputs: ReadonlyMap<string, string>,
): Promise<Map<string, string> | undefined> {
  const agreed = new Map<string, string>();
  for (const [name, path] of inputs) {
    const port = ports.find((each) => each.name === name) ?? { name, columns: [], sampleRows: [] };
    const file = await agreeOnInput(tools, port, path);
    if (file === undefined) return undefined;
    agreed.set(name, file);
  }
  return agreed;
}

async function agreeOnInput(
  tools: InputConsentTools,
  port: Port,
  given: string,
): Promise<string | undefined> {
  for (let path = given; ;) {
    await saveOpen(path);
    const sample = await sampleOf(path).catch(() => undefined);
    // What cannot be read is refused, with the reason, when it is to be sent.
    const check = sample === undefined ? undefined : checkInput(path, sample, port.columns);
    if (check === undefined || check.findings.length === 0) return path;
    switch (await ask(tools.service, port, path, check)) {
      case 'run':
        return path;
      case 'convert':
        path = (await convert(path, check)) ?? path;
        break;
      case 'report': {
        await tools.documents.show(
          `${basename(path)} check.txt`,
          reportText(path, port, tools.service, check),
        );
        const after = await askAfterReport(path);
        if (after === 'run') return path;
        if (after === undefined) return undefined;
        break;
      }
      case undefined:
        return undefined;
    }
  }
}

/** What is sent is what the editor shows. */
async function saveOpen(path: string): Promise<void> {
  const open = vscode.workspace.textDocuments.find(
    ({ isDirty, uri }) => isDirty && uri.scheme === 'file' && uri.fsPath === path,
  );
  await open?.save();
}

async function ask(
  service: string,
  port: Port,
  path: string,
  check: InputCheck,
): Promise<Choice | undefined> {
  const { findings } = check;
  const lines = findings.slice(0, mostLines).map((finding) => findingText(finding, mostNames));
  if (findings.length > mostLines)
    lines.push(vscode.l10n.t('{0} more in the report', findings.length - mostLines));
  const mayConvert =
    findings.some(({ kind }) => mended.has(kind)) && findings.every(({ kind }) => kind !== 'binary');
  const choices: readonly (vscode.MessageItem & { readonly choice: Choice })[] = [
    ...(mayConvert ? [{ title: vscode.l10n.t('Convert to a new file'), choice: 'convert' as const }] : []),
    { title: vscode.l10n.t('Show report'), choice: 'report' },
    { title: vscode.l10n.t('Run anyway'), choice: 'run' },
  ];
  const chosen = await vscode.window.showWarningMessage(
    vscode.l10n.t('{0} does not fit {1} of {2}.', basename(path), port.name, service),
    { modal: true, detail: lines.join('\n') },
    ...choices,
  );
  return chosen?.choice;
}

/** `check` to look at the file again. */
async function askAfterReport(path: string): Promise<'check' | 'run' | undefined> {
  const check = vscode.l10n.t('Check again');
  const run = vscode.l10n.t('Run anyway');
  const chosen = await vscode.window.showWarningMessage(
    vscode.l10n.t('{0} waits to be run. Nothing was sent yet.', basename(path)),
    check,
    run,
  );
  if (chosen === check) return 'check';
  return chosen === run ? 'run' : undefined;
}

/** The path of the new file; undefined when the user has stopped it. */
async function convert(path: string, check: InputCheck): Promise<string | undefined> {
  return vscode.window.withProgress(
    {
      location: vscode.ProgressLocation.Notification,
      title: vscode.l10n.t('Converting {0}', basename(path)),
      cancellable: true,
    },
    async (progress, token) => {
      const abort = new AbortController();
      token.onCancellationRequested(() => abort.abort());
      const uri = vscode.Uri.file(path);
      const { size } = await vscode.workspace.fs.stat(uri);
      try {
        return await convertBeside(path, check, {
          signal: abort.signal,
          onRead: (bytes) => progress.report({ increment: (bytes / size) * 100 }),
        });
      } catch (error) {
        if (abort.signal.aborted) return undefined;
        throw error;
      }
    },
  );
}
