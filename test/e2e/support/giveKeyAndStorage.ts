import type { OwnService } from './ownService.ts';
import type { WorkbenchWindow } from './window.ts';

/** What a person does before the first batch job at a service of the tree: sets its key, and a storage named `Held`. */
export async function giveKeyAndStorage(
  window: WorkbenchWindow,
  own: OwnService,
  service: readonly string[],
): Promise<void> {
  await giveKey(window, service, own.service().apiKey);
  await giveStorage(window, own);
}

/** Sets the key of a service of the tree. */
export async function giveKey(
  window: WorkbenchWindow,
  service: readonly string[],
  key: string,
): Promise<void> {
  await window.tree('Web services').clickContextMenu(service, 'Set API key…');
  await window.quickInput.enter(key, { message: 'API key of the web service' });
  await window.quickInput.waitForClosed();
}

/** Sets the service's storage, named `Held`. */
export async function giveStorage(window: WorkbenchWindow, own: OwnService): Promise<void> {
  const { quickInput } = window;
  await window.runCommand('Azure ML: Set storage…');
  await quickInput.pick('Connection string', { placeholder: 'How is the storage known?' });
  await quickInput.enter(own.storage.connectionString, { message: 'Connection string' });
  await quickInput.enter(own.description.storageContainer, { message: 'Container' });
  await quickInput.enter('Held', { message: 'Name for this storage' });
  await quickInput.waitForClosed();
}
