import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
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
import { connect, type Handlers, type Remote } from '../../shared/messages.ts';
import type { TargetState } from '../../shared/requestEditorContract.ts';
import { EditQueue } from '../document/editQueue.ts';
import { vscodeApi } from '../vscodeApi.ts';

/** All that the page knows, and its ways to the extension. */
export class JobSession {
  readonly strings: JobEditorStrings;
  readonly host: Remote<typeof toJobHost>;
  readonly #queue: EditQueue<JobDocumentState>;
  readonly #listeners = new Set<() => void>();
  target: TargetState;
  storages: Storages;
  lastRun: RunState;
  /** Why the last change was not taken. */
  refusal: string | undefined;

  constructor(start: JobEditorStart, host: Remote<typeof toJobHost>) {
    this.strings = start.strings;
    this.host = host;
    this.target = start.target;
    this.storages = start.storages;
    this.lastRun = start.run;
    this.#queue = new EditQueue<JobDocumentState>(
      start.document,
      host,
      edited,
      () => this.#tell(),
      (error) => {
        this.refusal = error instanceof Error ? error.message : String(error);
      },
    );
  }

  get document(): JobDocumentState {
    return this.#queue.document;
  }

  edit(edits: readonly JsonEdit[], pace?: 'typing' | 'settled'): void {
    this.refusal = undefined;
    this.#queue.add(edits, pace);
  }

  receive(document: JobDocumentState): void {
    this.#queue.receive(document);
  }

  /** Takes what the extension tells beside the document. */
  take(news: Partial<Pick<JobSession, 'target' | 'storages' | 'lastRun'>>): void {
    Object.assign(this, news);
    this.#tell();
  }

  hasUnsent(): boolean {
    return this.#queue.isBusy;
  }

  /** Resolves when all that was typed has reached the document. */
  async flush(): Promise<void> {
    const field = document.activeElement;
    // A URL with a query is taken when its field is left, or now.
    if (field instanceof HTMLInputElement && field.type === 'text') field.dispatchEvent(new Event('change'));
    await this.#queue.flush();
  }

  async run(): Promise<void> {
    await this.flush();
    await this.host.run();
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}

/** Asks the extension for everything and follows what it tells from then on. */
export async function startSession(): Promise<JobSession> {
  const opened: { session?: JobSession } = {};
  const handlers: Handlers<typeof toJobView> = {
    documentChanged: (document) => opened.session?.receive(document),
    targetChanged: (target) => opened.session?.take({ target }),
    storagesChanged: (storages) => opened.session?.take({ storages }),
    runChanged: (lastRun) => opened.session?.take({ lastRun }),
    flush: async () => opened.session?.flush(),
  };
  const link = connect({
    incoming: toJobView,
    outgoing: toJobHost,
    handlers,
    post: (message) => {
      vscodeApi.postMessage(message);
      return undefined;
    },
  });
  window.addEventListener('message', (event: MessageEvent<unknown>) => link.receive(event.data));
  opened.session = new JobSession(await link.remote.start(), link.remote);
  return opened.session;
}

export const SessionContext = createContext<JobSession | undefined>(undefined);

/** The session, for a component that shows what is in it. */
export function useSession(): JobSession {
  const session = useContext(SessionContext);
  if (!session) throw new Error('There is no session above this component.');
  return session;
}

/** A job that is no JSON has nothing to edit. */
function edited(state: JobDocumentState, edits: readonly JsonEdit[], version: number): JobDocumentState {
  return state.kind === 'broken' ? state : { ...state, version, data: editJob(state.data, edits) };
}
