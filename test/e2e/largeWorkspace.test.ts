import assert from 'node:assert/strict';
import { eventually } from '../support/eventually.ts';
import { manyServices } from '../support/manyServices.ts';
import { closeInOrder } from './support/closeInOrder.ts';
import { giveWorkspaceToken, listedWorkspace } from './support/giveWorkspaceToken.ts';
import { OwnService } from './support/ownService.ts';
import type { Tree, TreeRow } from './support/tree.ts';
import { Workbench } from './support/workbench.ts';

const count = 10_000;
const children = ['RRS Execute', 'BES Submit', 'Jobs'];

describe('a workspace with 10,000 services', () => {
  let own: OwnService;
  let workbench: Workbench;
  let tree: Tree;
  const namesake = 'Scorer 4321';

  before(async () => {
    const services = manyServices(count);
    const again = services.filter(({ schema }) => schema.title === namesake);
    own = await OwnService.start({ services: [...services, ...again] });
    workbench = await Workbench.start({ settings: listedWorkspace('Large', own) });
    tree = workbench.window.tree('Web services');
    await giveWorkspaceToken(workbench.window, 'Large', own);
  });
  after(() => closeInOrder(workbench, own));

  const listedEndpoints = (): number => own.count('GET', /\/endpoints$/);
  const focused = async (): Promise<string> => {
    const row = tree.pane.locator('.monaco-list:focus .monaco-list-row.focused .label-name');
    return (await row.count()) === 1 ? ((await row.textContent()) ?? '') : '';
  };
  const find = async (text: string, label: string): Promise<void> => {
    const { window } = workbench;
    await window.runCommand('Azure ML: Find service…');
    await window.quickInput.fill(text, { title: 'Find service' });
    await window.quickInput.pick(label);
    await eventually(`${label} in focus`, async () => (await focused()) === label);
  };
  /** Waits until a service is drawn with all that is in it. */
  const opened = (test: (row: TreeRow) => boolean): Promise<TreeRow[]> =>
    eventually('an opened service', async () => {
      const rows = await tree.rows();
      const at = rows.findIndex(test);
      const below = rows.slice(at + 1, at + 1 + children.length).map(({ label }) => label);
      return at >= 0 && below.join() === children.join() ? rows : undefined;
    });

  it('finds a service in a tree in which nothing is expanded, and opens it', async () => {
    await find('Scorer 7351', 'Scorer 7351');
    const rows = await opened(({ label }) => label === 'Scorer 7351');
    const at = rows.findIndex(({ label }) => label === 'Scorer 7351');
    assert.equal(rows[at]?.level, 3);
    assert.ok(rows.some(({ label }) => label === 'Scorer 7350'));
    assert.ok(rows.some(({ label }) => label === 'Scorer 7352'));
    assert.equal(listedEndpoints(), 1);
    await workbench.window.screenshot('found-service');
  });

  it('has them in pages, by name, for the keyboard too', async () => {
    const { keyboard } = workbench.window.page;
    await workbench.window.clickViewAction('Collapse All');
    await eventually('a closed workspace', async () => (await tree.rows()).every(({ level }) => level === 1));
    const page = 'Scorer 201 … Scorer 400';
    const first = 'Scorer 201';
    await tree.find(['Large', 'Scorer 1 … Scorer 200']);
    await tree.find(['Large', page]);
    await tree.select(['Large', page]);
    await keyboard.press('ArrowRight');
    const labels = await eventually('services of the page', async () => {
      const rows = await tree.rows();
      return rows.some(({ label }) => label === first) ? rows.map(({ label }) => label) : undefined;
    });
    assert.deepEqual(labels.slice(labels.indexOf(page) + 1).slice(0, 2), [first, 'Scorer 202']);
    await keyboard.press('ArrowDown');
    await eventually(`${first} in focus`, async () => (await focused()) === first);
    await keyboard.press('ArrowRight');
    await opened(({ label }) => label === first);
    assert.equal(await focused(), first);
    await keyboard.press('ArrowDown');
    await eventually('the operation in focus', async () => (await focused()) === 'RRS Execute');
    await keyboard.press('Enter');
    const editor = workbench.window.editors.webview();
    await editor.getByRole('button', { name: 'Send', exact: true }).waitFor();
    await workbench.window.screenshot('service-pages');
  });

  it('tells services of one name apart by their ids', async () => {
    const [, second] = own.description.services.filter(({ name }) => name === namesake);
    assert.ok(second);
    await find(second.serviceId, namesake);
    await opened(
      ({ label, description }) => label === namesake && description === second.serviceId.slice(0, 8),
    );
  });
});
