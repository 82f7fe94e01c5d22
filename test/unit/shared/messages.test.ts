import assert from 'node:assert/strict';
import { Failure } from '../../../src/protocol/failure.ts';
import {
  connect,
  inquiry,
  notice,
  question,
  RemoteError,
  type Handlers,
} from '../../../src/shared/messages.ts';

const toHost = {
  add: question<{ a: number; b: number }, number>(),
  hello: inquiry<string>(),
  note: notice<string>(),
};
const toView = { flush: question() };

/** Two ends whose messages go through structured cloning, as they do between the extension and a webview. */
function pair(handlers: Partial<Handlers<typeof toHost>> = {}) {
  const notes: string[] = [];
  const host = connect({
    incoming: toHost,
    outgoing: toView,
    handlers: {
      add: ({ a, b }) => a + b,
      hello: () => 'hello',
      note: (text) => void notes.push(text),
      ...handlers,
    },
    post: (message) => deliver(() => view.receive(structuredClone(message))),
  });
  const view = connect({
    incoming: toView,
    outgoing: toHost,
    handlers: { flush: () => undefined },
    post: (message) => deliver(() => host.receive(structuredClone(message))),
  });
  return { host, view, notes };
}

function deliver(receive: () => void): Promise<boolean> {
  return Promise.resolve().then(() => {
    receive();
    return true;
  });
}

describe('messages', () => {
  it('answer questions, several at once', async () => {
    const { view, host } = pair();
    const answers = await Promise.all([
      view.remote.add({ a: 1, b: 2 }),
      view.remote.hello(),
      host.remote.flush(),
    ]);
    assert.deepEqual(answers, [3, 'hello', undefined]);
  });

  it('deliver notices in order', async () => {
    const { view, notes } = pair();
    view.remote.note('one');
    view.remote.note('two');
    await view.remote.hello();
    assert.deepEqual(notes, ['one', 'two']);
  });

  it('reject a question with the sentence and the code of the failure behind it', async () => {
    const failure = new Failure({ code: 'NoWay', origin: 'client', sentence: 'It does not go.' });
    const { view } = pair({ hello: () => Promise.reject(failure) });
    await assert.rejects(view.remote.hello(), (error: RemoteError) => {
      assert.equal(error.code, 'NoWay');
      assert.equal(error.message, 'It does not go.');
      return true;
    });
  });

  it('reject a question that nobody got', async () => {
    const link = connect({
      incoming: toHost,
      outgoing: toView,
      handlers: { add: () => 0, hello: () => '', note: () => undefined },
      post: () => Promise.resolve(false),
    });
    await assert.rejects(link.remote.flush(), { code: 'NotDelivered' });
  });

  it('reject what still waits when a side is disposed', async () => {
    const { host, view } = pair({ hello: () => new Promise(() => undefined) });
    const waiting = view.remote.hello();
    await host.remote.flush();
    view.dispose();
    await assert.rejects(waiting, { code: 'NotDelivered' });
  });

  it('reject a question that the other side does not know, and ignore what is no message', async () => {
    const { host } = pair();
    const posted: unknown[] = [];
    const lone = connect({
      incoming: toHost,
      outgoing: { unknown: question() },
      handlers: { add: () => 0, hello: () => '', note: () => undefined },
      post: (message) => {
        posted.push(message);
        return undefined;
      },
    });
    for (const noise of [null, 'text', { kind: 'other' }, { kind: 'question', name: 'add' }])
      lone.receive(noise);
    assert.deepEqual(posted, []);
    lone.receive({ kind: 'question', id: 1, name: 'toString', params: undefined });
    await host.remote.flush();
    assert.deepEqual(posted, [
      { kind: 'rejection', id: 1, code: 'UnknownMessage', message: 'There is no message "toString".' },
    ]);
  });
});
