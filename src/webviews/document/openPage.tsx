import { render, type ComponentChild, type Context } from 'preact';
import { DocumentContext, type DocumentSession } from './documentSession.ts';
import { onShortcut, type EditedPage } from './shortcuts.ts';

/** Shows a page that edits a document, once its session has begun. */
export async function openPage<S extends DocumentSession & EditedPage>(
  startSession: () => Promise<S>,
  SessionContext: Context<S | undefined>,
  page: ComponentChild,
): Promise<void> {
  const root = document.getElementById('root');
  if (!root) return;
  const session = await startSession();
  window.addEventListener('blur', () => void session.flush());
  window.addEventListener('keydown', (event) => onShortcut(event, session), true);
  render(
    <SessionContext.Provider value={session}>
      <DocumentContext.Provider value={session}>{page}</DocumentContext.Provider>
    </SessionContext.Provider>,
    root,
  );
}
