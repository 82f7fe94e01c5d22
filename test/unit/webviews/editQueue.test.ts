import assert from 'node:assert/strict';
import { readRequest, editRequest } from '../../../src/shared/requestData.ts';
import type { JsonEdit } from '../../../src/shared/jsonEdits.ts';
import { edited, type DocumentState } from '../../../src/shared/requestEditorContract.ts';
import { EditQueue, type EditTarget } from '../../../src/webviews/document/editQueue.ts';

type Ground = Extract<DocumentState, { kind: 'request' }>;

/** An extension that makes the edits when it is told to. */
class Extension implements EditTarget<DocumentState> {
  readonly batches: (readonly JsonEdit[] | string)[] = [];
  state: Ground = {
    kind: 'request',
    version: 1,
    bodyText: '',
    bodyCut: false,
    ...readRequest({ workspace: 'w' }),
  };
  #answers: (() => void)[] = [];
  #asked: (() => void)[] = [];

  edit({ edits }: { readonly edits: readonly JsonEdit[] }): Promise<DocumentState> {
    return this.#later(edits, () => ({ ...this.state, data: editRequest(this.state.data, edits) }));
  }

  setBody({ text }: { readonly text: string }): Promise<DocumentState> {
    return this.#later(text, () => ({ ...this.state, bodyText: text }));
  }

  /** Resolves once a batch is there that waits for its answer. */
  asked(): Promise<void> {
    return this.#answers.length > 0 ? Promise.resolve() : new Promise((resolve) => this.#asked.push(resolve));
  }

  answer(): void {
    this.#answers.shift()?.();
  }

  #later(batch: readonly JsonEdit[] | string, change: () => Ground): Promise<DocumentState> {
    this.batches.push(batch);
    return new Promise((resolve) => {
      this.#answers.push(() => {
        this.state = { ...change(), version: this.state.version + 1 };
        resolve(this.state);
      });
      for (const tell of this.#asked.splice(0)) tell();
    });
  }
}

function service(value: string): JsonEdit {
  return { kind: 'set', path: ['service'], value };
}

function shown(queue: EditQueue<DocumentState>): string {
  const { document } = queue;
  assert.equal(document.kind, 'request');
  return document.data.service;
}

function queueOn(extension: Extension, refusals: unknown[] = []): EditQueue<DocumentState> {
  return new EditQueue<DocumentState>(
    extension.state,
    extension,
    edited,
    () => undefined,
    (error) => refusals.push(error),
  );
}

describe('the edit queue', () => {
  it('shows what is typed at once and sends it as one step when it rests', async () => {
    const extension = new Extension();
    const queue = queueOn(extension);
    for (const text of ['a', 'ab', 'abc']) queue.add([service(text)], 'typing');
    assert.equal(shown(queue), 'abc');
    assert.deepEqual(extension.batches, []);
    await extension.asked();
    assert.deepEqual(extension.batches, [[service('abc')]]);
    extension.answer();
    await queue.flush();
    assert.equal(extension.state.data.service, 'abc');
  });

  it('sends one batch after the other and keeps what is typed meanwhile on top', async () => {
    const extension = new Extension();
    const queue = queueOn(extension);
    queue.add([service('one')]);
    await extension.asked();
    queue.add([service('two')]);
    assert.equal(extension.batches.length, 1);
    extension.answer();
    await extension.asked();
    assert.equal(shown(queue), 'two');
    assert.deepEqual(extension.batches, [[service('one')], [service('two')]]);
    extension.answer();
    await queue.flush();
  });

  it('does not show an insertion twice when the document is told before the answer', async () => {
    const extension = new Extension();
    const queue = queueOn(extension);
    queue.add([{ kind: 'set', path: ['inputs'], value: { i: [] } }]);
    await extension.asked();
    extension.answer();
    await queue.flush();
    queue.add([{ kind: 'insert', path: ['inputs', 'i', 0], value: { a: 1 } }]);
    await extension.asked();
    const told: Ground = {
      ...extension.state,
      version: 9,
      data: { ...extension.state.data, inputs: { i: [{ a: 1 }] } },
    };
    queue.receive(told);
    assert.equal(
      queue.document.kind === 'request' && JSON.stringify(queue.document.data.inputs),
      '{"i":[{"a":1}]}',
    );
    extension.answer();
    await queue.flush();
  });

  it('follows the document when nothing is on its way, and never back to an older one', () => {
    const extension = new Extension();
    const queue = queueOn(extension);
    const at = (version: number, name: string): Ground => ({
      ...extension.state,
      version,
      data: { ...extension.state.data, service: name },
    });
    queue.receive(at(5, 'new'));
    queue.receive(at(4, 'old'));
    assert.equal(shown(queue), 'new');
  });

  it('sends each complete change as a step of its own, though the one before is not answered yet', async () => {
    const extension = new Extension();
    const queue = queueOn(extension);
    for (const value of ['one', 'two', 'three']) queue.add([service(value)]);
    const flushed = queue.flush();
    for (let i = 0; i < 3; i++) {
      await extension.asked();
      extension.answer();
    }
    await flushed;
    assert.deepEqual(extension.batches, [[service('one')], [service('two')], [service('three')]]);
  });

  it('makes a change itself that the extension has made in the very document it was for', async () => {
    const extension = new Extension();
    const versions: number[] = [];
    const queue = new EditQueue<DocumentState>(
      extension.state,
      {
        edit: ({ version }) => {
          versions.push(version);
          return Promise.resolve({ kind: 'applied', version: version + 1 });
        },
        setBody: () => Promise.reject(new Error('no')),
      },
      edited,
      () => undefined,
      () => undefined,
    );
    queue.add([service('one')]);
    queue.add([service('two')]);
    await queue.flush();
    assert.deepEqual([shown(queue), versions, queue.document.version], ['two', [1, 2], 3]);
  });

  it('goes back to the document and tells when a change is refused', async () => {
    const refusals: unknown[] = [];
    const extension = new Extension();
    const queue = new EditQueue<DocumentState>(
      extension.state,
      { edit: () => Promise.reject(new Error('read-only')), setBody: () => Promise.reject(new Error('no')) },
      edited,
      () => undefined,
      (error) => refusals.push(error),
    );
    queue.add([service('x')]);
    await queue.flush();
    assert.equal(shown(queue), '');
    assert.equal(refusals.length, 1);
  });

  it('keeps the order of fields and body text', async () => {
    const extension = new Extension();
    const queue = queueOn(extension);
    queue.add([service('s')], 'typing');
    queue.setBody('{');
    queue.setBody('{}');
    assert.equal(queue.bodyText, '{}');
    const flushed = queue.flush();
    await extension.asked();
    extension.answer();
    await extension.asked();
    extension.answer();
    await flushed;
    assert.deepEqual(extension.batches, [[service('s')], '{}']);
    assert.equal(queue.bodyText, undefined);
  });
});
