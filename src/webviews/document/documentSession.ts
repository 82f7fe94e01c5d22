import type { DocumentStrings } from '../../shared/documentStrings.ts';
import type { JsonEdit } from '../../shared/jsonEdits.ts';
import type { TargetState } from '../../shared/requestEditorContract.ts';
import { sessionContext } from './sessionContext.ts';

/** What the editors of requests and of batch jobs have in common. */
export interface DocumentSession {
  readonly strings: DocumentStrings & {
    readonly url: string;
    readonly noSchema: string;
    readonly schemaUnread: string;
  };
  readonly target: TargetState;
  readonly host: {
    chooseWorkspace(): Promise<void>;
    chooseService(): Promise<void>;
    reloadSchema(): Promise<void>;
    attachSchema(): Promise<void>;
    addService(): Promise<void>;
    openAsText(): Promise<void>;
  };
  edit(edits: readonly JsonEdit[], pace?: 'typing' | 'settled'): void;
}

const context = sessionContext<DocumentSession>();
export const DocumentContext = context.Session;
/** The session, for a component that both editors have. */
export const useDocument = context.use;
