import { editJob } from '../../shared/jobData.ts';
import {
  toJobHost,
  toJobView,
  type JobDocumentState,
  type JobEditorStart,
  type RunState,
  type Storages,
} from '../../shared/jobEditorContract.ts';
import type { JobEditorStrings } from '../../shared/jobEditorStrings.ts';
import type { JsonEdit } from '../../shared/jsonEdits.ts';
import type { Remote } from '../../shared/messages.ts';
import { EditedSession } from '../document/editedSession.ts';
import { sessionContext } from '../document/sessionContext.ts';
import { connectToHost } from '../extensionHost.ts';

/** All that the page knows, and its ways to the extension. */
export class JobSession extends EditedSession<JobDocumentState, JobEditorStrings, Remote<typeof toJobHost>> {
  storages: Storages;
  lastRun: RunState;

  constructor(start: JobEditorStart, host: Remote<typeof toJobHost>) {
    super(start, host, edited);
    this.storages = start.storages;
    this.lastRun = start.run;
  }

  /** Takes what the extension tells of jobs. */
  take(news: Partial<Pick<JobSession, 'storages' | 'lastRun'>>): void {
    Object.assign(this, news);
    this.tell();
  }

  hasUnsent(): boolean {
    return this.queue.isBusy;
  }

  /** Resolves when all that was typed has reached the document. */
  async flush(): Promise<void> {
    const field = document.activeElement;
    // A URL with a query is taken when its field is left, or now.
    if (field instanceof HTMLInputElement && field.type === 'text') field.dispatchEvent(new Event('change'));
    await this.queue.flush();
  }

  async run(): Promise<void> {
    await this.flush();
    await this.host.run();
  }
}

/** Asks the extension for everything and follows what it tells from then on. */
export async function startSession(): Promise<JobSession> {
  const opened: { session?: JobSession } = {};
  const host = connectToHost({
    incoming: toJobView,
    outgoing: toJobHost,
    handlers: {
      documentChanged: (document) => opened.session?.queue.receive(document),
      targetChanged: (target) => opened.session?.setTarget(target),
      storagesChanged: (storages) => opened.session?.take({ storages }),
      runChanged: (lastRun) => opened.session?.take({ lastRun }),
      flush: async () => opened.session?.flush(),
    },
  });
  opened.session = new JobSession(await host.start(), host);
  return opened.session;
}

const context = sessionContext<JobSession>();
export const SessionContext = context.Session;
/** The session, for a component that shows what is in it. */
export const useSession = context.use;

/** A job that is no JSON has nothing to edit. */
function edited(state: JobDocumentState, edits: readonly JsonEdit[], version: number): JobDocumentState {
  return state.kind === 'broken' ? state : { ...state, version, data: editJob(state.data, edits) };
}
