import { basename } from 'node:path';
import * as vscode from 'vscode';
import type { Port } from '../protocol/studio/serviceSchema.ts';
import type { SaveFile } from '../shared/fileSaver.ts';
import type { ReadonlyDocuments } from '../shared/readonlyDocuments.ts';
import type { BatchInput } from './batchJob.ts';
import { checkInput, type Finding, type InputCheck, type Sample } from './inputCheck.ts';
import { convertBeside, sampleOf } from './inputFile.ts';
import { findingText, reportText } from './inputReport.ts';
import { nameOf, placeOf, sampleOfBlob, type BlobSampleTools } from './inputBlob.ts';

export interface InputConsentTools extends BlobSampleTools {
  readonly documents: ReadonlyDocuments;
  readonly saveFile: SaveFile;
  /** What the user calls the service. */
  readonly service: string;
}

interface Candidate {
  readonly port: Port;
  readonly input: BatchInput;
}

interface Misfit extends Candidate {
  readonly check: InputCheck;
}

/** `others` leaves out what does not fit. */
type Choice = 'run' | 'others' | 'convert' | 'report' | 'check';

interface ChoiceItem extends vscode.MessageItem {
  readonly choice: Choice;
}

/** Jobs do not wait longer for a look at all of their blobs, which they can do without. */
const blobPatienceMs = 15_000;
const mostLines = 6;
const mostNames = 8;
const mended: ReadonlySet<Finding['kind']> = new Set(['extension', 'encoding', 'delimiter']);

/**
 * Looks into the data of a job's inputs, and asks where some does not fit: run anyway, convert files to new ones, or see
 * a report, mend them and check again. Gives the data to send by the name of its input; undefined when the user gives up.
 */
export async function agreeOnInputs(
  tools: InputConsentTools,
  ports: readonly Port[],
  inputs: ReadonlyMap<string, BatchInput>,
): Promise<Map<string, BatchInput> | undefined> {
  const candidates = [...inputs].map(([name, input]) => ({
    port: portOf(ports, name),
    input,
  }));
  const agreed = await agree(tools, candidates, false);
  return agreed && new Map(agreed.map(({ port, input }) => [port.name, input]));
}

/** The same for files of which each is for a job of its own: the user may leave out those that do not fit. */
export async function agreeOnFiles(
  tools: InputConsentTools,
  ports: readonly Port[],
  input: string,
  files: readonly string[],
): Promise<readonly BatchInput[] | undefined> {
  const port = portOf(ports, input);
  const agreed = await agree(
    tools,
    files.map((file) => ({ port, input: file })),
    true,
  );
  return agreed?.map((candidate) => candidate.input);
}

/** Of a service without a schema nothing is known but the name. */
function portOf(ports: readonly Port[], name: string): Port {
  return ports.find((port) => port.name === name) ?? { name, columns: [], sampleRows: [] };
}

async function agree(
  tools: InputConsentTools,
  given: readonly Candidate[],
  areApart: boolean,
): Promise<readonly Candidate[] | undefined> {
  for (let candidates = given; ;) {
    const misfits = await misfitsOf(tools, candidates);
    if (misfits.length === 0) return candidates;
    const others = candidates.filter(({ input }) => !misfits.some((misfit) => misfit.input === input));
    switch (await ask(tools, misfits, areApart && others.length > 0)) {
      case 'run':
        return candidates;
      case 'others':
        return others;
      case 'convert':
        candidates = await converted(tools, candidates, misfits);
        break;
      case undefined:
        return undefined;
      default:
    }
  }
}

async function misfitsOf(tools: InputConsentTools, candidates: readonly Candidate[]): Promise<Misfit[]> {
  const misfits: Misfit[] = [];
  const patience = AbortSignal.timeout(blobPatienceMs);
  for (const { port, input } of candidates) {
    // What cannot be read is refused, with the reason, when it is to be sent.
    const sample = await sampleFor(tools, input, patience).catch(() => undefined);
    const check = sample && checkInput(placeOf(input), sample, port.columns);
    if (check !== undefined && check.findings.length > 0) misfits.push({ port, input, check });
  }
  return misfits;
}

async function sampleFor(
  tools: InputConsentTools,
  input: BatchInput,
  blobPatience: AbortSignal,
): Promise<Sample | undefined> {
  if (typeof input !== 'string') return sampleOfBlob(tools, input, blobPatience);
  await saveOpen(input);
  return sampleOf(input);
}

