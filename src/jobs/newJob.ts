import { basename } from 'node:path';
import * as vscode from 'vscode';
import type { Catalog, Endpoint } from '../catalog/index.ts';
import { Failure } from '../protocol/failure.ts';
import type { Cell, ServiceSchema } from '../protocol/studio/serviceSchema.ts';
import type { Storage } from '../storage/index.ts';
import type { BatchInput, BatchRequest } from './batchJob.ts';
import { chooseInput, type ChosenInput } from './chooseInput.ts';
import { agreeOnFiles, agreeOnInputs, type InputConsentTools } from './inputConsent.ts';
import { reference } from './jobBlobs.ts';
import { askForParameter, confirmDraft, type Draft, type DraftTools } from './jobDraft.ts';
import { offeredOutputs, ownOutputs, type JobInputs } from './jobOutputs.ts';
import { filledParameters, knownParameters, type ParameterValues } from './parameters.ts';

export interface NewJobTools extends DraftTools, Omit<InputConsentTools, 'service'> {
  readonly catalog: Catalog;
  readonly storage: Storage;
  /** What was chosen the last time, by workspace. */
  readonly memory: vscode.Memento;
}

/** What was chosen before the questions. */
export interface Chosen {
  /** Paths by the name of their input. */
  readonly inputs?: ReadonlyMap<string, string>;
  /** For one of the inputs, each for a job of its own; the user says for which input where there are several. */
  readonly files?: readonly string[];
  /** As an earlier job has them. */
  readonly parameters?: ParameterValues;
}

interface AskedInputs {
  readonly inputs: ReadonlyMap<string, ChosenInput>;
  /** What makes several jobs: the input that each of these files is for. */
  readonly varied?: { readonly input: string; readonly files: readonly string[] };
}

const localStorage = 'Local';

/**
 * Asks for what a batch job needs, or one job for each of several files, and shows all of it once before anything is
 * sent. None when the user gives up.
 */
export async function askForJobs(
  tools: NewJobTools,
  endpoint: Endpoint,
  start: boolean,
  chosen: Chosen = {},
): Promise<readonly BatchRequest[]> {
  const schema = await vscode.window.withProgress(
    { location: vscode.ProgressLocation.Window, title: vscode.l10n.t('Reading the schema…') },
    () => tools.catalog.schemaIfAny(endpoint),
  );
  const asked = await askForInputs(tools.storage, endpoint, schema, chosen);
  if (asked === undefined) return [];
  const jobs = await agreedJobs(tools, endpoint, schema, asked);
  if (jobs === undefined) return [];
  const outputs = offeredOutputs(schema, jobs);
  const needsStorage = schema === undefined || asked.inputs.size > 0 || outputs.size > 0;
  const storage = needsStorage
    ? (storageOf(asked.inputs) ?? (await rememberedStorage(tools, endpoint)))
    : undefined;
  if (needsStorage && storage === undefined) return [];
  const parameters = new Map(Object.entries(knownParameters(schema, chosen.parameters ?? {})));
  const draft: Draft = { endpoint, schema, jobs, storage, parameters, outputs };
  const required = (schema?.globalParameters ?? []).filter(
    (parameter) => parameter.default === undefined && !parameters.has(parameter.name),
  );
  for (const parameter of required) if (!(await askForParameter(draft, parameter))) return [];
  if (!(await confirmDraft(tools, draft, start))) return [];
  if (draft.storage !== undefined) await tools.memory.update(memoryKey(endpoint), draft.storage);
  // Secrets and the key are asked for before the upload, not after it.
  const given = Object.fromEntries(parameters);
  const { globalParameters } = await filledParameters(tools.catalog, endpoint, given, true);
  await tools.catalog.authorize(endpoint, { interactive: true });
  const common = {
    endpoint,
    globalParameters,
    writtenParameters: unchanged(parameters, chosen.parameters),
    ...(draft.storage === undefined
      ? {}
      : { storage: { name: draft.storage, client: await tools.storage.open(draft.storage) } }),
    referenceForm: tools.referenceForm,
    start,
  };
  return jobs.map((inputs) => ({
    ...common,
    inputs: Object.fromEntries(inputs),
    ...(schema === undefined ? {} : { outputs: Object.fromEntries(outputsOf(draft, inputs)) }),
  }));
}

/** What comes from an earlier job stays as it was written there. */
function unchanged(parameters: ReadonlyMap<string, Cell>, before: ParameterValues = {}): ParameterValues {
  return Object.fromEntries(Object.entries(before).filter(([name, value]) => parameters.get(name) === value));
}

function outputsOf({ jobs, outputs }: Draft, inputs: JobInputs): ReadonlyMap<string, string> {
  return jobs.length > 1 ? ownOutputs(outputs, inputs) : outputs;
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

/** The inputs of each job; undefined when the user gives up. */
async function agreedJobs(
  tools: NewJobTools,
  endpoint: Endpoint,
  schema: ServiceSchema | undefined,
  { inputs, varied }: AskedInputs,
): Promise<readonly JobInputs[] | undefined> {
  const consent = { ...tools, service: endpoint.label };
  const ports = schema?.inputs ?? [];
  const references = await referencesTo(tools, inputs);
  if (varied === undefined) {
    const agreed = await agreeOnInputs(consent, ports, references);
    return agreed && [agreed];
  }
  references.delete(varied.input);
  const shared = await agreeOnInputs(consent, ports, references);
  if (shared === undefined) return undefined;
  const files = await agreeOnFiles(consent, ports, varied.input, varied.files);
  return files?.map((file) => new Map([[varied.input, file], ...shared]));
}

async function askForInputs(
  storage: Storage,
  endpoint: Endpoint,
  schema: ServiceSchema | undefined,
  chosen: Chosen,
): Promise<AskedInputs | undefined> {
  const inputs = new Map<string, ChosenInput>(chosen.inputs);
  const names = schema?.inputs.map((port) => port.name) ?? ['input1'];
  const files = chosen.files ?? [];
  const [first] = files;
  const ofFiles = first === undefined ? undefined : await inputFor(endpoint, files, names);
  if (first !== undefined) {
    if (ofFiles === undefined) return undefined;
    inputs.set(ofFiles, first);
  }
  for (const name of names) {
    if (inputs.has(name)) continue;
    const input = await chooseInput(storage, endpoint.label, name);
    if (input === undefined) return undefined;
    inputs.set(name, input);
  }
  return ofFiles === undefined || files.length < 2
    ? { inputs }
    : { inputs, varied: { input: ofFiles, files } };
}

async function inputFor(
  endpoint: Endpoint,
  files: readonly string[],
  names: readonly string[],
): Promise<string | undefined> {
  if (names.length > 1) {
    return vscode.window.showQuickPick(names, {
      title: endpoint.label,
      placeHolder:
        files.length === 1
          ? vscode.l10n.t('Which input is {0} for?', basename(files[0] ?? ''))
          : vscode.l10n.t('Which input are the {0} files for?', files.length),
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
