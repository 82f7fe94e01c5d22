import type { Catalog } from '../catalog/index.ts';
import { isExplorerNode } from '../shared/explorerNode.ts';
import type { Feature, Foundation } from '../shared/feature.ts';
import { addFromAzure } from './addingFromAzure.ts';
import { addGateway, openDeveloperPortal } from './adopting.ts';
import { Azure } from './azure.ts';

export type Publishing = Feature<'publishing'>;

/** What is done in Azure: API Management through Azure Resource Manager. */
export function createPublishing(foundation: Foundation, catalog: Catalog): Publishing {
  const azure = new Azure(foundation);
  return {
    commands: {
      addGateway: (target) => {
        const behind = isExplorerNode(target) && target.node === 'workspace' ? target.workspace : undefined;
        return addGateway(azure, catalog, behind);
      },
      addFromAzure: () => addFromAzure(azure, catalog),
      openDeveloperPortal: () => openDeveloperPortal(azure),
    },
    dispose: () => undefined,
  };
}
