import '../controls/controls.css';
import '../document/document.css';
import './jobEditor.css';
import { openPage } from '../document/openPage.tsx';
import { JobEditor } from './JobEditor.tsx';
import { SessionContext, startSession } from './session.ts';

void openPage(startSession, SessionContext, <JobEditor />);
