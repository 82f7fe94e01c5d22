import { render } from 'preact';
import '../controls/controls.css';
import '../controls/grid.css';
import './requestEditor.css';
import { RequestEditor } from './RequestEditor.tsx';
import { SessionContext, startSession } from './session.ts';

void open(document.getElementById('root'));

async function open(root: HTMLElement | null): Promise<void> {
  if (!root) return;
  const session = await startSession();
  window.addEventListener('blur', () => void session.flush());
  window.addEventListener('keydown', (event) => flushBeforeShortcut(event, () => void session.flush()), true);
  render(
    <SessionContext.Provider value={session}>
      <RequestEditor />
    </SessionContext.Provider>,
    root,
  );
}

/** Undo, save, send and close work on the document, so it has to have what was typed. */
function flushBeforeShortcut(event: KeyboardEvent, flush: () => void): void {
  if (!event.ctrlKey && !event.metaKey) return;
  if (event.key === 'Enter') event.preventDefault();
  if (event.key.length === 1 || event.key === 'Enter') flush();
}
