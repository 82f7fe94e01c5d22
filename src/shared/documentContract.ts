import { question } from './messages.ts';

/** What VS Code does with the document itself. */
export type EditorCommand = 'undo' | 'redo' | 'save';

/** What the pages for documents send to the extension about the service that the document is for. */
export const toTargetHost = {
  chooseWorkspace: question(),
  chooseService: question(),
  reloadSchema: question(),
  attachSchema: question(),
  /** Adds what the document is for to the catalog. */
  addService: question(),
} as const;

/** What the pages for requests and for batch jobs alike send to the extension. */
export const toDocumentHost = {
  ...toTargetHost,
  /** A shortcut that was held back until the document had everything. */
  perform: question<{ readonly command: EditorCommand }>(),
  openAsText: question(),
} as const;
