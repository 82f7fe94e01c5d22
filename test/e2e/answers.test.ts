import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { FrameLocator, Locator } from 'playwright-core';
import { eventually } from '../support/eventually.ts';
import { closeInOrder } from './support/closeInOrder.ts';
import { ScriptedService } from './support/scriptedService.ts';
import type { WorkbenchWindow } from './support/window.ts';
import { Workbench } from './support/workbench.ts';
import { keylessWorkspace } from './support/workspaces.ts';

const file = 'people.rrs.json';
const rowCount = 40;
const secret = 'correct-horse-battery';

const people = Array.from({ length: rowCount }, (_, i) => [`person ${i + 1}`, String(20 + i)]);

/** The age comes back, so that it is not shown twice; two columns share a name. */
function scoredAnswer(shift = 0): object {
  const rows = people.map(([, age], i) => {
    const probability = ((i * 37) % 100) / 100 + (i === 4 ? shift : 0);
    return [
      age,
      probability > 0.5 ? 'True' : 'False',
      String(probability),
      i === 2 ? null : i === 3 ? '' : `n${i}`,
      'x',
    ];
  });
  return {
    Results: {
      output1: {
        type: 'table',
        value: {
          ColumnNames: ['age', 'Scored Labels', 'Scored Probabilities', 'note, free', 'note, free'],
          ColumnTypes: ['Int32', 'Boolean', 'Double', 'String', 'String'],
          Values: rows,
        },
      },
      output2: { type: 'table', value: { Values: [['data:text/plain,[1] "Execution OK"\r\n', null]] } },
    },
  };
}

