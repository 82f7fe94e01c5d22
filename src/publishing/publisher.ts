import { randomUUID } from 'node:crypto';
import * as vscode from 'vscode';
import type { Endpoint } from '../catalog/index.ts';
import { type BodyTypes, bodyTypesIn } from '../protocol/apim/bodyTypes.ts';
import { plannedResources, type Publication, subscriptionPath } from '../protocol/apim/publication.ts';
import { Failure } from '../protocol/failure.ts';
import { asking } from '../shared/asking.ts';
import { commandId } from '../shared/contributions.ts';
import { type FailureAction, reportFailure } from '../shared/reportFailure.ts';
import { isLoopback } from '../transport/proxies.ts';
import { subscriptionKeyOf } from './subscriptionKeys.ts';
import type { ChosenInstance, InstanceAccess } from '../azure/index.ts';
import { apiIdOf, draftFor, publicationOf, type Source } from './draft.ts';
import { readInstance, readLimits, readOperations } from './instanceFacts.ts';
import { askWhatToWrite } from './preview.ts';
import { progress } from './progress.ts';
import { coversMade, publishedEndpoints, type PublicationRecord } from './publicationRecord.ts';
import { addToTree, authorizationsFor, endpointsIn, othersThan } from './publishedEndpoints.ts';
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
    const open = (await this.#tools.store.list()).find((record) => !record.ended && isOf(record, endpoint));
    const how = open === undefined ? 'anew' : await askHowToBegin(title, open);
    if (how === undefined) return;
    if (open !== undefined && how === 'go on') return this.#carryOut(open, 'as decided');
    const instance = await this.#tools.azure.pickInstance(title);
    if (instance === undefined) return;
    const chosen = await this.#choose(title, endpoint, instance);
    if (chosen !== undefined)
      await this.#carryOut(await this.#recordOf(endpoint, instance, chosen), 'preview');
  }

  /** Goes on with a publication that a closed window, a failure or the user has left half-done. */
  async goOn(): Promise<void> {
    const open = (await this.#tools.store.list()).filter(({ ended }) => !ended);
    if (open.length === 0) {
      throw new Failure({
        code: 'NothingToPick',
        origin: 'client',
        sentence: vscode.l10n.t('No publishing was left half-done.'),
      });
    }
    const record = await pickRecord(open, vscode.l10n.t('Go on with publishing'));
    if (record !== undefined) await this.#carryOut(record, 'as decided');
  }

  async #choose(
    title: string,
    endpoint: Endpoint,
    { item, client }: ChosenInstance,
  ): Promise<Publication | undefined> {
    const access = { arm: client, id: item.id };
    const facts = await asking(client.baseUrl, (signal) => readInstance(access, signal));
    const source: Source = {
      serviceName: endpoint.service.name,
      baseUrl: endpoint.workspace.baseUrl,
      hasKey: endpoint.workspace.auth.type === 'apiKey',
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

  /**
   * An API that was published before keeps its record, which knows what was made. One with something that is not
   * published any more stays beside the new one, so that this can be unpublished too.
   */
  async #recordOf(
    endpoint: Endpoint,
    { item, where }: ChosenInstance,
    publication: Publication,
  ): Promise<PublicationRecord> {
    const earlier = (await this.#tools.store.list()).find(
      (each) => each.instance.id === item.id && each.publication.apiId === publication.apiId,
    );
    return {
      version: 1,
      id: earlier !== undefined && coversMade(publication, earlier) ? earlier.id : randomUUID(),
      startedAt: new Date().toISOString(),
      endpoint: {
        workspace: endpoint.workspace.name,
        endpointId: endpoint.endpointId,
        label: endpoint.label,
      },
      instance: { id: item.id, name: item.name, gatewayUrl: item.properties.gatewayUrl ?? '' },
      where,
      publication,
      steps: earlier?.steps ?? [],
      ended: false,
      ...(earlier?.workspace !== undefined && { workspace: earlier.workspace }),
    };
  }

  async #carryOut(start: PublicationRecord, how: 'preview' | 'as decided'): Promise<void> {
    const endpoints = await endpointsIn(this.#tools.catalog, start);
    const access = instanceOf(this.#tools.azure, start);
    const authorizations = await authorizationsFor(this.#tools.catalog, start.publication, endpoints);
    let record = how === 'preview' ? await this.#decide(start, access, authorizations) : start;
    while (record !== undefined) {
      try {
        record = await this.#write(record, access, authorizations);
        await this.#finish(record, endpoints, access);
        return;
      } catch (error) {
        if (!(error instanceof Failure) || error.code !== 'ResourceChanged') {
          void this.#leave(start.id, error);
          return;
        }
        // What was written until then is in the file.
        const kept: PublicationRecord = await this.#latest(record);
        record = (await lookAgain(error)) ? await this.#decide(kept, access, authorizations) : undefined;
      }
    }
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
  ): Promise<PublicationRecord> {
    const title = vscode.l10n.t('Publishing {0}', record.publication.displayName);
    return progress(title, (onStep, signal) =>
      writeSteps(record, {
        instance,
        authorizations,
        save: (changed) => this.#tools.store.save(changed),
        log: (line) => this.#tools.foundation.log.info(line),
        onStep,
        signal,
      }),
    );
  }

  /** Puts the API into the tree, with the key of its subscription. */
  async #finish(
    record: PublicationRecord,
    endpoints: readonly Endpoint[],
    { arm, id }: InstanceAccess,
  ): Promise<void> {
    const { publication, instance } = record;
    const subscription = { id: id + subscriptionPath(publication) };
    const subscriptionKey = await asking(
      arm.baseUrl,
      async (signal) =>
        (await arm.find(subscription.id, { signal })) && subscriptionKeyOf(arm, subscription, signal),
    );
    const baseUrl = [instance.gatewayUrl.replace(/\/$/, ''), publication.path].filter(Boolean).join('/');
    const gateway = { baseUrl, ...(subscriptionKey !== undefined && { subscriptionKey }) };
    const published = await addToTree(this.#tools.catalog, publication, endpoints, gateway);
    const [first] = published;
    if (first === undefined) return;
    await this.#tools.store.save({ ...record, ended: true, workspace: first.workspace.name });
    void this.#announce(first, published.map(({ label }) => label).join(', '), baseUrl);
  }

  async #announce({ workspace, endpointId }: Endpoint, labels: string, baseUrl: string): Promise<void> {
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

  async #latest(record: PublicationRecord): Promise<PublicationRecord> {
    return (await this.#tools.store.list()).find(({ id }) => id === record.id) ?? record;
  }

  /** Nothing is lost: it can go on where it ended. */
  async #leave(id: string, error: unknown): Promise<void> {
    const goOn: FailureAction = {
      label: vscode.l10n.t('Go on'),
      run: async () => {
        const record = (await this.#tools.store.list()).find((each) => each.id === id);
        if (record === undefined) return;
        await this.#carryOut(record, 'as decided').catch((problem: unknown) => this.#leave(id, problem));
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

function isOf(record: PublicationRecord, { workspace, endpointId }: Endpoint): boolean {
  return record.endpoint.workspace === workspace.name && publishedEndpoints(record).includes(endpointId);
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
