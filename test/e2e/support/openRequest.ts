import { eventually, patience, shortly } from '../../support/eventually.ts';
import type { WorkbenchWindow } from './window.ts';

/** Opens the request of a service by the palette. An editor that is still loading takes the focus, which closes a pick. */
export async function openRequest(window: WorkbenchWindow, name: string, workspace: string): Promise<void> {
  await eventually(`${name} of ${workspace} picked`, async () => {
    await window.runCommand('Azure ML: Open request');
    await eventually(
      'pick of a service',
      async () => (await window.quickInput.title()).includes('Open a request for'),
      shortly,
    );
    await window.quickInput.input.fill(name, { timeout: shortly });
    const rows = window.quickInput.widget.locator('.monaco-list-row');
    await rows.filter({ hasText: name }).filter({ hasText: workspace }).click({ timeout: shortly });
    await window.editors.waitForActive(name, patience / 4);
    return true;
  });
  await window.editors.webview().getByRole('button', { name: 'Send', exact: true }).waitFor();
  // Asked for once more while the editor of the first pick was on its way.
  await window.quickInput.cancel();
}
