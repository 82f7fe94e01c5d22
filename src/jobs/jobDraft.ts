import * as vscode from 'vscode';
import type { Endpoint } from '../catalog/index.ts';
import type { Cell, GlobalParameter, Port, ServiceSchema } from '../protocol/studio/serviceSchema.ts';
import { isSecretName } from '../shared/secretNames.ts';
import { askText } from '../shared/steps.ts';
import type { Storage } from '../storage/index.ts';
import { isLoopback } from '../transport/index.ts';
import type { BatchInput } from './batchJob.ts';
import type { ReferenceForm } from './jobBlobs.ts';
import { outputProblem, type JobInputs } from './jobOutputs.ts';

/** What is going to be run: one job, or several that differ in their inputs. */
export interface Draft {
  readonly endpoint: Endpoint;
  readonly schema: ServiceSchema | undefined;
  readonly jobs: readonly JobInputs[];
  readonly parameters: Map<string, Cell>;
  /** As in `BatchRequest`, or as `ownOutputs` takes them; an output that is not here is left to the service. */
  readonly outputs: Map<string, string>;
  /** Undefined of a service that takes and gives no blobs. */
  storage: string | undefined;
}

/** What the list needs to change a draft. */
export interface DraftTools {
  readonly storage: Storage;
  readonly referenceForm: ReferenceForm;
}

interface Line extends vscode.QuickPickItem {
  /** True ends the questions, false gives up. */
  readonly choose: () => Promise<boolean | undefined>;
}

/** Everything on one list: the first line runs it, the others change something. False when the user gives up. */
export async function confirmDraft(tools: DraftTools, draft: Draft, start: boolean): Promise<boolean> {
  for (;;) {
    const chosen = await vscode.window.showQuickPick(await linesOf(tools, draft, start), {
      title: titleFor(draft, start),
      placeHolder: vscode.l10n.t('Enter begins; choose a line to change it'),
      ignoreFocusOut: true,
    });
    const done = chosen === undefined ? false : await chosen.choose();
    if (done !== undefined) return done;
  }
}

function titleFor({ endpoint, jobs }: Draft, start: boolean): string {
  if (jobs.length > 1) return vscode.l10n.t('Run {0} batch jobs on {1}', jobs.length, endpoint.label);
  return start
    ? vscode.l10n.t('Run batch job on {0}', endpoint.label)
    : vscode.l10n.t('Submit batch job to {0}', endpoint.label);
}

async function linesOf(tools: DraftTools, draft: Draft, start: boolean): Promise<readonly Line[]> {
  const inputs = new Set(draft.jobs.flatMap((job) => [...job.values()]));
  return [
    {
      label: beginLabel(start, [...inputs].some(isFile)),
      description: [...inputs].map(shownInput).join(', '),
      choose: () => Promise.resolve(true),
    },
    ...(draft.storage === undefined ? [] : [await storageLine(tools, draft, draft.storage)]),
    ...(draft.schema?.outputs ?? []).map((output) => outputLine(draft, output)),
    ...(draft.schema?.globalParameters ?? []).map((parameter): Line => ({
      label: vscode.l10n.t('$(symbol-parameter) {0}', parameter.name),
      description: shownValue(draft, parameter),
      choose: async () => {
        await askForParameter(draft, parameter);
        return undefined;
      },
    })),
  ];
}

function shownValue(draft: Draft, parameter: GlobalParameter): string {
  const given = draft.parameters.get(parameter.name);
  if (given === undefined) return vscode.l10n.t('default: {0}', String(parameter.default ?? ''));
  return isSecretName(parameter.name) ? '***' : String(given);
}

function isFile(input: BatchInput): input is string {
  return typeof input === 'string';
}

function shownInput(input: BatchInput): string {
  return isFile(input) ? vscode.workspace.asRelativePath(input) : input.relativeLocation;
}

function beginLabel(start: boolean, hasUploads: boolean): string {
  if (!hasUploads) return start ? vscode.l10n.t('$(play) Run') : vscode.l10n.t('$(cloud-upload) Submit');
  return start ? vscode.l10n.t('$(play) Upload and run') : vscode.l10n.t('$(cloud-upload) Upload and submit');
}

