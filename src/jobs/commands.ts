import * as vscode from 'vscode';
import type { Catalog, Endpoint } from '../catalog/index.ts';
import { Failure } from '../protocol/failure.ts';
import { parseJobId } from '../protocol/studio/bes.ts';
import { parseArguments } from '../shared/arguments.ts';
import { commandId, prefix, schemes, settings, type CommandHandlers } from '../shared/contributions.ts';
import { explorerNodeOf, selectedNodes, type ExplorerNode } from '../shared/explorerNode.ts';
import type { Foundation } from '../shared/feature.ts';
import { isProgramCall } from '../shared/invocation.ts';
import { reportFailure, type FailureAction } from '../shared/reportFailure.ts';
import type { Storage } from '../storage/index.ts';
import type { BatchRequest } from './batchJob.ts';
import type { ReferenceForm } from './jobBlobs.ts';
import {
  inputsOf,
  jobArguments,
  outputsOf,
  submitArguments,
  waitArguments,
  type SubmitArguments,
} from './callArguments.ts';
import { confirmDeleteCall } from './confirmations.ts';
import { endpointOf } from './endpointOf.ts';
import type { JobEngine } from './engine.ts';
import { jobDocument } from './jobDocument.ts';
import { identifierOf, jobIdProblem } from './jobIdentifier.ts';
import { pickJob, pickJobOrOther, showJobList, type JobAction } from './jobPicks.ts';
import { answerOf, type JobAnswer, type JobRecord } from './jobRecord.ts';
import { hasResults } from './jobStates.ts';
import { askForJobs, impliedStorage, type Chosen } from './newJob.ts';
import { filesOf, repeatedRequest } from './repeatedJob.ts';
import { recordOf } from './results.ts';
import { filesToScore, pickScoringService } from './scoreFile.ts';
import { inOne } from './severalFailures.ts';

export interface CommandTools {
  readonly foundation: Foundation;
  readonly catalog: Catalog;
  readonly storage: Storage;
  readonly engine: () => Promise<JobEngine>;
}

type Operation = 'start' | 'status' | 'delete';

/** The commands on jobs, for programs (one plain object, no user interface) and for people. */
export class JobCommands {
  readonly #tools: CommandTools;
  /** Names of the details documents that this window has shown, by job. */
  readonly #shownDetails = new Map<string, { readonly name: string; text: string }>();

  constructor(tools: CommandTools) {
    this.#tools = tools;
  }

  readonly handlers = {
    runBatchJob: (...args: readonly unknown[]) =>
      isProgramCall(args) ? this.#runCall(args[0], true) : this.#runAsked(args, true),
    besSubmit: (...args: readonly unknown[]) =>
      isProgramCall(args) ? this.#runCall(args[0], false) : this.#runAsked(args, false),
    scoreFile: (...args: readonly unknown[]) => this.#scoreFile(args),
    besStart: (...args: readonly unknown[]) => this.#operation('start', args),
    besStatus: (...args: readonly unknown[]) => this.#operation('status', args),
    besDelete: (...args: readonly unknown[]) => this.#operation('delete', args),
    waitForJob: (...args: readonly unknown[]) => this.#wait(args),
    trackJob: (...args: readonly unknown[]) => this.#track(args),
    showJobs: () => this.#showList(),
    showJobDetails: (...args: readonly unknown[]) => this.#showDetailsOf(args),
    cancelUpload: (...args: readonly unknown[]) => this.#cancelUpload(args),
    rerunJob: (...args: readonly unknown[]) => this.#rerun(args),
    duplicateJob: (...args: readonly unknown[]) => this.#duplicate(args),
  } satisfies Partial<CommandHandlers<'jobs'>>;

  async pickFinished(title: string): Promise<JobRecord | undefined> {
    const { store } = await this.#tools.engine();
    return pickJob(store.list().filter(hasResults), title);
  }

