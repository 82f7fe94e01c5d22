import type { EditorCommand } from '../../shared/documentContract.ts';

/** A page on whose document VS Code's commands work. */
export interface EditedPage {
  hasUnsent(): boolean;
  flush(): Promise<unknown>;
  readonly host: { perform(params: { readonly command: EditorCommand }): Promise<void> };
}

/**
 * VS Code's commands work on the document, so it has to have what was typed. One that would come too early is held
 * back here and carried out afterwards.
 */
export function onShortcut(event: KeyboardEvent, session: EditedPage): void {
  if (!event.ctrlKey && !event.metaKey) return;
  if (event.key === 'Enter') event.preventDefault();
  const command = commandOf(event);
  // A cell that is being edited has a history of its own.
  const isInCell = event.target instanceof Element && event.target.closest('.grid-editor') !== null;
  if (isInCell && (command === 'undo' || command === 'redo')) return;
  if (command && session.hasUnsent()) {
    event.preventDefault();
    event.stopPropagation();
    void session.flush().then(() => session.host.perform({ command }));
  } else if (event.key.length === 1 || event.key === 'Enter') {
    void session.flush();
  }
}

function commandOf({ key, shiftKey, altKey }: KeyboardEvent): EditorCommand | undefined {
  if (altKey) return undefined;
  switch (key.toLowerCase()) {
    case 'z':
      return shiftKey ? 'redo' : 'undo';
    case 'y':
      return shiftKey ? undefined : 'redo';
    case 's':
      return shiftKey ? undefined : 'save';
    default:
      return undefined;
  }
}
