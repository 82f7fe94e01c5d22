import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { DocumentStrings } from '../../shared/documentStrings.ts';
import type { JsonEdit } from '../../shared/jsonEdits.ts';
import type { TargetState } from '../../shared/requestEditorContract.ts';

/** What the editors of requests and of batch jobs have in common. */
export interface DocumentSession {
  readonly strings: DocumentStrings & { readonly noSchema: string; readonly schemaUnread: string };
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

export const DocumentContext = createContext<DocumentSession | undefined>(undefined);

/** The session, for a component that both editors have. */
export function useDocument(): DocumentSession {
  const session = useContext(DocumentContext);
  if (!session) throw new Error('There is no session above this component.');
  return session;
}