  /** The jobs, by our own ids, whose details are among the documents. */
  jobsIn(documents: readonly vscode.Uri[]): ReadonlySet<string> {
    const names = new Set(
      documents.filter(({ scheme }) => scheme === schemes.document).map(({ path }) => path.slice(1)),
    );
    const shown = [...this.#shownDetails].filter(([, { name }]) => names.has(name));
    return new Set(shown.map(([ownId]) => ownId));
  }

  /** Rewrites the details that are open in an editor when their job has changed. */
  async refreshShownDetails(): Promise<void> {
    if (this.#shownDetails.size === 0) return;
    const { store } = await this.#tools.engine();
    for (const [ownId, shown] of this.#shownDetails) {
      const record = store.find(ownId);
      const text = record === undefined ? shown.text : jobDocument(record);
      if (text === shown.text) continue;
      shown.text = text;
      await this.#tools.foundation.documents.write(shown.name, text);
    }
  }

  async #runCall(call: unknown, start: boolean): Promise<JobAnswer> {
    const given = parseArguments(start ? 'runBatchJob' : 'besSubmit', submitArguments, call);
    const { catalog, storage } = this.#tools;
    const endpoint = await catalog.find(given.workspace, given.service);
    const name = await this.#storageName(given, endpoint);
    const client = name === undefined ? undefined : await storage.open(name);
    if (client?.definition.kind === 'sas') {
      const { permissions } = client.definition;
      this.#tools.foundation.log.info(
        `${endpoint.label} gets the SAS of the storage "${name ?? ''}" itself ("${permissions}").`,
      );
    }
    const engine = await this.#tools.engine();
    const folder = vscode.workspace.workspaceFolders?.find(({ uri }) => uri.scheme === 'file')?.uri.fsPath;
    const record = await engine.run({
      endpoint,
      inputs: inputsOf(given.inputs, folder),
      ...(given.outputs === undefined ? {} : { outputs: outputsOf(given.outputs) }),
      ...(given.globalParameters === undefined ? {} : { globalParameters: given.globalParameters }),
      ...(name === undefined || client === undefined ? {} : { storage: { name, client } }),
      referenceForm: referenceForm(),
      start,
      quiet: true,
    });
    return answerOf(record);
  }

  /** Without files and outputs by name, nothing needs a storage. */
  async #storageName(given: SubmitArguments, endpoint: Endpoint): Promise<string | undefined> {
    if (given.storage !== undefined) return given.storage;
    const references = [...Object.values(given.inputs), ...Object.values(given.outputs ?? {})];
    if (!references.some((reference) => typeof reference === 'string')) return undefined;
    return impliedStorage(this.#tools.storage, endpoint);
  }

