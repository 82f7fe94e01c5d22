import { basename, extname } from 'node:path';
import * as vscode from 'vscode';
import type { Catalog, Endpoint } from '../catalog/index.ts';
import { Failure } from '../protocol/failure.ts';
import type { Cell, GlobalParameter, Port, ServiceSchema } from '../protocol/studio/serviceSchema.ts';
import type { ReadonlyDocuments } from '../shared/readonlyDocuments.ts';
import { askText } from '../shared/steps.ts';
import type { Storage } from '../storage/index.ts';
import { isLoopback } from '../transport/index.ts';
import type { BatchInput, BatchRequest } from './batchJob.ts';
import { outputLocation } from './callArguments.ts';
import { chooseInput, type ChosenInput } from './chooseInput.ts';
import { placeOf, type BlobSampleTools } from './inputBlob.ts';
import { agreeOnInputs } from './inputConsent.ts';
import { isBlobName, reference, safeName, type ReferenceForm } from './jobBlobs.ts';

export interface NewJobTools extends BlobSampleTools {
  readonly catalog: Catalog;
  readonly storage: Storage;
  readonly documents: ReadonlyDocuments;
  /** What was chosen the last time, by workspace. */
  readonly memory: vscode.Memento;
  readonly referenceForm: ReferenceForm;
}

/** Files that were chosen before the questions. */
export interface ChosenFiles {
  /** Paths by the name of their input. */
  readonly inputs?: ReadonlyMap<string, string>;
  /** A file for one of the inputs; the user says for which where there are several. */
  readonly file?: string;
}

interface Draft {
  readonly endpoint: Endpoint;
  readonly schema: ServiceSchema | undefined;
  readonly inputs: ReadonlyMap<string, BatchInput>;
  readonly parameters: Map<string, Cell>;
  /** As in `BatchRequest`; an output that is not here is left to the service. */
  readonly outputs: Map<string, string>;
  /** Undefined of a service that takes and gives no blobs. */
  storage: string | undefined;
}

const localStorage = 'Local';

/**
 * Asks for what a batch job needs, and shows all of it once before anything is sent. Undefined when the user gives up.
 */