/** What is sent is what the editor shows. */
async function saveOpen(path: string): Promise<void> {
  const open = vscode.workspace.textDocuments.find(
    ({ isDirty, uri }) => isDirty && uri.scheme === 'file' && uri.fsPath === path,
  );
  await open?.save();
}

async function ask(
  tools: InputConsentTools,
  misfits: readonly Misfit[],
  areOthers: boolean,
): Promise<Choice | undefined> {
  const toConvert = misfits.filter(mayConvert).length;
  const convert =
    toConvert === 1 ? vscode.l10n.t('Convert to a new file') : vscode.l10n.t('Convert to new files');
  const items: readonly ChoiceItem[] = [
    ...(toConvert === 0 ? [] : [{ title: convert, choice: 'convert' } as const]),
    { title: vscode.l10n.t('Show report'), choice: 'report' },
    ...runItems(areOthers),
  ];
  const chosen = await vscode.window.showWarningMessage(
    questionOn(misfits, tools.service),
    { modal: true, detail: detailOn(misfits).join('\n') },
    ...items,
  );
  if (chosen?.choice !== 'report') return chosen?.choice;
  await showReport(tools, misfits);
  return askAfterReport(misfits, areOthers);
}

function runItems(areOthers: boolean): readonly ChoiceItem[] {
  return [
    ...(areOthers ? [{ title: vscode.l10n.t('Run the others'), choice: 'others' } as const] : []),
    { title: vscode.l10n.t('Run anyway'), choice: 'run' },
  ];
}

function mayConvert({ input, check: { findings } }: Misfit): boolean {
  return (
    typeof input === 'string' &&
    findings.some(({ kind }) => mended.has(kind)) &&
    findings.every(({ kind }) => kind !== 'binary')
  );
}

function questionOn(misfits: readonly Misfit[], service: string): string {
  const [only] = misfits;
  return misfits.length === 1 && only !== undefined
    ? vscode.l10n.t('{0} does not fit {1} of {2}.', nameOf(only.input), only.port.name, service)
    : vscode.l10n.t('{0} files do not fit {1}.', misfits.length, service);
}

/** All that is wrong with one file, or the first thing that is wrong with each of several. */
function detailOn(misfits: readonly Misfit[]): string[] {
  const [only] = misfits;
  const lines =
    misfits.length === 1 && only !== undefined
      ? only.check.findings.map((finding) => findingText(finding, mostNames))
      : misfits.map(({ input, check }) =>
          [nameOf(input), ...check.findings.slice(0, 1).map((first) => findingText(first, mostNames))].join(
            ': ',
          ),
        );
  const more = lines.length - mostLines;
  return more > 0 ? [...lines.slice(0, mostLines), vscode.l10n.t('{0} more in the report', more)] : lines;
}

async function showReport(
  { documents, service }: InputConsentTools,
  misfits: readonly Misfit[],
): Promise<void> {
  const [only] = misfits;
  const name = misfits.length === 1 && only !== undefined ? nameOf(only.input) : service;
  const reports = misfits.map(({ port, input, check }) => reportText(placeOf(input), port, service, check));
  await documents.show(`${name} check.txt`, reports.join('\n'));
}

async function askAfterReport(misfits: readonly Misfit[], areOthers: boolean): Promise<Choice | undefined> {
  const [only] = misfits;
  const items: readonly ChoiceItem[] = [
    { title: vscode.l10n.t('Check again'), choice: 'check' },
    ...runItems(areOthers),
  ];
  const chosen = await vscode.window.showWarningMessage(
    misfits.length === 1 && only !== undefined
      ? vscode.l10n.t('{0} waits to be run. Nothing was sent yet.', nameOf(only.input))
      : vscode.l10n.t('{0} files wait to be run. Nothing was sent yet.', misfits.length),
    ...items,
  );
  return chosen?.choice;
}

/** What the user stops to convert stays as it is. */
async function converted(
  { saveFile }: InputConsentTools,
  candidates: readonly Candidate[],
  misfits: readonly Misfit[],
): Promise<readonly Candidate[]> {
  const files = new Map<BatchInput, string>();
  for (const misfit of misfits.filter(mayConvert)) {
    if (typeof misfit.input !== 'string') continue;
    const file = await convert(saveFile, misfit.input, misfit.check);
    if (file !== undefined) files.set(misfit.input, file);
  }
  return candidates.map(({ port, input }) => ({ port, input: files.get(input) ?? input }));
}

/** The path of the new file; undefined when the user has stopped it. */
async function convert(saveFile: SaveFile, path: string, check: InputCheck): Promise<string | undefined> {
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
          saveFile,
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