  async #runAsked(args: readonly unknown[], start: boolean): Promise<void> {
    const endpoint = await this.#tools.catalog.pickTarget(args[0], vscode.l10n.t('Run batch job'));
    if (endpoint !== undefined) await this.#askAndRun(endpoint, start, { inputs: chosenInputs(args) });
  }

  async #scoreFile(args: readonly unknown[]): Promise<void> {
    const files = await filesToScore(args);
    if (files.length === 0) return;
    const { catalog, foundation } = this.#tools;
    const endpoint = await pickScoringService(catalog, foundation.context.workspaceState, files);
    if (endpoint !== undefined) await this.#askAndRun(endpoint, true, { files });
  }

  async #askAndRun(endpoint: Endpoint, start: boolean, chosen: Chosen): Promise<void> {
    const { catalog, storage, foundation } = this.#tools;
    const tools = {
      catalog,
      storage,
      documents: foundation.documents,
      saveFile: foundation.saveFile,
      http: foundation.http,
      memory: foundation.context.workspaceState,
      referenceForm: referenceForm(),
    };
    const requests = await askForJobs(tools, endpoint, start, chosen);
    const [only] = requests;
    if (requests.length > 1) await this.#runAll(endpoint, requests);
    else if (only !== undefined) await this.#run(only);
  }

  /** At once, so that all of them are kept from now on. One that fails leaves the others alone. */
  async #runAll(endpoint: Endpoint, requests: readonly BatchRequest[]): Promise<void> {
    const engine = await this.#tools.engine();
    const failures: unknown[] = [];
    await Promise.all(
      requests.map((request) => engine.run(request).catch((error: unknown) => failures.push(error))),
    );
    if (failures.length === 0) return;
    const failure = inOne(failures, requests.length);
    this.#report(failure, serviceRemedies(this.#tools.catalog, endpoint, failure));
  }

  async #run(request: BatchRequest): Promise<void> {
    const record = await this.runShown(request);
    if (record !== undefined && !request.start) await this.#showDetails(record);
  }

  /** Runs a job for a person, who is told what fails; undefined when it did. */
  async runShown(request: BatchRequest, onCreated?: () => void): Promise<JobRecord | undefined> {
    const { catalog } = this.#tools;
    const engine = await this.#tools.engine();
    let created: JobRecord | undefined;
    try {
      return await engine.run(request, (record) => {
        created = record;
        onCreated?.();
      });
    } catch (error) {
      this.#report(error, [
        ...serviceRemedies(catalog, request.endpoint, error),
        ...(created === undefined ? [] : [this.#detailsAction(created)]),
      ]);
      return undefined;
    }
  }

  /** Does not wait for the user, so that one failure does not keep other jobs back. */
  #report(error: unknown, remedies: readonly FailureAction[] = []): void {
    const { foundation } = this.#tools;
    reportFailure(foundation, error, remedies).catch((failed: unknown) =>
      foundation.log.error(`A failure cannot be shown: ${String(failed)}`),
    );
  }

  /** Runs the selected jobs once more, one after the other. */
  async #rerun(args: readonly unknown[]): Promise<void> {
    for (const record of await this.#jobsToRepeat(args, vscode.l10n.t('Run a batch job once more'))) {
      await this.#repeat(record).catch((error: unknown) => this.#report(error));
    }
  }

  /** What is not kept of the job is asked for. */
  async #repeat(record: JobRecord): Promise<void> {
    const { catalog, storage } = this.#tools;
    const endpoint = await endpointOf(catalog, record);
    const tools = { catalog, storage, referenceForm: referenceForm() };
    const request = await repeatedRequest(tools, record, endpoint);
    if (request === undefined) {
      await this.#askAndRun(endpoint, true, await chosenBefore(record));
      return;
    }
    await catalog.authorize(endpoint, { interactive: true });
    await this.#run(request);
  }

  async #duplicate(args: readonly unknown[]): Promise<void> {
    const [record] = await this.#jobsToRepeat(args.slice(0, 1), vscode.l10n.t('Duplicate a batch job'));
    if (record === undefined) return;
    const endpoint = await endpointOf(this.#tools.catalog, record);
    await this.#askAndRun(endpoint, true, await chosenBefore(record));
  }

  async #jobsToRepeat(args: readonly unknown[], title: string): Promise<readonly JobRecord[]> {
    const engine = await this.#tools.engine();
    const nodes = selectedNodes(args);
    if (nodes.length > 0)
      return nodes.flatMap((node) => (node.node === 'job' ? recordOf(engine, node.jobId) : []));
    const picked = await pickJob(engine.store.list(), title);
    return picked === undefined ? [] : [picked];
  }

  #detailsAction(record: JobRecord) {
    return { label: vscode.l10n.t('Show job'), run: () => this.#showDetails(record) };
  }

  async #operation(operation: Operation, args: readonly unknown[]): Promise<JobAnswer | undefined> {
    const engine = await this.#tools.engine();
    if (isProgramCall(args)) {
      const record = await this.#recordForCall(engine, commandOf(operation), args[0]);
      return answerOf(await engine[operation](record, false));
    }
    const record = await this.#recordForPerson(engine, explorerNodeOf(args), titleOfOperation(operation));
    if (record === undefined) return undefined;
    if (operation === 'delete' && !(await confirmDeleteCall(record))) return undefined;
    try {
      await this.#showDetails(await engine[operation](record, true));
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      if (engine.store.find(record.ownId) !== undefined) await this.#showDetails(record);
      const endpoint = await this.#tools.catalog
        .find(record.workspace, record.endpointId)
        .catch(() => undefined);
      const { catalog, foundation } = this.#tools;
      const failure = endpoint === undefined ? error : catalog.explain(endpoint, error);
      await reportFailure(foundation, failure, endpoint && serviceRemedies(catalog, endpoint, error));
    }
    return undefined;
  }

  async #recordForCall(engine: JobEngine, command: string, call: unknown): Promise<JobRecord> {
    const { jobId, workspace, service } = parseArguments(command, jobArguments, call);
    if (workspace === undefined && service === undefined) return recordOf(engine, jobId);
    if (workspace === undefined || service === undefined) {
      throw new Failure({
        code: 'InvalidArguments',
        origin: 'client',
        sentence: `${command} takes "workspace" and "service" together, or neither.`,
      });
    }
    const endpoint = await this.#tools.catalog.find(workspace, service);
    return engine.store.find(jobId) ?? engine.recordFor(endpoint, parseJobId(jobId));
  }

  async #recordForPerson(
    engine: JobEngine,
    node: ExplorerNode | undefined,
    title: string,
  ): Promise<JobRecord | undefined> {
    if (node?.node === 'job' || node?.node === 'output') return recordOf(engine, node.jobId);
    const onServer = engine.store.list().filter(({ serviceJobId }) => serviceJobId !== undefined);
    if (onServer.length === 0) return this.#askForAnyJob(engine, title);
    const picked = await pickJobOrOther(onServer, title);
    return picked === 'other' ? this.#askForAnyJob(engine, title) : picked;
  }

  async #wait(args: readonly unknown[]): Promise<JobAnswer | undefined> {
    const { jobId, timeoutMs } = parseArguments('waitForJob', waitArguments, args[0]);
    const engine = await this.#tools.engine();
    const record = recordOf(engine, jobId);
    const signal = timeoutMs === undefined ? undefined : AbortSignal.timeout(timeoutMs);
    try {
      const ended = await engine.waitForEnd(record.ownId, signal);
      // A job that was forgotten meanwhile is not known any more.
      return answerOf(ended ?? recordOf(engine, jobId));
    } catch (error) {
      if (signal?.aborted !== true) throw error;
      const status = engine.store.find(record.ownId)?.status ?? record.status;
      throw new Failure({
        code: 'JobNotEnded',
        origin: 'client',
        sentence: `The job has not ended within ${(timeoutMs ?? 0) / 1000} s: it is in the state ${status}. It is still followed.`,
        cause: error,
      });
    }
  }

  async #track(args: readonly unknown[]): Promise<JobAnswer | undefined> {
    const engine = await this.#tools.engine();
    if (isProgramCall(args)) {
      const record = await this.#recordForCall(engine, 'trackJob', args[0]);
      return answerOf(await engine.status(record, false));
    }
    const record = await this.#askForAnyJob(
      engine,
      vscode.l10n.t('Track a job by its id'),
      explorerNodeOf(args),
    );
    if (record !== undefined) await this.#showDetails(await engine.status(record, true));
    return undefined;
  }

  /** A job that this client may never have seen: its id, or a URL that has it, and which service it belongs to. */
  async #askForAnyJob(engine: JobEngine, title: string, node?: ExplorerNode): Promise<JobRecord | undefined> {
    const typed = await vscode.window.showInputBox({
      title,
      prompt: vscode.l10n.t('Id of the job, with or without quotes, or the URL of its status'),
      ignoreFocusOut: true,
      validateInput: (text) => (identifierOf(text) instanceof Failure ? jobIdProblem(text) : undefined),
    });
    const identifier = typed === undefined ? undefined : identifierOf(typed);
    if (identifier === undefined || identifier instanceof Failure) return undefined;
    const endpoint =
      (await this.#endpointAt(identifier.endpointId)) ?? (await this.#tools.catalog.pickTarget(node, title));
    return endpoint === undefined ? undefined : engine.recordFor(endpoint, identifier.jobId);
  }

  async #endpointAt(endpointId: string | undefined): Promise<Endpoint | undefined> {
    const workspace = this.#tools.catalog
      .workspaces()
      .find(({ services }) =>
        services.some(({ endpoints }) => endpoints.some((each) => each.endpointId === endpointId)),
      );
    return workspace === undefined || endpointId === undefined
      ? undefined
      : this.#tools.catalog.find(workspace.name, endpointId);
  }

  async #showList(): Promise<void> {
    const engine = await this.#tools.engine();
    showJobList({
      engine,
      act: (action, record) => void this.#act(action, record),
      runNew: () => void vscode.commands.executeCommand(commandId('runBatchJob')),
      track: () => void vscode.commands.executeCommand(commandId('trackJob')),
      forgetEnded: () => void this.#forgetEnded(engine),
    });
  }

  async #act(action: JobAction, record: JobRecord): Promise<void> {
    const node: ExplorerNode = { node: 'job', jobId: record.ownId };
    await vscode.commands.executeCommand(commandId(action), node);
  }

  async #showDetailsOf(args: readonly unknown[]): Promise<void> {
    const engine = await this.#tools.engine();
    const node = explorerNodeOf(args);
    const given = isProgramCall(args)
      ? parseArguments('showJobDetails', jobArguments, args[0]).jobId
      : undefined;
    const known = node?.node === 'job' || node?.node === 'output' ? node.jobId : given;
    const record =
      known === undefined
        ? await pickJob(engine.store.list(), vscode.l10n.t('Show details of a batch job'))
        : recordOf(engine, known);
    if (record !== undefined) await this.#showDetails(record);
  }

  async #showDetails(record: JobRecord): Promise<void> {
    const { store } = await this.#tools.engine();
    const text = jobDocument(store.find(record.ownId) ?? record);
    const name = `job ${record.serviceJobId ?? record.ownId}.txt`;
    this.#shownDetails.set(record.ownId, { name, text });
    await this.#tools.foundation.documents.show(name, text);
  }

  async #cancelUpload(args: readonly unknown[]): Promise<void> {
    const engine = await this.#tools.engine();
    const node = explorerNodeOf(args);
    if (node?.node === 'job') {
      engine.runner.cancelUpload(node.jobId);
      return;
    }
    const uploading = engine.store.list().filter(({ ownId }) => engine.runner.isUploading(ownId));
    const [only] = uploading;
    const record =
      uploading.length === 1 ? only : await pickJob(uploading, vscode.l10n.t('Cancel an upload'));
    if (record !== undefined) engine.runner.cancelUpload(record.ownId);
  }

  async #forgetEnded(engine: JobEngine): Promise<void> {
    for (const record of engine.store.list().filter(({ ended }) => ended)) await engine.forget(record);
  }
}

