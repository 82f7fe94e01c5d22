import type { OwnService } from './ownService.ts';
import type { WorkbenchWindow } from './window.ts';

/** The settings of a workspace whose services the management API lists. */
export function listedWorkspace(name: string, { description }: OwnService): Record<string, unknown> {
  const { workspaceId, baseUrl, managementUrl } = description;
  return { 'azuremlServices.workspaces': { [name]: { workspaceId, baseUrl, managementUrl } } };
}

/** Sets the authorization token of such a workspace, in the side bar. */
export async function giveWorkspaceToken(
  window: WorkbenchWindow,
  name: string,
  { description }: OwnService,
): Promise<void> {
  const { quickInput } = window;
  await window.openSideBar('Azure ML Services');
  await window.tree('Web services').clickContextMenu([name], 'Set workspace authorization token…');
  await quickInput.enter(description.workspaceToken, { message: 'Workspace authorization token' });
  await quickInput.waitForClosed();
}
