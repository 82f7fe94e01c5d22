import type { JsonEdit } from '../../shared/jsonEdits.ts';

/** How long typing rests before it becomes one step of undo. */
const restMs = 350;

type Change =
  /** `open` takes in more typing. */
  | { readonly kind: 'edits'; readonly edits: readonly JsonEdit[]; readonly open: boolean }
  | { readonly kind: 'body'; readonly text: string };

/** The document as one of the editors tells it. */
export interface Versioned {
  readonly kind: string;
  readonly version: number;
}

/** The page can make the edits itself in what it has. */
interface Applied {
  readonly kind: 'applied';
  readonly version: number;
}

export interface EditTarget<S extends Versioned> {
  edit(change: { readonly edits: readonly JsonEdit[]; readonly version: number }): Promise<S | Applied>;
  setBody?(change: { readonly text: string }): Promise<S>;
}

/** The document with edits in it, as this version of it. */
export type Edited<S> = (state: S, edits: readonly JsonEdit[], version: number) => S;

/**
 * The document as the user sees it: as the extension last told it, with what was typed since on top. Typing is
 * gathered and sent when it rests, one batch at a time; what the extension answers is the new ground. Each batch is a step
 * of undo.
 */
export class EditQueue<S extends Versioned> {
  readonly #target: EditTarget<S>;
  readonly #edited: Edited<S>;
  readonly #onChange: () => void;
  readonly #onRefused: (error: unknown) => void;
  #ground: S;
  /** The ground with the changes on it, until either changes. */
  #shown: S | undefined;
  #waiting: Change[] = [];
  #sending: Change | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #drained: Promise<void> = Promise.resolve();

  constructor(
    ground: S,
    target: EditTarget<S>,
    edited: Edited<S>,
    onChange: () => void,
    onRefused: (error: unknown) => void,
  ) {
    this.#ground = ground;
    this.#target = target;
    this.#edited = edited;
    this.#onChange = onChange;
    this.#onRefused = onRefused;
  }

  get document(): S {
    this.#shown ??= this.#withChanges();
    return this.#shown;
  }

  #withChanges(): S {
    const ground = this.#ground;
    const changes = [...(this.#sending ? [this.#sending] : []), ...this.#waiting];
    const edits = changes.flatMap((change) => (change.kind === 'edits' ? change.edits : []));
    return edits.length === 0 ? ground : this.#edited(ground, edits, ground.version);
  }

  /** Whether something has not reached the document yet. */
  get isBusy(): boolean {
    return this.#sending !== undefined || this.#waiting.length > 0;
  }

  /** The body's text while it is on its way. */
  get bodyText(): string | undefined {
    const last = [this.#sending, ...this.#waiting].findLast((change) => change?.kind === 'body');
    return last?.kind === 'body' ? last.text : undefined;
  }

  /** `settled` for what is complete in itself, such as a click; typing waits for more to come. */
  add(edits: readonly JsonEdit[], pace: 'typing' | 'settled' = 'settled'): void {
    if (edits.length === 0) return;
    const last = this.#waiting.at(-1);
    const open = pace === 'typing';
    if (last?.kind === 'edits' && last.open && open)
      this.#waiting[this.#waiting.length - 1] = { kind: 'edits', edits: join(last.edits, edits), open };
    else this.#waiting.push({ kind: 'edits', edits, open });
    this.#schedule(pace);
    this.#change();
  }

  setBody(text: string): void {
    if (this.#waiting.at(-1)?.kind === 'body') this.#waiting.pop();
    this.#waiting.push({ kind: 'body', text });
    this.#schedule('typing');
    this.#change();
  }

  /** What the extension tells of itself; the answer to a batch on its way is newer than that. */
  receive(ground: S): void {
    if (this.#sending || ground.version < this.#ground.version) return;
    this.#ground = ground;
    this.#change();
  }

  /** Resolves when everything has reached the document. */
  flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#drained = this.#drained.then(() => this.#drain());
    return this.#drained;
  }

  #schedule(pace: 'typing' | 'settled'): void {
    clearTimeout(this.#timer);
    if (pace === 'settled') void this.flush();
    else this.#timer = setTimeout(() => void this.flush(), restMs);
  }

  async #drain(): Promise<void> {
    for (let change = this.#waiting.shift(); change; change = this.#waiting.shift()) {
      this.#sending = change;
      try {
        this.#ground = await this.#send(change);
      } catch (error) {
        this.#onRefused(error);
      }
      this.#sending = undefined;
      this.#change();
    }
  }

  async #send(change: Change): Promise<S> {
    if (change.kind === 'body') return (await this.#target.setBody?.({ text: change.text })) ?? this.#ground;
    const ground = this.#ground;
    const answer = await this.#target.edit({ edits: change.edits, version: ground.version });
    return isApplied(answer) ? this.#edited(ground, change.edits, answer.version) : answer;
  }

  #change(): void {
    this.#shown = undefined;
    this.#onChange();
  }
}

function isApplied(answer: Versioned): answer is Applied {
  return answer.kind === 'applied';
}

/** Typing sets the same place again and again: the last one counts. */
function join(earlier: readonly JsonEdit[], later: readonly JsonEdit[]): JsonEdit[] {
  const last = earlier.at(-1);
  const [first] = later;
  const isSamePlace = last?.kind === 'set' && first?.kind === 'set' && samePath(last, first);
  return isSamePlace ? [...earlier.slice(0, -1), ...later] : [...earlier, ...later];
}

function samePath(a: JsonEdit, b: JsonEdit): boolean {
  return a.path.length === b.path.length && a.path.every((part, i) => part === b.path[i]);
}
