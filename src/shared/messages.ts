import { Failure } from '../protocol/failure.ts';

/**
 * Typed messages between the extension and a webview. A contract is a value: a record of questions (always answered
 * or rejected) and notices, by the names they have on the wire. Each side writes handlers for what it receives, and a
 * handler that is missing does not compile.
 */
export type Contract = Readonly<Record<string, Question<never, unknown> | Notice<never>>>;

declare const types: unique symbol;

/** A message that is answered: takes `P`, gives `R`. */
export interface Question<P, R> {
  readonly kind: 'question';
  readonly [types]?: (params: P) => R;
}

/** A message that is not answered. */
export interface Notice<P> {
  readonly kind: 'notice';
  readonly [types]?: (params: P) => void;
}

export function question<P = void, R = void>(): Question<P, R> {
  return { kind: 'question' };
}

/** A question without parameters. */
export function inquiry<R>(): Question<void, R> {
  return { kind: 'question' };
}

export function notice<P = void>(): Notice<P> {
  return { kind: 'notice' };
}

/** What the receiving side of a contract implements. */
export type Handlers<C extends Contract> = {
  readonly [K in keyof C]: C[K] extends Question<infer P, infer R>
    ? (params: P) => R | Promise<R>
    : C[K] extends Notice<infer P>
      ? (params: P) => void
      : never;
};

/** What the sending side of a contract calls. */
export type Remote<C extends Contract> = {
  readonly [K in keyof C]: C[K] extends Question<infer P, infer R>
    ? (params: P) => Promise<R>
    : C[K] extends Notice<infer P>
      ? (params: P) => void
      : never;
};

/** A question that was rejected on the other side; `message` is fit to be shown. */
export class RemoteError extends Error {
  override readonly name = 'RemoteError';
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

type Envelope =
  | { readonly kind: 'question'; readonly id: number; readonly name: string; readonly params: unknown }
  | { readonly kind: 'notice'; readonly name: string; readonly params: unknown }
  | { readonly kind: 'answer'; readonly id: number; readonly value: unknown }
  | { readonly kind: 'rejection'; readonly id: number; readonly code: string; readonly message: string };

/** Delivers a message; `false`, now or later, means that nobody got it. */
type Post = (message: Envelope) => PromiseLike<boolean> | undefined;

interface Waiting {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

export interface Link<Outgoing extends Contract> {
  readonly remote: Remote<Outgoing>;
  /** Takes what the other side posted; anything that is no message of this kind is ignored. */
  receive(message: unknown): void;
  /** Rejects every question that still waits. */
  dispose(): void;
}

export interface LinkOptions<Incoming extends Contract, Outgoing extends Contract> {
  readonly incoming: Incoming;
  readonly outgoing: Outgoing;
  readonly handlers: Handlers<Incoming>;
  readonly post: Post;
}

/** One end of the conversation; both ends are made with the same two contracts, the other way round. */
export function connect<Incoming extends Contract, Outgoing extends Contract>(
  options: LinkOptions<Incoming, Outgoing>,
): Link<Outgoing> {
  const { post } = options;
  const waiting = new Map<number, Waiting>();
  let lastId = 0;

  const reject = (id: number, error: Error): void => {
    waiting.get(id)?.reject(error);
    waiting.delete(id);
  };

  const ask = (name: string, params: unknown): Promise<unknown> => {
    const id = ++lastId;
    const answer = new Promise<unknown>((resolve, rejectPromise) => {
      waiting.set(id, { resolve, reject: rejectPromise });
    });
    void post({ kind: 'question', id, name, params })?.then(
      (delivered) => {
        if (!delivered) reject(id, notDelivered());
      },
      () => reject(id, notDelivered()),
    );
    return answer;
  };

  const reply = async (id: number, name: string, params: unknown): Promise<void> => {
    try {
      const handler = handlerOf(options.handlers, name);
      void post({ kind: 'answer', id, value: await handler(params) });
    } catch (error) {
      void post({ kind: 'rejection', id, code: codeOf(error), message: textOf(error) });
    }
  };

  return {
    remote: remoteOf(options.outgoing, ask, (name, params) => void post({ kind: 'notice', name, params })),
    receive(message) {
      if (!isEnvelope(message)) return;
      switch (message.kind) {
        case 'question':
          void reply(message.id, message.name, message.params);
          break;
        case 'notice':
          void handlerOf(options.handlers, message.name)(message.params);
          break;
        case 'answer':
          waiting.get(message.id)?.resolve(message.value);
          waiting.delete(message.id);
          break;
        case 'rejection':
          reject(message.id, new RemoteError(message.code, message.message));
          break;
      }
    },
    dispose() {
      for (const id of [...waiting.keys()]) reject(id, notDelivered());
    },
  };
}

function remoteOf<C extends Contract>(
  contract: C,
  ask: (name: string, params: unknown) => Promise<unknown>,
  tell: (name: string, params: unknown) => void,
): Remote<C> {
  const entries = Object.entries(contract).map(([name, { kind }]) => [
    name,
    kind === 'question' ? (params: unknown) => ask(name, params) : (params: unknown) => tell(name, params),
  ]);
  // Both ends are compiled from the same contract, which is all that the types of parameters and answers rest on.
  return Object.fromEntries(entries) as Remote<C>;
}

function handlerOf<C extends Contract>(handlers: Handlers<C>, name: string): (params: unknown) => unknown {
  if (!Object.hasOwn(handlers, name))
    throw new RemoteError('UnknownMessage', `There is no message "${name}".`);
  return handlers[name] as (params: unknown) => unknown;
}

function isEnvelope(message: unknown): message is Envelope {
  if (typeof message !== 'object' || message === null || !('kind' in message)) return false;
  switch (message.kind) {
    case 'question':
      return 'id' in message && typeof message.id === 'number' && 'name' in message;
    case 'notice':
      return 'name' in message;
    case 'answer':
    case 'rejection':
      return 'id' in message && typeof message.id === 'number';
    default:
      return false;
  }
}

function notDelivered(): RemoteError {
  return new RemoteError('NotDelivered', 'The other side has closed.');
}

function codeOf(error: unknown): string {
  return error instanceof Failure || error instanceof RemoteError ? error.code : 'Unexpected';
}

function textOf(error: unknown): string {
  if (error instanceof Failure) return error.sentence;
  return error instanceof Error ? error.message : String(error);
}