/** What a job was run with, as far as it is still there. */
async function chosenBefore(record: JobRecord): Promise<Chosen> {
  return { inputs: await filesOf(record), parameters: record.parameterValues ?? {} };
}

/** Files that were chosen before, which come beside the node: `{inputs: {name: path}}`. */
function chosenInputs([, second]: readonly unknown[]): ReadonlyMap<string, string> {
  if (typeof second !== 'object' || second === null || !('inputs' in second)) return new Map();
  const { inputs } = second;
  if (typeof inputs !== 'object' || inputs === null) return new Map();
  return new Map(
    Object.entries(inputs).flatMap(([name, path]) => (typeof path === 'string' ? [[name, path]] : [])),
  );
}

export function referenceForm(): ReferenceForm {
  const value = vscode.workspace.getConfiguration(prefix).get<string>(settings.jobReference);
  return value === 'connectionString' ? 'connectionString' : 'sas';
}

function commandOf(operation: Operation): string {
  return { start: 'besStart', status: 'besStatus', delete: 'besDelete' }[operation];
}

function titleOfOperation(operation: Operation): string {
  switch (operation) {
    case 'start':
      return vscode.l10n.t('Start a batch job');
    case 'status':
      return vscode.l10n.t('Status of a batch job');
    case 'delete':
      return vscode.l10n.t('Cancel a batch job, or delete it on the server');
  }
}

/** What mends a failure at the service; a storage's failure is none of its business. */
function serviceRemedies(catalog: Catalog, endpoint: Endpoint, error: unknown) {
  const isOfService = error instanceof Failure && (error.origin === 'service' || error.origin === 'gateway');
  const isMissingKey = error instanceof Failure && /^Missing(?:Api|Subscription)Key$/.test(error.code);
  return isOfService || isMissingKey ? catalog.remedies(endpoint, error) : [];
}
