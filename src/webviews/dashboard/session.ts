import {
  toDashboardHost,
  toDashboardView,
  type DashboardPlace,
  type DashboardStart,
} from '../../shared/dashboardContract.ts';
import type { DashboardStrings } from '../../shared/dashboardStrings.ts';
import type { Remote } from '../../shared/messages.ts';
import { sessionContext } from '../document/sessionContext.ts';
import { connectToHost } from '../extensionHost.ts';
import { vscodeApi } from '../vscodeApi.ts';

/** What the page has of the extension. */
export interface DashboardSession {
  readonly strings: DashboardStrings;
  readonly host: Remote<typeof toDashboardHost>;
  readonly chooseEndpoint: (endpointId: string) => Promise<void>;
}

export type DashboardState = Omit<DashboardStart, 'strings' | 'place'>;

/** Asks the extension for everything, and draws it whenever it changes. */
export async function startSession(
  draw: (session: DashboardSession, state: DashboardState) => void,
): Promise<void> {
  let news: Partial<DashboardState> = {};
  let tell = (): void => undefined;
  const take = (more: Partial<DashboardState>): void => {
    news = { ...news, ...more };
    tell();
  };
  const host = connectToHost({
    incoming: toDashboardView,
    outgoing: toDashboardHost,
    handlers: {
      serviceChanged: (service) => take({ service }),
      requestsChanged: (requests) => take({ requests }),
      jobsChanged: (jobs) => take({ jobs }),
    },
  });
  const { strings, place, ...start } = await host.start();
  keep(place);
  const chooseEndpoint = async (endpointId: string): Promise<void> => {
    const { place: chosen, ...more } = await host.chooseEndpoint({ endpointId });
    keep(chosen);
    take(more);
  };
  const session = { strings, host, chooseEndpoint };
  tell = () => draw(session, { ...start, ...news });
  tell();
}

/** With this the panel is filled again when its window is opened again. */
function keep(place: DashboardPlace): void {
  vscodeApi.setState(place);
}

const context = sessionContext<DashboardSession>();
export const SessionContext = context.Session;
export const useSession = context.use;
