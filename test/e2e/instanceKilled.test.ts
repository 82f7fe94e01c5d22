import assert from 'node:assert/strict';
import type { Arm } from '../support/arm/index.ts';
import { eventually } from '../support/eventually.ts';
import { killExtensionHost } from './support/extensionHost.ts';
import { holdDuring } from './support/holdDuring.ts';
import { answerCreation, workRecords } from './support/instanceWork.ts';
import { type SignedIn, startSignedIn } from './support/signedIn.ts';
import type { WorkbenchWindow } from './support/window.ts';
import type { Workbench } from './support/workbench.ts';

const creating = (name: string): RegExp => new RegExp(`API Management: creating ${name}… \\d+:\\d\\d`);
const changing = /API Management: changing demoazureml to Basic… \d+:\d\d/;

/** What was begun with an instance is ended and told once, whatever becomes of the windows. */
describe('an instance of API Management whose window is killed', () => {
  let signedIn: SignedIn;
  let arm: Arm;
  let workbench: Workbench;
  let window: WorkbenchWindow;

  before(async () => {
    signedIn = await startSignedIn({ async: { retryAfter: 1 } });
    ({ arm, workbench } = signedIn);
    ({ window } = workbench);
  });
  after(() => signedIn.close());

  const write = (method: 'PUT' | 'PATCH', name: string): RegExp =>
    new RegExp(`^${method} .*/service/${name}$`);
  /** How the writes to an instance were answered so far. */
  const answersTo = (writes: RegExp): readonly number[] =>
    arm.requests.filter(({ method, path }) => writes.test(`${method} ${path}`)).map(({ status }) => status);
  const arrived = (writes: RegExp, times = 1): Promise<boolean> =>
    eventually(`${String(writes)} at the server`, () => answersTo(writes).length >= times);
  /** Waits until somebody asks how far Azure is. */
  const lookedAt = (url: RegExp): Promise<boolean> => {
    const before = arm.requests.length;
    return eventually('a look', () => arm.requests.slice(before).some(({ path }) => url.test(path)));
  };

  /** Has everything answered but the question whether to create it. */
  async function prepareCreation(name: string, { quickInput, dialog, palette } = window): Promise<void> {
    await palette.run('Azure ML: Create API Management instance…');
    if (signedIn.signIn.tokens.length === 0) await dialog.click('Allow');
    await answerCreation(quickInput, { name, resourceGroup: 'rg1' });
  }
  const create = ({ dialog } = window): Promise<void> => dialog.click('Create instance');

  async function prepareChange(tier: string): Promise<void> {
    await window.runCommand('Azure ML: Change pricing tier…');
    await window.quickInput.pick('demoazureml', { placeholder: 'API Management instance' });
    await window.quickInput.pick(tier, { placeholder: 'Pricing tier' });
    await window.quickInput.accept({ message: `Units of ${tier}` });
  }
  const change = (): Promise<void> => window.dialog.click('Change tier');

  /** The end is told by one notification, and nothing is left to be followed. */
  async function assertToldOnce(name: string, expected: RegExp, windows = [window]): Promise<void> {
    await eventually('the word', async () => (await wordsAbout(name, windows)).length > 0);
    for (const each of windows) await each.statusBar.waitForGone(name);
    assert.deepEqual(await workRecords(workbench), []);
    const words = await wordsAbout(name, windows);
    assert.equal(words.length, 1, words.join('\n'));
    assert.match(words.join(), expected);
  }

  async function assertListed(name: string): Promise<void> {
    await window.openSideBar('Azure ML Services');
    const tree = window.tree('API Management');
    await tree.showPane(true);
    await tree.find([name]);
  }

  async function wordsAbout(name: string, windows: readonly WorkbenchWindow[]): Promise<readonly string[]> {
    const texts = await Promise.all(windows.map(({ notifications }) => notifications.texts()));
    return texts.flat().filter((text) => text.includes(name));
  }

  it('is followed where it was made, but the answer was not heard', async () => {
    const puts = write('PUT', 'unheard');
    arm.async.held = true;
    await prepareCreation('unheard');
    const release = await holdDuring(arm, puts, create);
    await killExtensionHost(workbench);
    release();
    await arrived(puts);
    await window.reload();
    await window.statusBar.waitFor(creating('unheard'));
    await lookedAt(/\/service\/unheard$/);
    arm.async.held = false;
    await assertToldOnce('unheard', /unheard is ready at http:/);
    assert.deepEqual(answersTo(puts), [201]);
    await assertListed('unheard');
  });

  it('is made once where the request of the killed window arrives while it is sent again', async () => {
    const puts = write('PUT', 'late');
    await prepareCreation('late');
    const release = await holdDuring(arm, puts, create);
    await killExtensionHost(workbench);
    arm.beforeNext(puts, async () => {
      release();
      await arrived(puts);
    });
    await window.reload();
    await assertToldOnce('late', /late is ready at http:/);
    assert.deepEqual(answersTo(puts), [201, 409]);
    await assertListed('late');
  });

  it('is followed on where the window was killed in the middle', async () => {
    const puts = write('PUT', 'midway');
    arm.async.held = true;
    await prepareCreation('midway');
    await create();
    await window.statusBar.waitFor(creating('midway'));
    await lookedAt(/\/operationResults\//);
    await killExtensionHost(workbench);
    await window.reload();
    await window.statusBar.waitFor(creating('midway'));
    await lookedAt(/\/operationResults\//);
    arm.async.held = false;
    await assertToldOnce('midway', /midway is ready at http:/);
    assert.deepEqual(answersTo(puts), [201]);
    await assertListed('midway');
  });

  it('is moved to another tier once', async () => {
    const patches = write('PATCH', 'demoazureml');
    await prepareChange('Basic');
    const release = await holdDuring(arm, patches, change);
    await killExtensionHost(workbench);
    arm.async.held = true;
    arm.beforeNext(patches, async () => {
      release();
      await arrived(patches);
    });
    await window.reload();
    await window.statusBar.waitFor(changing);
    await arrived(patches, 2);
    await lookedAt(/\/service\/demoazureml$/);
    await killExtensionHost(workbench);
    await window.reload();
    await window.statusBar.waitFor(changing);
    await lookedAt(/\/service\/demoazureml$/);
    arm.async.held = false;
    await assertToldOnce('demoazureml', /^The pricing tier of demoazureml is Basic now\.$/);
    assert.deepEqual(answersTo(patches), [202, 412]);
  });

  it('is told by one of two windows that follow it', async () => {
    const puts = write('PUT', 'shared');
    arm.async.held = true;
    await prepareCreation('shared');
    await create();
    await window.statusBar.waitFor(creating('shared'));
    await arrived(puts);
    const second = await workbench.openWindow();
    await second.statusBar.waitFor(creating('shared'));
    arm.async.held = false;
    await assertToldOnce('shared', /shared is ready at http:/, [window, second]);
    assert.deepEqual(answersTo(puts), [201]);
    await second.close();
  });

  it('is followed by a window that was open before, once that is turned to', async () => {
    const puts = write('PUT', 'handed');
    const second = await workbench.openWindow();
    await setFocus(window, false);
    arm.async.held = true;
    await prepareCreation('handed', second);
    await create(second);
    await second.statusBar.waitFor(creating('handed'));
    await arrived(puts);
    await second.close();
    await setFocus(window, true);
    await window.statusBar.waitFor(creating('handed'));
    arm.async.held = false;
    await assertToldOnce('handed', /handed is ready at http:/);
    assert.deepEqual(answersTo(puts), [201]);
    await assertListed('handed');
  });

  /** The browser lets each page believe that it has the focus. */
  async function setFocus({ page }: WorkbenchWindow, focused: boolean): Promise<void> {
    await page.evaluate((has) => {
      document.hasFocus = () => has;
      globalThis.dispatchEvent(new Event(has ? 'focus' : 'blur'));
    }, focused);
  }
});
