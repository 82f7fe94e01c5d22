import { eventually, shortly } from '../../support/eventually.ts';
import type { WorkbenchWindow } from './window.ts';

/**
 * Opens the request of a service by the palette. A prompt that has just closed gives the focus back to where it was,
 * which may be late and close the list of services: then it is opened again.
 */
export async function openRequest(window: WorkbenchWindow, name: string, workspace: string): Promise<void> {
  const row = window.quickInput.widget
    .locator('.monaco-list-row')
    .filter({ hasText: name })
    .filter({ hasText: workspace });
  await eventually(`request for ${name}`, async () => {
    await window.runCommand('Azure ML: Open request');
    await row.click({ timeout: shortly });
    return true;
  });
  await window.editors.waitForActive(name);
  await window.editors.webview().getByRole('button', { name: 'Send', exact: true }).waitFor();
}
