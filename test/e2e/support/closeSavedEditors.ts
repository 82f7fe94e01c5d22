import { eventually, shortly } from '../../support/eventually.ts';
import type { WorkbenchWindow } from './window.ts';

/** Closes all editors of a window that saves by itself: what is saved closes without a question. */
export async function closeSavedEditors(window: WorkbenchWindow): Promise<void> {
  await waitUntilSaved(window);
  await eventually('no editors', async () => {
    await window.runCommand('View: Close All Editors');
    return eventually('closed editors', async () => (await window.editors.titles()).length === 0, shortly);
  });
}

/** Waits for a window that saves by itself; what comes back unsaved after a reload waits for its next change. */
export async function waitUntilSaved(window: WorkbenchWindow): Promise<void> {
  await eventually('all saved', async () => (await window.page.locator('.tab.dirty').count()) === 0);
}
