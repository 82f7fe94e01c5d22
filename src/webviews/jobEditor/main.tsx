import { render } from 'preact';
import '../controls/controls.css';
import '../document/document.css';
import './jobEditor.css';
import { DocumentContext } from '../document/documentSession.ts';
import { onShortcut } from '../document/shortcuts.ts';
import { JobEditor } from './JobEditor.tsx';
import { SessionContext, startSession } from './session.ts';

void open(document.getElementById('root'));

async function open(root: HTMLElement | null): Promise<void> {
  if (!root) return;
  const session = await startSession();
  window.addEventListener('blur', () => void session.flush());
  window.addEventListener('keydown', (event) => onShortcut(event, session), true);
  render(
    <SessionContext.Provider value={session}>
      <DocumentContext.Provider value={session}>
        <JobEditor />
      </DocumentContext.Provider>
    </SessionContext.Provider>,
    root,
  );
}