async function storageLine(tools: DraftTools, draft: Draft, storage: string): Promise<Line> {
  return {
    label: vscode.l10n.t('$(database) Storage: {0}', storage),
    detail: await whatTheJobGets(tools, draft.endpoint, storage),
    choose: async () => {
      const picked = await tools.storage.pick(vscode.l10n.t('{0}: storage', draft.endpoint.label), storage);
      if (picked !== undefined) draft.storage = picked;
      return undefined;
    },
  };
}

function outputLine(draft: Draft, output: Port): Line {
  const { name } = output;
  const isForSeveral = draft.jobs.length > 1;
  return {
    label: vscode.l10n.t('$(file) Output {0}', name),
    description:
      draft.outputs.get(name) ?? vscode.l10n.t('left to the service, which has a storage of its own'),
    choose: async () => {
      const location = await vscode.window.showInputBox({
        title: vscode.l10n.t('Blob for the output {0}', name),
        prompt: isForSeveral
          ? vscode.l10n.t('A name, in which * is that of the file; empty leaves it to the service')
          : vscode.l10n.t('A name, or container/name.csv in the storage; empty leaves it to the service'),
        value: draft.outputs.get(name) ?? '',
        ignoreFocusOut: true,
        validateInput: (text) => outputProblem(output, text, isForSeveral),
      });
      if (location?.trim() === '') draft.outputs.delete(name);
      else if (location !== undefined) draft.outputs.set(name, location.trim().replace(/^\/+/, ''));
      return undefined;
    },
  };
}

/** False when the user gives up. */
export async function askForParameter(draft: Draft, parameter: GlobalParameter): Promise<boolean> {
  const current = draft.parameters.get(parameter.name) ?? parameter.default ?? '';
  const outcome = await askText(
    { title: draft.endpoint.label, step: 1, canGoBack: false },
    {
      prompt:
        parameter.description === undefined ? parameter.name : `${parameter.name}: ${parameter.description}`,
      value: String(current),
      password: isSecretName(parameter.name),
      validate: (text) => (parsedValue(parameter, text) === undefined ? expectation(parameter) : undefined),
    },
    (text) => draft.parameters.set(parameter.name, parsedValue(parameter, text) ?? text),
  );
  return outcome === 'next';
}

function parsedValue({ type }: GlobalParameter, text: string): Cell | undefined {
  const trimmed = text.trim();
  switch (type) {
    case 'integer':
      return /^[+-]?\d+$/.test(trimmed) ? Number(trimmed) : undefined;
    case 'number':
      return trimmed !== '' && Number.isFinite(Number(trimmed)) ? Number(trimmed) : undefined;
    case 'boolean':
      return /^(?:true|false)$/i.test(trimmed) ? trimmed.toLowerCase() === 'true' : undefined;
    default:
      return text;
  }
}

function expectation({ type }: GlobalParameter): string {
  switch (type) {
    case 'integer':
      return vscode.l10n.t('A whole number is expected.');
    case 'boolean':
      return vscode.l10n.t('true or false is expected.');
    default:
      return vscode.l10n.t('A number is expected.');
  }
}

/** What the service can do with what it is given: said before it is given. */
async function whatTheJobGets(tools: DraftTools, { workspace }: Endpoint, storage: string): Promise<string> {
  const client = await tools.storage.open(storage);
  const isElsewhere = !isLoopback(new URL(workspace.baseUrl).hostname);
  if (client.onLoopback && isElsewhere) {
    return vscode.l10n.t('The service cannot reach this storage: it is on this machine.');
  }
  if (client.definition.kind === 'sas') {
    return vscode.l10n.t(
      'The service gets the container’s SAS itself, with the permissions “{0}” for every blob in it.',
      client.definition.permissions,
    );
  }
  return tools.referenceForm === 'connectionString'
    ? vscode.l10n.t(
        'The service gets the account’s connection string, key included (setting “jobs.reference”).',
      )
    : vscode.l10n.t('The service gets a SAS for each blob, for 24 hours: read the input, create the output.');
}
