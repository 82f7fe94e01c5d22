import { useEffect, useReducer } from 'preact/hooks';
import type { JsonEdit } from '../../shared/jsonEdits.ts';
import type { TargetState } from '../../shared/requestEditorContract.ts';
import { EditQueue, type Edited, type EditTarget, type Versioned } from './editQueue.ts';

/** What a page knows of the document that it edits. */
export class EditedSession<State extends Versioned, Strings, Host extends EditTarget<State>> {
  readonly strings: Strings;
  readonly host: Host;
  readonly queue: EditQueue<State>;
  target: TargetState;
  /** Why the last change was not taken. */
  refusal: string | undefined;
  readonly #listeners = new Set<() => void>();

  constructor(
    start: { readonly strings: Strings; readonly document: State; readonly target: TargetState },
    host: Host,
    edited: Edited<State>,
  ) {
    this.strings = start.strings;
    this.host = host;
    this.target = start.target;
    this.queue = new EditQueue<State>(
      start.document,
      host,
      edited,
      () => this.tell(),
      (error) => this.refuse(error),
    );
  }

  get document(): State {
    return this.queue.document;
  }

  edit(edits: readonly JsonEdit[], pace?: 'typing' | 'settled'): void {
    this.refusal = undefined;
    this.queue.add(edits, pace);
  }

  /** Shows why something was not done to the document. */
  refuse(error: unknown): void {
    this.refusal = error instanceof Error ? error.message : String(error);
    this.tell();
  }

  setTarget(target: TargetState): void {
    this.target = target;
    this.tell();
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  protected tell(): void {
    for (const listener of this.#listeners) listener();
  }
}

/** Renders again whenever anything in the session changes. */
export function useSessionChanges(session: Pick<EditedSession<never, unknown, never>, 'subscribe'>): void {
  const [, render] = useReducer((count: number) => count + 1, 0);
  useEffect(() => session.subscribe(() => render(undefined)), [session]);
}
