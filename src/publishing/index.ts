import type { Catalog } from '../catalog/index.ts';
import { isProgramCall } from '../shared/invocation.ts';
import type { Feature, Foundation } from '../shared/feature.ts';
import { addFromAzure } from './addingFromAzure.ts';
import { addGateway, openDeveloperPortal } from './adopting.ts';
import type { Azure } from '../azure/index.ts';
import { updateGatewayKey, updateGatewayKeyCall } from './gatewayKey.ts';
import { tellOfInterrupted } from './interrupted.ts';
import { PublicationLeases } from './publicationLeases.ts';
import { PublicationStore } from './publicationStore.ts';
import { Publisher } from './publisher.ts';
import { publishCall } from './publishCall.ts';
import { unpublish, unpublishCall } from './unpublishing.ts';

export interface Publishing extends Feature<'publishing'> {
  /** Tells of what closed windows have left half-done. */
  tellOfInterrupted(): Promise<void>;
}

/** What is done in Azure: API Management through Azure Resource Manager. */
export function createPublishing(foundation: Foundation, azure: Azure, catalog: Catalog): Publishing {
  const { fsPath: storage } = foundation.context.globalStorageUri;
  const leases = new PublicationLeases(storage);
  const tools = { foundation, azure, catalog, leases, store: new PublicationStore(storage) };
  const publisher = new Publisher(tools);
  return {
    commands: {
      addGateway: (target) => addGateway(azure, catalog, target),
      addFromAzure: () => addFromAzure(azure, catalog),
      openDeveloperPortal: (target) => openDeveloperPortal(azure, target),
      publishEndpoint: (...args) =>
        isProgramCall(args) ? publishCall(tools, args[0]) : publisher.publish(args[0]),
      resumePublishing: () => publisher.goOn(),
      updateGatewayKey: (...args) =>
        isProgramCall(args) ? updateGatewayKeyCall(tools, args[0]) : updateGatewayKey(tools, args[0]),
      unpublish: (...args) =>
        isProgramCall(args) ? unpublishCall(tools, args[0]) : unpublish(tools, args[0]),
    },
    tellOfInterrupted: () => tellOfInterrupted(tools, publisher),
    dispose: () => leases.dispose(),
  };
}
