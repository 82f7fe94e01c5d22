import type { Remote } from '../../shared/messages.ts';
import { toMonitoringHost, toMonitoringView, type MonitoringState } from '../../shared/monitoringContract.ts';
import type { MonitoringStrings } from '../../shared/monitoringStrings.ts';
import { sessionContext } from '../document/sessionContext.ts';
import { connectToHost } from '../extensionHost.ts';
import { vscodeApi } from '../vscodeApi.ts';

/** What the page has of the extension. */
export interface MonitoringSession {
  readonly strings: MonitoringStrings;
  readonly host: Remote<typeof toMonitoringHost>;
}

/** Asks the extension for everything, and draws it whenever it changes. */
export async function startSession(
  draw: (session: MonitoringSession, state: MonitoringState) => void,
): Promise<void> {
  let news: MonitoringState | undefined;
  let take = (state: MonitoringState): void => {
    news = state;
  };
  const host = connectToHost({
    incoming: toMonitoringView,
    outgoing: toMonitoringHost,
    handlers: { changed: (state) => take(state) },
  });
  const { strings, state } = await host.start();
  const session = { strings, host };
  take = (changed) => {
    // With this the panel is filled again when its window is opened again.
    vscodeApi.setState(changed.place);
    draw(session, changed);
  };
  take(news ?? state);
}

const context = sessionContext<MonitoringSession>();
export const SessionContext = context.Session;
export const useSession = context.use;