describe('answers', () => {
  const service = new ScriptedService();
  let workbench: Workbench;
  let window: WorkbenchWindow;
  let editor: FrameLocator;

  before(async () => {
    workbench = await Workbench.start({
      settings: {
        'azuremlServices.workspaces': {
          Scripted: keylessWorkspace(await service.listen(), 'Scorer'),
        },
      },
    });
    ({ window } = workbench);
    editor = window.editors.webview();
    const request = {
      workspace: 'Scripted',
      service: 'Scorer',
      inputs: { input1: { ColumnNames: ['name', 'age'], Values: people } },
      globalParameters: { 'Database password': secret },
    };
    await writeFile(join(workbench.host.workspace, file), JSON.stringify(request, undefined, 2));
    // A file that is opened before the extension is known opens as text.
    await window.palette.search('Azure ML: Show history');
    await window.quickInput.cancel();
    await window.sideBar.getByText(file).dblclick();
    await button('Send').waitFor();
  });

  after(() => closeInOrder(workbench, service));

  const button = (name: string): Locator => editor.getByRole('button', { name, exact: true });
  const grid = (): Locator => editor.getByRole('grid', { name: 'Rows of output1' });
  const titles = (): Promise<string[]> => grid().locator('.grid-name').allTextContents();
  const rowTexts = async (): Promise<string[][]> =>
    Promise.all(
      (await grid().getByRole('row').all())
        .slice(1)
        .map((row) => row.getByRole('gridcell').allTextContents()),
    );
  const firstRows = async (count: number): Promise<string[][]> => (await rowTexts()).slice(0, count);

  async function send(): Promise<void> {
    await button('Send').click();
  }

  it('stand beside the rows that they belong to', async () => {
    service.answer(scoredAnswer());
    await send();
    await eventually('the sent column in front', async () => (await titles())[0] === 'name');
    assert.deepEqual(await titles(), ['name', 'age', 'Scored Labels', 'Scored Probabilities', 'note, free', 'note, free']); // prettier-ignore
    assert.deepEqual(await firstRows(4), [
      ['person 1', '20', 'False', '0', 'n0', 'x'],
      ['person 2', '21', 'False', '0.37', 'n1', 'x'],
      ['person 3', '22', 'True', '0.74', 'null', 'x'],
      ['person 4', '23', 'False', '0.11', '', 'x'],
    ]);
    await window.screenshot('answer-table');
    await editor.getByLabel('Sent columns').uncheck();
    await eventually('no sent column', async () => (await titles())[0] === 'age');
    await editor.getByLabel('Sent columns').check();
  });

  it('sort by a click on a title and by the keyboard', async () => {
    await grid()
      .getByRole('columnheader', { name: /Scored Probabilities/ })
      .click();
    await eventually('the lowest first', async () => (await firstRows(1))[0]?.[3] === '0');
    await grid()
      .getByRole('columnheader', { name: /Scored Probabilities/ })
      .click();
    await eventually('the highest first', async () => (await firstRows(1))[0]?.[3] === '0.99');
    assert.equal(
      await grid()
        .getByRole('columnheader', { name: /Scored Probabilities/ })
        .getAttribute('aria-sort'),
      'descending',
    );
    // The row keeps the number that it was sent under.
    assert.equal(await grid().locator('.grid-number').first().textContent(), '28');
    await grid().focus();
    await window.page.keyboard.press('Home');
    await window.page.keyboard.press('Alt+ArrowUp');
    await eventually('the first person', async () => (await firstRows(1))[0]?.[0] === 'person 1');
    await grid().focus();
    await window.page.keyboard.press('Alt+ArrowUp');
  });

  it('are filtered by a word and by a comparison', async () => {
    await editor.getByLabel('Filter rows').fill('person 3');
    await editor.getByText('11 of 40 rows').waitFor();
    await button('Add condition').click();
    await editor.getByLabel('Column', { exact: true }).selectOption({ label: 'Scored Probabilities' });
    await editor.getByLabel('Comparison', { exact: true }).selectOption({ label: '≥' });
    await editor.getByLabel('Value', { exact: true }).fill('0.5');
    await eventually('fewer rows', async () =>
      (await rowTexts()).every((row) => row[0]?.startsWith('person 3') && Number(row[3]) >= 0.5),
    );
    await window.screenshot('answer-filtered');
  });

  it('are copied and saved as they are shown', async () => {
    const shown = await rowTexts();
    await button('Copy table').click();
    const copied = await eventually('copied table', async () => {
      const text = await window.page.evaluate(() => navigator.clipboard.readText());
      return text.startsWith('name\t') ? text : undefined;
    });
    assert.equal(copied.split('\n').length, shown.length + 1);
    await button('Save table as…').click();
    const target = join(workbench.host.workspace, 'scored.csv');
    await window.quickInput.enterPath(target);
    const lines = await eventually('saved table', async () => {
      const saved = (await readFile(target, 'utf8')).trimEnd().split('\r\n');
      return saved.length > shown.length ? saved : undefined;
    });
    assert.equal(lines[0], 'name,age,Scored Labels,Scored Probabilities,"note, free","note, free"');
    assert.deepEqual(
      lines.slice(1).map((line) => line.split(',')[0]),
      shown.map(([name]) => name),
    );
    await editor.getByLabel('Filter rows').fill('');
    await button('Remove condition').click();
    await editor.locator('.table-rows', { hasText: /^40 rows$/ }).waitFor();
  });

  it('have a histogram of the score, in words too', async () => {
    const chart = editor.getByRole('img', {
      name: /Histogram of Scored Probabilities: 40 values from 0 to 0.99/,
    });
    await chart.waitFor();
    assert.equal(await chart.locator('rect').count(), 7);
  });

  it('show the log of a script as text', async () => {
    await editor.getByRole('tab', { name: /output2/ }).click();
    await editor.getByText('[1] "Execution OK"').waitFor();
    await editor.getByRole('tab', { name: /output1/ }).click();
  });

  it('are compared with an earlier one, cell by cell and as text', async () => {
    service.answer(scoredAnswer(0.25));
    await send();
    await eventually('the second answer', async () => (await firstRows(5))[4]?.[3] === '0.73');
    await button('Compare with…').click();
    await window.quickInput.waitFor({ title: 'Compare with an earlier answer' });
    await eventually('the earlier answer', async () => (await window.quickInput.entries()).some(({ label }) => label === '200 OK')); // prettier-ignore
    await window.quickInput.pick('200 OK');
    await editor
      .getByText('1 cells in 1 rows differ')
      .or(editor.getByText('Differing cells: 2, rows: 1'))
      .waitFor();
    await editor.getByText('0.73 (was 0.48)').waitFor();
    await window.screenshot('answer-compared');
    await button('Compare as text').click();
    await window.page.locator('.tab.active', { hasText: '↔' }).waitFor();
    await window.page.locator('.monaco-diff-editor .view-lines').first().waitFor();
    await window.runCommand('View: Close Editor');
    await window.editors.waitForActive(file);
    await button('End comparison').click();
    await editor.getByRole('tab', { name: 'Comparison' }).waitFor({ state: 'hidden' });
  });

  it('open as documents that cannot be changed', async () => {
    await button('Open as document').click();
    await window.editors.waitForActive(/answer/);
    const text = await window.editors.text();
    assert.deepEqual(JSON.parse(text), scoredAnswer(0.25));
    await window.runCommand('View: Close Editor');
    await window.editors.waitForActive(file);
  });

  it('say what is wrong in which module, and take the JSON in a message apart', async () => {
    const message =
      'Score failed. {"Exception":{"ErrorId":"LibraryException","ErrorCode":"1000","Message":"no column \\"age\\""}}';
    service.answer(
      { error: { code: 'ModuleExecutionError', message: 'Module failed', details: [{ code: '85', target: 'Score Model', message }] } }, // prettier-ignore
      400,
    );
    workbench.health.expect(/400/);
    await send();
    await editor.getByText(/in "Score Model": no column "age"/).waitFor();
    await button('Show details').click();
    await editor.getByText('LibraryException', { exact: true }).waitFor();
    assert.equal(await editor.locator('.failure-origin').textContent(), 'Service');
    await window.screenshot('answer-module-error');
    await button('Hide details').click();
  });

  it('count down to the next try of a full service, and make it', async () => {
    service.answer({ error: { code: 'ServiceUnavailable', message: 'busy', details: [] } }, 503, { 'Retry-After': '8' }); // prettier-ignore
    workbench.health.expect(/503/);
    await send();
    const called = once(service, 'called');
    await editor.getByRole('button', { name: /^Retry in \d s$/ }).click();
    await editor.getByText(/Sending again in \d s…/).waitFor();
    await window.screenshot('answer-retry');
    service.answer(scoredAnswer());
    await called;
    await grid().waitFor();
  });

  it('do not send again once the wait is cancelled', async () => {
    service.answer({ error: { code: 'ServiceUnavailable', message: 'busy', details: [] } }, 503, { 'Retry-After': '60' }); // prettier-ignore
    await send();
    await editor.getByRole('button', { name: /^Retry in/ }).click();
    const before = service.bodies.length;
    await button('Cancel retry').click();
    await editor.getByRole('button', { name: /^Retry in/ }).waitFor();
    assert.equal(service.bodies.length, before);
  });

  it('tell when a gateway takes calls again, and how many are left', async () => {
    service.answer(
      { statusCode: 403, message: 'Out of call volume quota. Quota will be replenished in 05:03:23.' },
      403,
      { 'x-remaining': '0', 'x-total': '20' },
    );
    workbench.health.expect(/403/);
    await send();
    await editor.getByText(/Worth trying again in 5 h [23] min/).waitFor();
    await editor.getByText('0 of 20 calls left').waitFor();
    assert.equal(await editor.locator('.failure-origin').textContent(), 'Gateway');
    await window.screenshot('answer-quota');
  });

  it('send the same again whatever was edited meanwhile', async () => {
    service.answer(scoredAnswer());
    const last = service.bodies.at(-1);
    const called = once(service, 'called');
    await button('Send again').first().click();
    await called;
    assert.equal(service.bodies.at(-1), last);
    await grid().waitFor();
  });

  it('are told from other JSON, and run nothing of what is in them', async () => {
    service.answer({ message: 'hello' });
    await send();
    await editor.getByText(/The answer has no "Results"/).waitFor();
    const names = ['<img src=x onerror="document.title=1">', 'b'];
    service.answer({ Results: { output1: { type: 'table', value: { ColumnNames: names, Values: [['<b>bold</b>', '"']] } } } }); // prettier-ignore
    await send();
    await grid().getByText('<b>bold</b>', { exact: true }).waitFor();
    assert.equal(await editor.locator('img, b').count(), 0);
    assert.equal((await titles())[0], names[0]);
  });

  it('of a size that no window takes go to a file', async () => {
    const row = Buffer.from(`${JSON.stringify(['x'.repeat(996)])},`.repeat(1_000));
    service.reply = async (response) => {
      response.write('{"Results":{"output1":{"type":"table","value":{"ColumnNames":["text"],"Values":[');
      for (let i = 0; i < 60; i++) if (!response.write(row)) await once(response, 'drain');
      response.end('["end"]]}}}}');
    };
    await send();
    await editor.getByText(/The answer has 60\.\d MB/).waitFor();
    await editor.getByText(/The first [\d,.]+ rows/).waitFor();
    await window.screenshot('answer-file');
    const folder = join(
      workbench.host.userData,
      'data/User/globalStorage/azureml-services.azureml-services/answers',
    );
    const [name = ''] = await readdir(folder);
    assert.ok((await stat(join(folder, name))).size > 60_000_000);
    await button('Show in folder').click();
    await (await window.notifications.waitFor(name)).click('Copy path');
    await eventually('the path', async () => {
      return (await window.page.evaluate(() => navigator.clipboard.readText())) === join(folder, name);
    });
    workbench.health.expect(/because it is very large/);
    await button('Open file').click();
    await window.editors.waitForActive(name);
    await window.page.getByText('Open Anyway').waitFor();
    await window.runCommand('View: Close Editor');
    await window.editors.waitForActive(file);
    await button('Save answer as…').first().click();
    const target = join(workbench.host.workspace, 'large.json');
    await window.quickInput.enterPath(target);
    await eventually('a copy of the file', async () => {
      const size = await stat(target).then(({ size }) => size, () => 0); // prettier-ignore
      return size === (await stat(join(folder, name))).size;
    });
    await button('Save whole table as…').click();
    const table = join(workbench.host.workspace, 'large.csv');
    await window.quickInput.enterPath(table);
    const csv = await eventually('the whole table', async () => {
      const text = await readFile(table, 'utf8').catch(() => '');
      return text.endsWith('\nend\r\n') ? text : undefined;
    });
    assert.equal(csv.split('\r\n').length, 60_003);
    service.answer(scoredAnswer());
    await send();
    await grid().getByText('person 1', { exact: true }).waitFor();
    await eventually('no file any more', async () => (await readdir(folder)).length === 0);
  });

  it('are in the history: searched, pinned, deleted and opened again', async () => {
    await button('Show history…').click();
    await window.quickInput.waitFor({ title: 'History of Scorer' });
    const entries = await eventually('entries', async () => {
      const all = await window.quickInput.entries();
      return all.length > 5 ? all : undefined;
    });
    assert.match(entries[0]?.detail ?? '', /^person 1, 20, person 2/);
    await window.screenshot('history');
    await window.quickInput.input.fill('403');
    await eventually('the entry of the gateway', async () => {
      const found = await window.quickInput.entries();
      return found.length === 1 && found[0]?.detail.includes('GatewayQuotaExceeded');
    });
    const row = window.quickInput.widget.locator('.quick-input-list .monaco-list-row').first();
    await row.hover();
    await row.locator('.action-label[aria-label="Pin"]').click();
    await row.locator('.action-label[aria-label="Unpin"]').waitFor();
    await window.quickInput.input.press('Enter');
    await window.editors.waitForActive(/Scorer \d\d\.\d\d\.\d\d/);
    await editor.getByText(/From the history/).waitFor();
    await editor.getByText(/quota of this subscription/).waitFor();
    await window.screenshot('history-opened');
    await window.editors.activate(file);
    await grid().getByText('person 1', { exact: true }).waitFor();
  });

  it('survive a reload, without secrets, and go when they are cleared', async () => {
    await window.reload();
    await window.runCommand('Azure ML: Show history…');
    await window.quickInput.waitFor({ placeholder: 'Search requests and answers, and open one' });
    const row = window.quickInput.row(/403/).first();
    await row.waitFor();
    await row.hover();
    await row.locator('.action-label[aria-label="Unpin"]').waitFor();
    await row.locator('.action-label[aria-label="Delete"]').click();
    await window.quickInput.row(/403/).waitFor({ state: 'detached' });
    await window.quickInput.clickButton('Clear history');
    await window.dialog.click('Clear history');
    const folder = join(workbench.host.userData, 'data/User/globalStorage/azureml-services.azureml-services');
    await eventually('an empty history', async () => {
      const names = await readdir(join(folder, 'history'), { recursive: true });
      return !names.some((name) => name.endsWith('.json'));
    });
    for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
      const path = join(entry.parentPath, entry.name);
      if (entry.isFile()) assert.ok(!(await readFile(path, 'utf8')).includes(secret), path);
    }
  });
});
