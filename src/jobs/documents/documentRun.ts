import { dirname } from 'node:path';
import * as vscode from 'vscode';
import type { Catalog, Endpoint } from '../../catalog/index.ts';
import { Failure } from '../../protocol/failure.ts';
import type { ServiceSchema } from '../../protocol/studio/serviceSchema.ts';
import type { JsonEdit } from '../../shared/jsonEdits.ts';
import { jobProblemStrings } from '../../shared/jobEditorStrings.ts';
import type { JobData } from '../../shared/jobData.ts';
import { isHopeless, jobProblems, problemSentence, type JobProblem } from '../../shared/jobProblems.ts';
import type { Storage } from '../../storage/index.ts';
import type { BatchInput, BatchRequest } from '../batchJob.ts';
import { agreeOnInputs, type InputConsentTools } from '../inputConsent.ts';
import type { ReferenceForm } from '../jobBlobs.ts';
import { impliedStorage } from '../newJob.ts';
import { editDocument } from './editDocument.ts';
import { jobRequest, needsStorage } from './jobRequest.ts';
import { parseJob } from './jobText.ts';
import { pathFrom } from './newDocument.ts';

export interface RunTools extends Omit<InputConsentTools, 'service'> {
  readonly catalog: Catalog;
  readonly storage: Storage;
  readonly referenceForm: ReferenceForm;
}

/**
 * What is run from a document. Interactive, the user is asked about whatever is missing or does not fit, and
 * undefined means that he gave up; else that rejects with a `Failure`.
 */
export async function requestFromDocument(
  tools: RunTools,
  document: vscode.TextDocument,
  interactive: boolean,
): Promise<BatchRequest | undefined> {
  const { catalog, storage, referenceForm } = tools;
  const data = dataOf(document);
  const endpoint = await catalog.find(data.workspace, data.service);
  const schema = await catalog.schemaIfAny(endpoint);
  const problems = jobProblems(data, schema);
  refuseHopeless(problems);
  if (interactive && problems.length > 0 && !(await confirmAnyway(problems))) return undefined;
  const name = await storageName(storage, data, endpoint, interactive);
  if (name === 'dismissed') return undefined;
  const request = await jobRequest(data, {
    endpoint,
    schema,
    storage: name === undefined ? undefined : { name: name.of, client: await storage.open(name.of) },
    storages: storage,
    catalog,
    folder: document.uri.scheme === 'file' ? dirname(document.uri.fsPath) : undefined,
    referenceForm,
    interactive,
  });
  const inputs = interactive ? await agreedInputs(tools, document, request, schema) : request.inputs;
  if (inputs === undefined) return undefined;
  // The key is asked for before the upload, not after it.
  await catalog.authorize(endpoint, { interactive });
  return { ...request, inputs, start: true, document: document.uri.toString(), quiet: !interactive };
}

/** A file that was converted takes the place of the other in the document, too. */
async function agreedInputs(
  tools: RunTools,
  document: vscode.TextDocument,
  { endpoint, inputs }: Pick<BatchRequest, 'endpoint' | 'inputs'>,
  schema: ServiceSchema | undefined,
): Promise<BatchRequest['inputs'] | undefined> {
  const given = new Map<string, BatchInput>(Object.entries(inputs));
  const service = endpoint.label;
  const agreed = await agreeOnInputs({ ...tools, service }, schema?.inputs ?? [], given);
  if (agreed === undefined) return undefined;
  await editDocument(
    document,
    [...agreed].flatMap(([name, input]): JsonEdit[] =>
      typeof input !== 'string' || input === given.get(name)
        ? []
        : [{ kind: 'set', path: ['inputs', name], value: { file: pathFrom(document.uri, input) } }],
    ),
  );
  return Object.fromEntries(agreed);
}

export function dataOf(document: vscode.TextDocument): JobData {
  const parsed = parseJob(document.getText());
  if (parsed.kind === 'broken') {
    const { line, column } = parsed.problem;
    throw invalid(vscode.l10n.t('The batch job is not valid JSON: see line {0}, column {1}.', line, column));
  }
  if (parsed.ignored.length > 0) {
    throw invalid(
      vscode.l10n.t('The batch job has members that are not understood: {0}.', parsed.ignored.join(', ')),
    );
  }
  return parsed.data;
}

function refuseHopeless(problems: readonly JobProblem[]): void {
  const hopeless = problems.filter(isHopeless);
  if (hopeless.length > 0) throw invalid(sentencesOf(hopeless));
}

async function confirmAnyway(problems: readonly JobProblem[]): Promise<boolean> {
  const anyway = vscode.l10n.t('Run anyway');
  const chosen = await vscode.window.showWarningMessage(
    vscode.l10n.t('The service may refuse this batch job.'),
    { modal: true, detail: sentencesOf(problems) },
    anyway,
  );
  return chosen === anyway;
}

function sentencesOf(problems: readonly JobProblem[]): string {
  const strings = jobProblemStrings();
  return problems.map((problem) => `${problem.name}: ${problemSentence(problem, strings)}`).join('\n');
}

async function storageName(
  storage: Storage,
  data: JobData,
  endpoint: Endpoint,
  interactive: boolean,
): Promise<{ readonly of: string } | 'dismissed' | undefined> {
  const named = data.storage ?? (await impliedStorage(storage, endpoint));
  if (named !== undefined) return { of: named };
  if (!needsStorage(data) || !interactive) return undefined;
  const picked = await storage.pick(vscode.l10n.t('{0}: storage', endpoint.label));
  return picked === undefined ? 'dismissed' : { of: picked };
}

function invalid(sentence: string): Failure {
  return new Failure({ code: 'InvalidJobDocument', origin: 'client', sentence });
}
