import { render } from 'preact';
import '../controls/controls.css';
import '../controls/grid.css';
import './requestEditor.css';
import { RequestEditor } from './RequestEditor.tsx';
import type { EditorCommand } from '../../shared/requestEditorContract.ts';
import { SessionContext, startSession, type Session } from './session.ts';

void open(document.getElementById('root'));

async function open(root: HTMLElement | null): Promise<void> {
  if (!root) return;
  const session = await startSession();
  window.addEventListener('blur', () => void session.flush());
  window.addEventListener('keydown', (event) => onShortcut(event, session), true);
  render(
    <SessionContext.Provider value={session}>
      <RequestEditor />
    </SessionContext.Provider>,
    root,
  );
}

/**
 * VS Code's commands work on the document, so it has to have what was typed. One that would come too early is held
 * back here and carried out afterwards.
 */
function onShortcut(event: KeyboardEvent, session: Session): void {
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
