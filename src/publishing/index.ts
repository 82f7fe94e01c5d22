import type { Catalog } from '../catalog/index.ts';
import type { Feature, Foundation } from '../shared/feature.ts';
import { addFromAzure } from './addingFromAzure.ts';
import { addGateway, openDeveloperPortal } from './adopting.ts';
import type { Azure } from '../azure/index.ts';
import { updateGatewayKey } from './gatewayKey.ts';
import { PublicationStore } from './publicationStore.ts';
import { Publisher } from './publisher.ts';
import { unpublish } from './unpublishing.ts';

export type Publishing = Feature<'publishing'>;

/** What is done in Azure: API Management through Azure Resource Manager. */
export function createPublishing(foundation: Foundation, azure: Azure, catalog: Catalog): Publishing {
  const store = new PublicationStore(foundation.context.globalStorageUri.fsPath);
  const tools = { foundation, azure, catalog, store };
  const publisher = new Publisher(tools);
  return {
    commands: {
      addGateway: (target) => addGateway(azure, catalog, target),
      addFromAzure: () => addFromAzure(azure, catalog),
      openDeveloperPortal: (target) => openDeveloperPortal(azure, target),
      publishEndpoint: (target) => publisher.publish(target),
      resumePublishing: () => publisher.goOn(),
      updateGatewayKey: (target) => updateGatewayKey(tools, target),
      unpublish: (target) => unpublish(tools, target),
    },
    dispose: () => undefined,
  };
}
