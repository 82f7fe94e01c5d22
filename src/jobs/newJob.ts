import * as vscode from 'vscode';
import type { Catalog, Endpoint } from '../catalog/index.ts';
import { Failure } from '../protocol/failure.ts';
import type { Cell, GlobalParameter, ServiceSchema } from '../protocol/studio/serviceSchema.ts';
import { askText } from '../shared/steps.ts';
import type { Storage } from '../storage/index.ts';
import { isLoopback } from '../transport/index.ts';
import type { BatchRequest } from './batchJob.ts';
import type { ReferenceForm } from './jobBlobs.ts';
import { outputLocation } from './callArguments.ts';

export interface NewJobTools {
  readonly catalog: Catalog;
  readonly storage: Storage;
  /** What was chosen the last time, by workspace. */
  readonly memory: vscode.Memento;
  readonly referenceForm: ReferenceForm;
}

interface Draft {
  readonly endpoint: Endpoint;
  readonly schema: ServiceSchema | undefined;
  readonly inputs: Map<string, string>;
  readonly parameters: Map<string, Cell>;
  readonly outputs: Map<string, string>;
  storage: string;
}

const localStorage = 'Local';

/**
 * Asks for what a batch job needs, and shows all of it once before anything is sent. Undefined when the user gives up.
 */
export async function askForJob(
  tools: NewJobTools,
  endpoint: Endpoint,
  start: boolean,
  chosen: ReadonlyMap<string, string> = new Map(),
): Promise<BatchRequest | undefined> {
  const schema = await vscode.window.withProgress(
    { location: vscode.ProgressLocation.Window, title: vscode.l10n.t('Reading the schema…') },
    () => tools.catalog.schemaIfAny(endpoint),
  );
  const inputs = await askForInputs(endpoint, schema, chosen);
  if (inputs === undefined) return undefined;
  const storage = await rememberedStorage(tools, endpoint);
  if (storage === undefined) return undefined;
  const draft: Draft = { endpoint, schema, inputs, storage, parameters: new Map(), outputs: new Map() };
  const required = (schema?.globalParameters ?? []).filter((parameter) => parameter.default === undefined);
  for (const parameter of required) if (!(await askForParameter(draft, parameter))) return undefined;
  if (!(await confirm(tools, draft, start))) return undefined;
  await tools.memory.update(memoryKey(endpoint), draft.storage);
  // The key is asked for before the upload, not after it.
  await tools.catalog.authorize(endpoint, { interactive: true });
  return {
    endpoint,
    inputs: Object.fromEntries(draft.inputs),
    globalParameters: Object.fromEntries(draft.parameters),
    ...(draft.outputs.size === 0 ? {} : { outputs: Object.fromEntries(draft.outputs) }),
    storage: { name: draft.storage, client: await tools.storage.open(draft.storage) },
    referenceForm: tools.referenceForm,
    start,
  };
}

/** The storage that a program did not name: the local service's own, or the only one there is. */
export async function impliedStorage(storage: Storage, endpoint: Endpoint): Promise<string | undefined> {
  const names = await storage.names();
  if (endpoint.workspace.local && names.includes(localStorage)) return localStorage;
  const others = names.filter((name) => name !== localStorage);
  return others.length === 1 ? others[0] : undefined;
}

async function askForInputs(
  endpoint: Endpoint,
  schema: ServiceSchema | undefined,
  chosen: ReadonlyMap<string, string>,
): Promise<Map<string, string> | undefined> {
  const inputs = new Map(chosen);
  for (const name of schema?.inputs.map((port) => port.name) ?? ['input1']) {
    if (chosen.has(name)) continue;
    const [file] =
      (await vscode.window.showOpenDialog({
        title: vscode.l10n.t('{0}: file for {1}', endpoint.label, name),
        openLabel: vscode.l10n.t('Use as {0}', name),
        filters: { [vscode.l10n.t('Tables')]: ['csv', 'tsv', 'arff'], [vscode.l10n.t('All files')]: ['*'] },
      })) ?? [];
    if (file === undefined) return undefined;
    if (file.scheme !== 'file') throw notAFile(file);
    inputs.set(name, file.fsPath);
  }
  return inputs;
}

function notAFile(uri: vscode.Uri): Failure {
  return new Failure({
    code: 'FileNotReadable',
    origin: 'client',
    sentence: vscode.l10n.t('{0} is not a file on a disk. Save it to one first.', uri.toString(true)),
  });
}

