import { useState } from 'preact/hooks';
import type { ServiceSchema } from '../../protocol/studio/serviceSchema.ts';
import { requestProblems, type Problems } from '../../shared/inputProblems.ts';
import type { RequestData } from '../../shared/requestData.ts';
import type { Remote } from '../../shared/messages.ts';
import {
  edited,
  schemaOf,
  type CallState,
  type DocumentState,
  type EditorStart,
  type NamedValue,
  toRequestHost,
  toRequestView,
} from '../../shared/requestEditorContract.ts';
import type { RequestEditorStrings } from '../../shared/requestEditorStrings.ts';
import { EditedSession } from '../document/editedSession.ts';
import { sessionContext } from '../document/sessionContext.ts';
import { connectToHost } from '../extensionHost.ts';
import { vscodeApi } from '../vscodeApi.ts';

/** What a row of the headers tells of a key that is typed in it. */
export interface HeldCredential {
  credential(): NamedValue | undefined;
  drop(): void;
}

/** All that the page knows, and its ways to the extension. */
export class Session extends EditedSession<
  DocumentState,
  RequestEditorStrings,
  Remote<typeof toRequestHost>
> {
  call: CallState;
  /** When the running call was started, by the page's own clock. */
  callStart: number;
  /** When the state of the call was told, by the same clock. */
  callTime = performance.now();
  #checked:
    | {
        readonly data: RequestData | undefined;
        readonly schema: ServiceSchema | undefined;
        readonly problems: Problems;
      }
    | undefined;
  readonly #drafts = new Set<() => void>();
  readonly #held = new Set<HeldCredential>();

  constructor(start: EditorStart, host: Remote<typeof toRequestHost>) {
    super(start, host, edited);
    this.call = start.call;
    this.callStart = startOf(start.call);
  }

  /** What of the request does not fit the schema. */
  get problems(): Problems {
    const { document: state } = this;
    const data = state.kind === 'request' ? state.data : undefined;
    const schema = schemaOf(this.target);
    if (this.#checked?.data !== data || this.#checked?.schema !== schema) {
      const problems = data ? requestProblems(data, schema) : { count: 0, first: [] };
      this.#checked = { data, schema, problems };
    }
    return this.#checked?.problems ?? { count: 0, first: [] };
  }

  setCall(call: CallState): void {
    this.call = call;
    this.callStart = startOf(call);
    this.callTime = performance.now();
    this.tell();
  }

  /** Something half typed that has to become an edit before the request is sent. */
  onBeforeFlush(commit: () => void): () => void {
    this.#drafts.add(commit);
    return () => this.#drafts.delete(commit);
  }

  /** A key in a header that is being typed: it is no edit, and the extension asks what becomes of it. */
  holdCredential(held: HeldCredential): () => void {
    this.#held.add(held);
    return () => this.#held.delete(held);
  }

  dropCredentials(): void {
    for (const held of [...this.#held]) if (held.credential() !== undefined) held.drop();
  }

  hasUnsent(): boolean {
    return this.queue.isBusy || this.#drafts.size > 0;
  }

  /** Gives the headers that hold a key, which stay here. */
  async flush(): Promise<readonly NamedValue[]> {
    for (const commit of this.#drafts) commit();
    await this.queue.flush();
    return [...this.#held].flatMap((held) => {
      const credential = held.credential();
      return credential === undefined ? [] : [credential];
    });
  }

  async send(): Promise<void> {
    await this.flush();
    await this.host.send();
  }
}

/** From the click on Send to the end. */
export function isUnderWay({ kind }: CallState): boolean {
  return kind === 'preparing' || kind === 'running';
}

function startOf(call: CallState): number {
  return call.kind === 'running' ? performance.now() - call.elapsedMs : 0;
}

/** Asks the extension for everything and follows what it tells from then on. */
export async function startSession(): Promise<Session> {
  const opened: { session?: Session } = {};
  const host = connectToHost({
    incoming: toRequestView,
    outgoing: toRequestHost,
    handlers: {
      documentChanged: (document) => opened.session?.queue.receive(document),
      targetChanged: (target) => opened.session?.setTarget(target),
      callChanged: (call) => opened.session?.setCall(call),
      flush: async () => (await opened.session?.flush()) ?? [],
      credentialsTaken: () => opened.session?.dropCredentials(),
    },
  });
  opened.session = new Session(await host.start(), host);
  return opened.session;
}

const context = sessionContext<Session>();
export const SessionContext = context.Session;
/** The session, for a component that shows what is in it. */
export const useSession = context.use;

type Kept<T> = T extends string ? string : T extends number ? number : boolean;

/** A piece of view state that outlives the page: which tab, which row. */
export function useKept<T extends string | number | boolean>(
  name: string,
  initial: T,
): [Kept<T>, (value: Kept<T>) => void] {
  const [value, setValue] = useState<Kept<T>>(() => keptValue(name, initial));
  return [
    value,
    (next) => {
      vscodeApi.setState({ ...keptState(), [name]: next });
      setValue(() => next);
    },
  ];
}

function keptValue<T extends string | number | boolean>(name: string, initial: T): Kept<T> {
  const kept = keptState()[name];
  return (typeof kept === typeof initial ? kept : initial) as Kept<T>;
}

function keptState(): Record<string, unknown> {
  const state = vscodeApi.getState();
  return typeof state === 'object' && state !== null ? { ...state } : {};
}
