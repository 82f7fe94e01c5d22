import type { Catalog } from '../catalog/index.ts';
import type { Foundation } from '../shared/feature.ts';
import type { Azure } from '../azure/index.ts';
import type { PublicationLeases } from './publicationLeases.ts';
import type { PublicationRecord } from './publicationRecord.ts';
import type { PublicationStore } from './publicationStore.ts';
import type { InstanceAccess } from '../azure/index.ts';

/** What publishing, and what is done with a publication later, works with. */
export interface PublishingTools {
  readonly foundation: Foundation;
  readonly azure: Azure;
  readonly catalog: Catalog;
  readonly store: PublicationStore;
  readonly leases: PublicationLeases;
}

/** The instance of a publication, as the account that published there reaches it. */
export function instanceOf(
  azure: Azure,
  { where, instance }: PublicationRecord,
  how: 'silent' | 'ask' = 'ask',
): InstanceAccess {
  return { arm: azure.clientAt(where, how), id: instance.id };
}