/** The local service has its own storage; any other workspace keeps the one that was chosen for it. */
async function rememberedStorage(tools: NewJobTools, endpoint: Endpoint): Promise<string | undefined> {
  const names = await tools.storage.names();
  if (endpoint.workspace.local && names.includes(localStorage)) return localStorage;
  const remembered = tools.memory.get<string>(memoryKey(endpoint));
  if (remembered !== undefined && names.includes(remembered)) return remembered;
  return tools.storage.pick(vscode.l10n.t('{0}: storage', endpoint.label));
}

function memoryKey(endpoint: Endpoint): string {
  return `jobs.storage.${endpoint.workspace.name}`;
}

async function askForParameter(draft: Draft, parameter: GlobalParameter): Promise<boolean> {
  const current = draft.parameters.get(parameter.name) ?? parameter.default ?? '';
  const outcome = await askText(
    { title: draft.endpoint.label, step: 1, canGoBack: false },
    {
      prompt:
        parameter.description === undefined ? parameter.name : `${parameter.name}: ${parameter.description}`,
      value: String(current),
      password: /password|secret|\bkey\b/i.test(parameter.name),
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

interface Line extends vscode.QuickPickItem {
  /** True ends the questions, false gives up. */
  readonly choose: () => Promise<boolean | undefined>;
}

/** Everything on one list: the first line runs it, the others change something. */
async function confirm(tools: NewJobTools, draft: Draft, start: boolean): Promise<boolean> {
  for (;;) {
    const chosen = await vscode.window.showQuickPick(await linesOf(tools, draft, start), {
      title: start
        ? vscode.l10n.t('Run batch job on {0}', draft.endpoint.label)
        : vscode.l10n.t('Submit batch job to {0}', draft.endpoint.label),
      placeHolder: vscode.l10n.t('Enter begins; choose a line to change it'),
      ignoreFocusOut: true,
    });
    const done = chosen === undefined ? false : await chosen.choose();
    if (done !== undefined) return done;
  }
}

async function linesOf(tools: NewJobTools, draft: Draft, start: boolean): Promise<readonly Line[]> {
  return [
    {
      label: start
        ? vscode.l10n.t('$(play) Upload and run')
        : vscode.l10n.t('$(cloud-upload) Upload and submit'),
      description: [...draft.inputs.values()].map((file) => vscode.workspace.asRelativePath(file)).join(', '),
      choose: () => Promise.resolve(true),
    },
    {
      label: vscode.l10n.t('$(database) Storage: {0}', draft.storage),
      detail: await whatTheJobGets(tools, draft),
      choose: async () => {
        const picked = await tools.storage.pick(
          vscode.l10n.t('{0}: storage', draft.endpoint.label),
          draft.storage,
        );
        if (picked !== undefined) draft.storage = picked;
        return undefined;
      },
    },
    ...outputLines(draft),
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
  return /password|secret|\bkey\b/i.test(parameter.name) ? '***' : String(given);
}

function outputLines(draft: Draft): readonly Line[] {
  return (draft.schema?.outputs ?? []).map(({ name }) => ({
    label: vscode.l10n.t('$(file) Output {0}', name),
    description: draft.outputs.get(name) ?? vscode.l10n.t('a new blob in the storage'),
    choose: async () => {
      const location = await vscode.window.showInputBox({
        title: vscode.l10n.t('Blob for the output {0}', name),
        prompt: vscode.l10n.t('container/name.csv in the storage; empty for a new one'),
        value: draft.outputs.get(name) ?? '',
        ignoreFocusOut: true,
        validateInput: (text) => outputProblem(name, text),
      });
      if (location?.trim() === '') draft.outputs.delete(name);
      else if (location !== undefined) draft.outputs.set(name, outputLocation(name, location.trim()));
      return undefined;
    },
  }));
}

function outputProblem(name: string, text: string): string | undefined {
  if (text.trim() === '') return undefined;
  if (!/\.(?:csv|tsv|arff|ilearner)$/i.test(text.trim())) {
    return vscode.l10n.t('Services write .csv, .tsv and .arff, and trained models as .ilearner.');
  }
  try {
    outputLocation(name, text.trim());
    return undefined;
  } catch {
    return vscode.l10n.t('container/name.csv is expected.');
  }
}

/** What the service can do with what it is given: said before it is given. */
async function whatTheJobGets(tools: NewJobTools, draft: Draft): Promise<string> {
  const client = await tools.storage.open(draft.storage);
  const isElsewhere = !isLoopback(new URL(draft.endpoint.workspace.baseUrl).hostname);
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
