import { render } from 'preact';
import '../controls/controls.css';
import '../controls/report.css';
import './dashboard.css';
import { Dashboard } from './Dashboard.tsx';
import { SessionContext, startSession } from './session.ts';

const root = document.getElementById('root');
if (root) {
  void startSession((session, state) =>
    render(
      <SessionContext.Provider value={session}>
        <Dashboard state={state} />
      </SessionContext.Provider>,
      root,
    ),
  );
}
