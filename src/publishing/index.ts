import type { Catalog } from '../catalog/index.ts';
import { isExplorerNode } from '../shared/explorerNode.ts';
import type { Feature, Foundation } from '../shared/feature.ts';
import { addFromAzure } from './addingFromAzure.ts';
import { addGateway, openDeveloperPortal } from './adopting.ts';
import { Azure } from './azure.ts';
import { GatewayKey } from './gatewayKey.ts';
import { PublicationStore } from './publicationStore.ts';
import { Publisher } from './publisher.ts';
import { Unpublisher } from './unpublisher.ts';

export type Publishing = Feature<'publishing'>;

/** What is done in Azure: API Management through Azure Resource Manager. */
export function createPublishing(foundation: Foundation, catalog: Catalog): Publishing {
  const azure = new Azure(foundation);
  const store = new PublicationStore(foundation.context.globalStorageUri.fsPath);
  const publisher = new Publisher(foundation, azure, catalog, store);
  const unpublisher = new Unpublisher(foundation, azure, catalog, store);
  const gatewayKey = new GatewayKey(foundation, azure, catalog, store);
  return {
    commands: {
      addGateway: (target) => {
        const behind = isExplorerNode(target) && target.node === 'workspace' ? target.workspace : undefined;
        return addGateway(azure, catalog, behind);
      },
      addFromAzure: () => addFromAzure(azure, catalog),
      openDeveloperPortal: () => openDeveloperPortal(azure),
      publishEndpoint: (...args) => publisher.publish(args),
      resumePublishing: () => publisher.goOn(),
      updateGatewayKey: (...args) => gatewayKey.update(args),
      unpublish: (...args) => unpublisher.unpublish(args),
    },
    dispose: () => undefined,
  };
}
