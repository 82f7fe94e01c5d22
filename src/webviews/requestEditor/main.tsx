import '../controls/controls.css';
import '../controls/grid.css';
import '../document/document.css';
import './requestEditor.css';
import { openPage } from '../document/openPage.tsx';
import { RequestEditor } from './RequestEditor.tsx';
import { SessionContext, startSession } from './session.ts';

void openPage(startSession, SessionContext, <RequestEditor />);
