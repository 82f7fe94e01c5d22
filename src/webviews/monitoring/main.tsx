import { render } from 'preact';
import '../controls/controls.css';
import '../controls/report.css';
import './monitoring.css';
import { MonitoringPage } from './MonitoringPage.tsx';
import { SessionContext, startSession } from './session.ts';

const root = document.getElementById('root');
if (root) {
  void startSession((session, state) =>
    render(
      <SessionContext.Provider value={session}>
        <MonitoringPage state={state} />
      </SessionContext.Provider>,
      root,
    ),
  );
}
