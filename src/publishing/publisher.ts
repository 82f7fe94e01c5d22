import * as vscode from 'vscode';
import type { Endpoint } from '../catalog/index.ts';
import { type BodyTypes, bodyTypesIn } from '../protocol/apim/bodyTypes.ts';
import { plannedResources, type Publication } from '../protocol/apim/publication.ts';
import { Failure } from '../protocol/failure.ts';
import { asking } from '../shared/asking.ts';
import { commandId } from '../shared/contributions.ts';
import { type FailureAction, reportFailure } from '../shared/reportFailure.ts';
import { isLoopback } from '../transport/proxies.ts';
import type { ChosenInstance, InstanceAccess } from '../azure/index.ts';
import { apiIdOf, draftFor, publicationOf, type Source, sourceOf } from './draft.ts';
import { finish, type Published } from './finishing.ts';
import { readInstance, readLimits, readOperations } from './instanceFacts.ts';
import { newRecord } from './newRecord.ts';
import { askWhatToWrite } from './preview.ts';
import { progress } from './progress.ts';
import { publishedEndpoints, type PublicationRecord, sourceAmong } from './publicationRecord.ts';
import { authorizationsFor, endpointsIn, othersThan } from './publishedEndpoints.ts';
import { pickRecord } from './pickRecord.ts';
import { instanceOf, type PublishingTools } from './publishingTools.ts';
import { askPublication } from './questions.ts';
import { type Authorizations, readStates } from './resourceStates.ts';
import { stepsFor, writeSteps } from './writing.ts';

/** Publishes endpoints to API Management, and goes on with what was not finished. */
export class Publisher {
  readonly #tools: PublishingTools;

  constructor(tools: PublishingTools) {
    this.#tools = tools;
  }

  async publish(target: unknown): Promise<void> {
    const title = vscode.l10n.t('Publish to API Management');
    const endpoint = await this.#tools.catalog.pickTarget(target, title);
    if (endpoint === undefined) return;
    const open = (await this.#tools.store.open()).find((record) => isOf(record, endpoint));
    if (open !== undefined) await this.#tools.leases.check(open);
    const how = open === undefined ? 'anew' : await askHowToBegin(title, open);
    if (how === undefined) return;
    if (open !== undefined && how === 'go on') return this.#carryOut(open, 'as decided');
    const instance = await this.#tools.azure.pickInstance(title);
    if (instance === undefined) return;
    const chosen = await this.#choose(title, endpoint, instance);
    if (chosen !== undefined)
      await this.#carryOut(await newRecord(this.#tools.store, endpoint, instance, chosen), 'preview');
  }

  /** Goes on with a publication that a closed window, a failure or the user has left half-done. */
  async goOn(): Promise<void> {
    const open = await this.#tools.store.open();
    if (open.length === 0) throw nothingOpen();
    const record = await pickRecord(open, vscode.l10n.t('Go on with publishing'));
    if (record !== undefined) await this.#carryOut(record, 'as decided');
  }

  /** The same for one of them, from a notification that may be old. */
  async goOnWith(record: PublicationRecord): Promise<void> {
    await this.#carryOut(record, 'as decided').catch((error: unknown) => this.#leave(record.id, error));
  }

  async #choose(
    title: string,
    endpoint: Endpoint,
    { item, client }: ChosenInstance,
  ): Promise<Publication | undefined> {
    const access = { arm: client, id: item.id };
    const facts = await asking(client.baseUrl, (signal) => readInstance(access, signal));
    const source: Source = {
      ...sourceOf(endpoint),
      others: othersThan(endpoint),
      bodyTypes: this.#bodyTypesOf(endpoint),
    };
    const draft = draftFor(source, facts);
    const { gatewayUrl = '' } = item.properties;
    if (!(await askPublication(title, draft, { source, facts, gatewayUrl }))) return undefined;
    if (!(await isReachable(draft.serviceUrl, gatewayUrl))) return undefined;
    const apiId = apiIdOf(draft, facts.apis);
    const existing = facts.apis.some(({ name }) => name === apiId)
      ? await asking(client.baseUrl, (signal) => readOperations(access, apiId, signal))
      : [];
    const further = draft.further.map((reference) =>
      this.#tools.catalog.find(endpoint.workspace.name, reference),
    );
    return publicationOf(draft, facts, existing, [endpoint, ...(await Promise.all(further))]);
  }

