import { render } from 'preact';
import '../controls/controls.css';
import '../controls/grid.css';
import './table.css';
import { startSession } from './session.ts';
import { TableEditor } from './TableEditor.tsx';

void open(document.getElementById('root'));

async function open(root: HTMLElement | null): Promise<void> {
  if (root) render(<TableEditor session={await startSession()} />, root);
}
