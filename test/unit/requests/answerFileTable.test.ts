import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeFileTable } from '../../../src/requests/answerFileTable.ts';
import { JsonElements } from '../../../src/requests/jsonElements.ts';

describe('the table of an answer in a file', () => {
  let folder = '';
  beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), 'table-'))));
  afterEach(() => rm(folder, { recursive: true, force: true }));

  async function written(answer: unknown, columns: string[]): Promise<{ text: string; rows: number }> {
    const [file, target] = [join(folder, 'answer.json'), join(folder, 'table.csv')];
    await writeFile(file, JSON.stringify(answer));
    const rows = await writeFileTable(target, { file, output: 'o', columns, delimiter: ',' });
    return { text: await readFile(target, 'utf8'), rows };
  }

  const decoy = { type: 'table', value: { ColumnNames: ['a'], Values: [['not mine']] } };

  it('has all rows of its output, in both forms', async () => {
    const values = Array.from({ length: 20_000 }, (_, i) => [String(i), i % 2 ? null : 'a "]}", ä']);
    const expected = values.map(([n, text]) => `${n ?? ''},${text == null ? '' : '"a ""]}"", ä"'}\r\n`);
    const table = { type: 'table', value: { ColumnNames: ['n', 't'], Values: values } };
    const first = await written({ Results: { p: decoy, o: table, q: decoy } }, ['n', 't']);
    assert.equal(first.text, ['n,t\r\n', ...expected].join(''));
    assert.equal(first.rows, 20_000);
    const objects = values.map(([n, t]) => ({ t, n }));
    const second = await written({ Results: { o: objects, p: [{ n: 'not mine' }] } }, ['n', 't']);
    assert.equal(second.text, first.text);
  });

  it('writes numbers and booleans as the service does', async () => {
    const { text } = await written({ Results: { o: { Values: [[1.5, true, null]] } } }, ['a', 'b', 'c']);
    assert.equal(text, 'a,b,c\r\n1.5,true,\r\n');
  });

  it('stops when it is cancelled', async () => {
    const controller = new AbortController();
    const file = join(folder, 'answer.json');
    await writeFile(file, JSON.stringify({ Results: { o: [['x'.repeat(3_000_000)]] } }));
    const options = { file, output: 'o', columns: ['a'], delimiter: ',' as const, signal: controller.signal };
    const writing = writeFileTable(join(folder, 'a.csv'), {
      ...options,
      onProgress: () => controller.abort(),
    });
    await assert.rejects(writing, { name: 'AbortError' });
  });

  it('does not depend on where the pieces end', () => {
    const text = '{"a\\"b":{"x":[1,[2,"]"]]},"rows":[["\\\\","[\\""],{"k":{"l":[3]}}]}';
    for (const size of [1, 2, 3, 7, 100]) {
      const found: string[] = [];
      const elements = new JsonElements(
        ([name, index]) => name === 'rows' && index !== undefined,
        (value) => found.push(value),
      );
      for (let at = 0; at < text.length; at += size) elements.write(text.slice(at, at + size));
      assert.deepEqual(found, ['["\\\\","[\\""]', '{"k":{"l":[3]}}'], `pieces of ${size}`);
    }
  });
});
