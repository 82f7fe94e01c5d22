import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gatewayOperations } from '../../../src/protocol/apim/operations.ts';
import type { Publication } from '../../../src/protocol/apim/publication.ts';
import type { InstanceAccess } from '../../../src/azure/instanceAccess.ts';
import type { PublicationRecord } from '../../../src/publishing/publicationRecord.ts';
import { PublicationStore } from '../../../src/publishing/publicationStore.ts';
import { findRemovals, removeResources } from '../../../src/publishing/removing.ts';
import type { Authorizations, ResourceState } from '../../../src/publishing/resourceStates.ts';
import { stepsFor, type WritingTools } from '../../../src/publishing/writing.ts';
import { type Arm, startArm } from '../../support/arm/index.ts';
import { accessTo } from '../arm/armAccess.ts';
import { Bench } from '../transport/servers.ts';

export const key = 'bm90LWEtcmVhbC1rZXktYXQtYWxsLW5vdC1vbmU=';
export const authorization = `Bearer ${key}`;
/** With the guide's choices. */
export const publication: Publication = {
  apiId: 'azureml-demo',
  displayName: 'AzureML Demo API',
  serviceUrl: 'http://127.0.0.1:5000',
  path: 'azureml-demo',
  operations: gatewayOperations.map(({ id, displayName, method, urlTemplate }) => ({
    id,
    displayName,
    method,
    urlTemplate,
    statuses: [200],
  })),
  product: { id: 'starter', displayName: 'Starter', subscriptionRequired: true },
  keyName: 'azureml-demo-key',
};
export const authorizations: Authorizations = new Map([['azureml-demo-key', authorization]]);
const { signal } = new AbortController();

/** An instance of API Management, and a folder for the records of what is published there. */
export class PublishingBench {
  readonly arm: Arm;
  readonly instance: InstanceAccess;
  readonly folder: string;
  readonly store: PublicationStore;
  readonly log: string[] = [];
  readonly #bench = new Bench();

  private constructor(arm: Arm, folder: string) {
    this.arm = arm;
    this.folder = folder;
    this.store = new PublicationStore(folder);
    this.instance = accessTo(arm, this.#bench);
  }

  static async start(): Promise<PublishingBench> {
    return new PublishingBench(await startArm(), await mkdtemp(join(tmpdir(), 'publish-')));
  }

  async close(): Promise<void> {
    await this.#bench.close();
    await this.arm.close();
    await rm(this.folder, { recursive: true, force: true });
  }

  tools(held: Authorizations, change: Partial<WritingTools> = {}): WritingTools {
    return {
      instance: this.instance,
      authorizations: held,
      save: (record) => this.store.save(record),
      log: (line) => this.log.push(line),
      onStep: () => undefined,
      signal,
      ...change,
    };
  }

  /** What is to be done where a person wants everything to be written. */
  recordOf(published: Publication, found: readonly ResourceState[]): PublicationRecord {
    return {
      version: 1,
      id: 'one',
      startedAt: '2026-11-21T12:00:00.000Z',
      endpoint: { workspace: 'Local', endpointId: 'e', label: 'Service' },
      instance: { id: this.instance.id, name: 'demoazureml', gatewayUrl: 'http://127.0.0.1:1' },
      where: {
        account: { id: 'a', label: 'a@example.com' },
        tenantId: 't',
        subscriptionId: 's',
        subscriptionName: 'S',
      },
      publication: published,
      steps: stepsFor(found, () => true),
      ended: false,
    };
  }

  /** Removes everything that a publication made. */
  async unpublish(record: PublicationRecord): Promise<void> {
    const { instance } = this;
    const removals = await findRemovals([record], instance, signal);
    await removeResources(removals, { instance, log: () => undefined, onStep: () => undefined, signal });
  }
}