  async #bodyTypesOf(endpoint: Endpoint): Promise<BodyTypes | undefined> {
    const { catalog, foundation } = this.#tools;
    try {
      const document = await catalog.swaggerDocument(endpoint);
      return document === undefined ? undefined : bodyTypesIn(document);
    } catch (error) {
      foundation.log.info(`There are no types for bodies of ${endpoint.label}: ${String(error)}`);
      return undefined;
    }
  }

  async #carryOut(start: PublicationRecord, how: 'preview' | 'as decided'): Promise<void> {
    const { leases } = this.#tools;
    const changed = await leases.during(start, (closing) => this.#carryOutAlone(start, how, closing));
    if (changed !== undefined && (await lookAgain(changed))) await this.#carryOut(start, 'preview');
  }

  /** Resolves with the failure when somebody has changed what was about to be written. */
  async #carryOutAlone(
    start: PublicationRecord,
    how: 'preview' | 'as decided',
    closing: AbortSignal,
  ): Promise<Failure | undefined> {
    // What was written meanwhile, here or in another window, is in the file.
    const kept = await this.#tools.store.find(start.id);
    if (how === 'as decided' && kept?.ended !== false) throw nothingOpen();
    const latest = { ...start, steps: kept?.steps ?? start.steps };
    const endpoints = await endpointsIn(this.#tools.catalog, start);
    const access = instanceOf(this.#tools.azure, start);
    const authorizations = await authorizationsFor(this.#tools.catalog, start.publication, endpoints, {
      interactive: true,
    });
    const record = how === 'preview' ? await this.#decide(latest, access, authorizations) : latest;
    if (record === undefined) return undefined;
    try {
      const written = await this.#write(record, access, authorizations, closing);
      const published = await asking(access.arm.baseUrl, (signal) =>
        finish(this.#tools, written, endpoints, access, signal),
      );
      void vscode.commands.executeCommand(commandId('refreshInstances'));
      void this.#announce(published);
    } catch (error) {
      if (error instanceof Failure && error.code === 'ResourceChanged') return error;
      void this.#leave(start.id, error);
    }
    return undefined;
  }

  /** Asks what is to be written, after a look at what is there. Undefined when the user gives up. */
  async #decide(
    record: PublicationRecord,
    access: InstanceAccess,
    authorizations: Authorizations,
  ): Promise<PublicationRecord | undefined> {
    const { publication, instance } = record;
    const { states, limits } = await asking(access.arm.baseUrl, async (signal) => ({
      states: await readStates(access, plannedResources(publication), authorizations, signal),
      limits: publication.product.make?.limits ?? (await readLimits(access, publication.product.id, signal)),
    }));
    const title = vscode.l10n.t('Publish {0} at {1}', publication.displayName, instance.name);
    const chosen = await askWhatToWrite(this.#tools.foundation.documents, {
      title,
      states,
      limits: limits ?? {},
      tier: this.#tools.azure.instances.find(access.id)?.item.sku?.name,
    });
    if (chosen === undefined) return undefined;
    const decided = {
      ...record,
      steps: stepsFor(states, ({ planned }) => chosen.has(planned.path), record.steps),
    };
    await this.#tools.store.save(decided);
    return decided;
  }

  #write(
    record: PublicationRecord,
    instance: InstanceAccess,
    authorizations: Authorizations,
    closing: AbortSignal,
  ): Promise<PublicationRecord> {
    const title = vscode.l10n.t('Publishing {0}', record.publication.displayName);
    return progress(title, (onStep, signal) =>
      writeSteps(record, {
        instance,
        authorizations,
        save: (changed) => this.#tools.store.save(changed),
        log: (line) => this.#tools.foundation.log.info(line),
        onStep,
        signal: AbortSignal.any([signal, closing]),
      }),
    );
  }

  async #announce({ endpoints, baseUrl }: Published): Promise<void> {
    const [first] = endpoints;
    if (first === undefined) return;
    const { workspace, endpointId } = first;
    const labels = endpoints.map(({ label }) => label).join(', ');
    const open = vscode.l10n.t('Open a request');
    const copy = vscode.l10n.t('Copy URL');
    const choice = await vscode.window.showInformationMessage(
      vscode.l10n.t('{0} is published at {1}. It is in the tree as {2}.', labels, baseUrl, workspace.name),
      open,
      copy,
    );
    if (choice === copy) await vscode.env.clipboard.writeText(baseUrl);
    if (choice === open) {
      const node = { node: 'endpoint', workspace: workspace.name, service: endpointId };
      await vscode.commands.executeCommand(commandId('openRequest'), node);
    }
  }

  /** Nothing is lost: it can go on where it ended. */
  async #leave(id: string, error: unknown): Promise<void> {
    const goOn: FailureAction = {
      label: vscode.l10n.t('Go on'),
      run: async () => {
        const record = await this.#tools.store.find(id);
        if (record !== undefined) await this.goOnWith(record);
      },
    };
    if (!(error instanceof Failure) || error.code !== 'Cancelled') {
      await reportFailure(this.#tools.foundation, error, [goOn]);
      return;
    }
    const text = vscode.l10n.t('Publishing was stopped. What is written stays until you go on or unpublish.');
    if ((await vscode.window.showInformationMessage(text, goOn.label)) === goOn.label) await goOn.run();
  }
}

function nothingOpen(): Failure {
  return new Failure({
    code: 'NothingToPick',
    origin: 'client',
    sentence: vscode.l10n.t('No publishing was left half-done.'),
  });
}

function isOf(record: PublicationRecord, { workspace, endpointId }: Endpoint): boolean {
  return sourceAmong([workspace], record) !== undefined && publishedEndpoints(record).includes(endpointId);
}

async function askHowToBegin(
  title: string,
  { publication, instance }: PublicationRecord,
): Promise<'go on' | 'anew' | undefined> {
  const choices = [
    {
      label: vscode.l10n.t('Go on'),
      detail: vscode.l10n.t('{0} at {1} is half-done.', publication.displayName, instance.name),
      how: 'go on' as const,
    },
    {
      label: vscode.l10n.t('Begin anew'),
      detail: vscode.l10n.t('What was written is taken for what is there.'),
      how: 'anew' as const,
    },
  ];
  const placeHolder = vscode.l10n.t('This endpoint was being published');
  return (await vscode.window.showQuickPick(choices, { title, placeHolder }))?.how;
}

/** A gateway in the cloud finds nothing on this machine. */
async function isReachable(serviceUrl: string, gatewayUrl: string): Promise<boolean> {
  const { hostname, host } = new URL(serviceUrl);
  if (!isLoopback(hostname) || isLoopback(new URL(gatewayUrl).hostname)) return true;
  const publish = vscode.l10n.t('Publish anyway');
  const choice = await vscode.window.showWarningMessage(
    vscode.l10n.t('{0} is on this machine, where the gateway {1} cannot reach it.', host, gatewayUrl),
    { modal: true },
    publish,
  );
  return choice === publish;
}

async function lookAgain({ sentence }: Failure): Promise<boolean> {
  const look = vscode.l10n.t('Look again');
  return (await vscode.window.showWarningMessage(sentence, look)) === look;
}