export async function askForJob(
  tools: NewJobTools,
  endpoint: Endpoint,
  start: boolean,
  chosen: ChosenFiles = {},
): Promise<BatchRequest | undefined> {
  const schema = await vscode.window.withProgress(
    { location: vscode.ProgressLocation.Window, title: vscode.l10n.t('Reading the schema…') },
    () => tools.catalog.schemaIfAny(endpoint),
  );
  const asked = await askForInputs(tools.storage, endpoint, schema, chosen);
  if (asked === undefined) return undefined;
  const inputs = await agreeOnInputs(
    { ...tools, service: endpoint.label },
    schema?.inputs ?? [],
    await referencesTo(tools, asked),
  );
  if (inputs === undefined) return undefined;
  const outputs = offeredOutputs(schema, inputs);
  const needsStorage = schema === undefined || inputs.size > 0 || outputs.size > 0;
  const storage = needsStorage ? (storageOf(asked) ?? (await rememberedStorage(tools, endpoint))) : undefined;
  if (needsStorage && storage === undefined) return undefined;
  const draft: Draft = { endpoint, schema, inputs, storage, parameters: new Map(), outputs };
  const required = (schema?.globalParameters ?? []).filter((parameter) => parameter.default === undefined);
  for (const parameter of required) if (!(await askForParameter(draft, parameter))) return undefined;
  if (!(await confirm(tools, draft, start))) return undefined;
  if (draft.storage !== undefined) await tools.memory.update(memoryKey(endpoint), draft.storage);
  // The key is asked for before the upload, not after it.
  await tools.catalog.authorize(endpoint, { interactive: true });
  return {
    endpoint,
    inputs: Object.fromEntries(inputs),
    globalParameters: Object.fromEntries(draft.parameters),
    ...(schema === undefined ? {} : { outputs: Object.fromEntries(draft.outputs) }),
    ...(draft.storage === undefined
      ? {}
      : { storage: { name: draft.storage, client: await tools.storage.open(draft.storage) } }),
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

/** Which a blob was picked from: it is at hand for the rest, too. */
function storageOf(inputs: ReadonlyMap<string, ChosenInput>): string | undefined {
  for (const input of inputs.values()) if (typeof input !== 'string') return input.storage;
  return undefined;
}

/** Files stay paths. */
async function referencesTo(
  { storage, referenceForm }: NewJobTools,
  inputs: ReadonlyMap<string, ChosenInput>,
): Promise<Map<string, BatchInput>> {
  const references = new Map<string, BatchInput>();
  for (const [name, input] of inputs) {
    references.set(
      name,
      typeof input === 'string'
        ? input
        : reference(await storage.open(input.storage), input.relativeLocation, 'read', referenceForm),
    );
  }
  return references;
}

async function askForInputs(
  storage: Storage,
  endpoint: Endpoint,
  schema: ServiceSchema | undefined,
  chosen: ChosenFiles,
): Promise<Map<string, ChosenInput> | undefined> {
  const inputs = new Map<string, ChosenInput>(chosen.inputs);
  const names = schema?.inputs.map((port) => port.name) ?? ['input1'];
  if (chosen.file !== undefined) {
    const name = await inputFor(endpoint, chosen.file, names);
    if (name === undefined) return undefined;
    inputs.set(name, chosen.file);
  }
  for (const name of names) {
    if (inputs.has(name)) continue;
    const input = await chooseInput(storage, endpoint.label, name);
    if (input === undefined) return undefined;
    inputs.set(name, input);
  }
  return inputs;
}

async function inputFor(
  endpoint: Endpoint,
  file: string,
  names: readonly string[],
): Promise<string | undefined> {
  if (names.length > 1) {
    return vscode.window.showQuickPick(names, {
      title: endpoint.label,
      placeHolder: vscode.l10n.t('Which input is {0} for?', basename(file)),
      ignoreFocusOut: true,
    });
  }
  if (names[0] !== undefined) return names[0];
  throw new Failure({
    code: 'NoInput',
    origin: 'client',
    sentence: vscode.l10n.t('{0} takes no input. Run it without a file by “Run batch job…”.', endpoint.label),
  });
}

/** Each output is offered a name of its own, after the data that is scored. */
function offeredOutputs(
  schema: ServiceSchema | undefined,
  inputs: ReadonlyMap<string, BatchInput>,
): Map<string, string> {
  const [first] = inputs.values();
  const place = first && placeOf(first);
  const stem = place === undefined ? '' : `${plainName(basename(place, extname(place)))}-`;
  return new Map(
    schema?.outputs.map((port) => [port.name, `${stem}${safeName(port.name)}${extensionsOf(port)[0] ?? ''}`]),
  );
}

/** Letters without their accents, and of other characters those that any service takes in the name of a blob. */
function plainName(text: string): string {
  return safeName(text.normalize('NFD').replaceAll(/\p{M}/gu, '')).slice(0, 80);
}

/** What services write; an output without columns is no table but a trained model. */
function extensionsOf({ columns }: Port): readonly string[] {
  return columns.length === 0 ? ['.ilearner', '.csv', '.tsv', '.arff'] : ['.csv', '.tsv', '.arff'];
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
      label: beginLabel(start, [...draft.inputs.values()].some(isFile)),
      description: [...draft.inputs.values()].map(shownInput).join(', '),
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
  return /password|secret|\bkey\b/i.test(parameter.name) ? '***' : String(given);
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

async function storageLine(tools: NewJobTools, draft: Draft, storage: string): Promise<Line> {
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
  return {
    label: vscode.l10n.t('$(file) Output {0}', name),
    description:
      draft.outputs.get(name) ?? vscode.l10n.t('left to the service, which has a storage of its own'),
    choose: async () => {
      const location = await vscode.window.showInputBox({
        title: vscode.l10n.t('Blob for the output {0}', name),
        prompt: vscode.l10n.t('A name, or container/name.csv in the storage; empty leaves it to the service'),
        value: draft.outputs.get(name) ?? '',
        ignoreFocusOut: true,
        validateInput: (text) => outputProblem(output, text),
      });
      if (location?.trim() === '') draft.outputs.delete(name);
      else if (location !== undefined) draft.outputs.set(name, location.trim().replace(/^\/+/, ''));
      return undefined;
    },
  };
}

/** What is wrong with the place of an output, which is a name or `container/blob.csv`; an empty one is left to the service. */
export function outputProblem(output: Port, text: string): string | undefined {
  const location = text.trim();
  if (location === '') return undefined;
  const extensions = extensionsOf(output);
  if (!extensions.includes(extname(location).toLowerCase())) {
    return vscode.l10n.t('The service writes {0} files for this output.', extensions.join(', '));
  }
  if (isBlobName(location)) return undefined;
  try {
    outputLocation(output.name, location);
    return undefined;
  } catch {
    return vscode.l10n.t('A name, or container/name.csv, is expected.');
  }
}

/** What the service can do with what it is given: said before it is given. */
async function whatTheJobGets(tools: NewJobTools, { workspace }: Endpoint, storage: string): Promise<string> {
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
