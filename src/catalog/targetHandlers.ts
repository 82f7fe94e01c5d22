import * as vscode from 'vscode';
import { attempt } from '../shared/attempt.ts';
import { commandId } from '../shared/contributions.ts';
import type { toTargetHost } from '../shared/documentContract.ts';
import type { Handlers } from '../shared/messages.ts';
import { node } from './catalog.ts';
import type { Catalog } from './index.ts';
import type { Endpoint } from './model.ts';
import { chooseService, chooseWorkspace, type ChoiceTitles } from './serviceChoice.ts';
import type { Address, ServiceTarget } from './serviceTarget.ts';

/** An editor on a document that is for a service. */
export interface TargetedEditor {
  readonly catalog: Catalog;
  readonly target: ServiceTarget;
  readonly titles: ChoiceTitles;
  /** Undefined while the document cannot be read. */
  address(): Address | undefined;
  /** Has the document name this endpoint. */
  setTarget(endpoint: Endpoint): Promise<void>;
  /** Tells the user what went wrong. */
  report(error: unknown): void;
}

/** Answers what a page asks about the service that its document is for. */
export function targetHandlers(editor: TargetedEditor): Handlers<typeof toTargetHost> {
  const { catalog, target, titles } = editor;
  const lead = (to: () => Promise<Endpoint | undefined>): Promise<void> =>
    attempt(
      async () => {
        const endpoint = await to();
        if (endpoint !== undefined) await editor.setTarget(endpoint);
      },
      (error) => editor.report(error),
    );
  return {
    chooseWorkspace: () => lead(() => chooseWorkspace(catalog, titles)),
    chooseService: () =>
      lead(async () => {
        const address = editor.address();
        return address && chooseService(catalog, address.workspace, titles);
      }),
    reloadSchema: () => target.refresh({ reloadSchema: true }),
    attachSchema: () =>
      attempt(
        () => attachSchema(target.endpoint),
        (error) => editor.report(error),
      ),
    // A service that turns out to be there under another name is what the document names from then on.
    addService: () =>
      lead(async () => {
        const address = editor.address();
        return address && catalog.addUnknown(address);
      }),
  };
}

async function attachSchema(endpoint: Endpoint | undefined): Promise<void> {
  if (endpoint === undefined) return;
  await vscode.commands.executeCommand(commandId('attachSchema'), node(endpoint));
}
