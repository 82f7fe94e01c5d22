import * as vscode from 'vscode';
import type { Storage } from '../storage/index.ts';
import { browseContainer } from './browseContainer.ts';
import { chooseFile } from './chooseFile.ts';

/** A blob that is there already, by the name of its storage. */
export interface PickedBlob {
  readonly storage: string;
  /** `container/path/blob.csv` */
  readonly relativeLocation: string;
}

/** A text is the path of a local file. */
export type ChosenInput = string | PickedBlob;

/** Lets the user choose the data of an input on this machine or in a container; undefined when dismissed. */
export async function chooseInput(
  storage: Pick<Storage, 'open' | 'pick'>,
  service: string,
  input: string,
): Promise<ChosenInput | undefined> {
  const computer = { label: vscode.l10n.t('$(file) From this computer…') };
  const container = {
    label: vscode.l10n.t('$(database) From a container…'),
    description: vscode.l10n.t('a blob that is there already; nothing is uploaded'),
  };
  const source = await vscode.window.showQuickPick([computer, container], {
    title: service,
    placeHolder: vscode.l10n.t('Where is the data for {0}?', input),
    ignoreFocusOut: true,
  });
  if (source === undefined) return undefined;
  if (source === container) {
    return pickBlob(storage, vscode.l10n.t('{0}: blob for {1}', service, input));
  }
  return chooseFile(vscode.l10n.t('{0}: file for {1}', service, input), vscode.l10n.t('Use as {0}', input));
}

/** Lets the user choose a storage, and a blob in its container. */
export async function pickBlob(
  storage: Pick<Storage, 'open' | 'pick'>,
  title: string,
  preferred?: string,
): Promise<PickedBlob | undefined> {
  const name = await storage.pick(title, preferred, vscode.l10n.t('Which storage is the blob in?'));
  if (name === undefined) return undefined;
  const relativeLocation = await browseContainer(`${title} · ${name}`, await storage.open(name));
  return relativeLocation === undefined ? undefined : { storage: name, relativeLocation };
}
