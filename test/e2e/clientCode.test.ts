import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { FrameLocator } from 'playwright-core';
import { eventually, shortly } from '../support/eventually.ts';
import { closeInOrder } from './support/closeInOrder.ts';
import { OwnService } from './support/ownService.ts';
import { Workbench } from './support/workbench.ts';
import type { WorkbenchWindow } from './support/window.ts';
import { workspaceOf } from './support/workspaces.ts';

const hashing = 'SimpleFeatureHashingExperiment';
const python = process.platform === 'win32' ? 'python' : 'python3';

/** The request in front becomes a program, and the program is run. */
describe('code to take away', () => {
  let own: OwnService;
  let workbench: Workbench;
  let window: WorkbenchWindow;
  let editor: FrameLocator;

  before(async () => {
    own = await OwnService.start();
    workbench = await Workbench.start({
      settings: {
        'azuremlServices.workspaces': {
          Mine: workspaceOf(own.description),
        },
      },
    });
    // The server comes without the language service that a JavaScript document asks for.
    workbench.health.expect(/tsserver|consult the log/);
    ({ window } = workbench);
    editor = window.editors.webview();
    await window.openSideBar('Azure ML Services');
    await window.tree('Web services').click(['Mine', hashing, 'RRS Execute']);
    await window.editors.waitForActive(hashing);
    await editor.getByLabel('Col2', { exact: true }).fill('taken away');
  });

  after(() => closeInOrder(workbench, own));

  const clipboard = (): Promise<string> => window.page.evaluate(() => navigator.clipboard.readText());

  /** Runs a program as its user would, with the key in the environment alone. */
  async function rowsFrom(command: string, args: readonly string[]): Promise<unknown> {
    const { stdout } = await promisify(execFile)(command, args, {
      env: { ...process.env, AZUREML_API_KEY: own.service().apiKey, PYTHONUTF8: '1' },
    });
    const answer = JSON.parse(stdout) as { Results: { output1: { value: { Values: string[][] } } } };
    return answer.Results.output1.value.Values[0]?.[0];
  }

  /** An editor that is still loading takes the focus, which closes a pick: then it is begun again. */
  async function generate(operation: string, language: string): Promise<string> {
    await eventually(`${operation} in ${language} chosen`, async () => {
      await window.runCommand('Azure ML: Generate client code…');
      await pickSoon(operation, 'What should the code do?');
      await pickSoon(language, 'Language of the client code');
      return true;
    });
    await window.quickInput.waitForClosed();
    await window.editors.waitForActive(/^Untitled/);
    return window.editors.text();
  }

  async function pickSoon(label: string, title: string): Promise<void> {
    const { quickInput } = window;
    await eventually(`pick ${title}`, async () => (await quickInput.title()).includes(title), shortly);
    await quickInput.row(label).first().click({ timeout: shortly });
  }

  it('copies the request, with what was just typed, as a command that works in a shell', async () => {
    await window.runCommand('Azure ML: Copy as cURL');
    const command = await eventually('a command on the clipboard', async () => {
      const text = await clipboard();
      return text.startsWith('curl ') ? text : undefined;
    });
    await window.statusBar.waitFor('It reads AZUREML_API_KEY from the environment.');
    assert.ok(!command.includes(own.service().apiKey));
    assert.equal(await rowsFrom('bash', ['-c', command]), 'taken away');
  });

  it('generates a program as an untitled document of its language, which works', async () => {
    const program = await generate('RRS Execute', 'Python 3');
    await window.statusBar.waitFor('Python');
    const file = join(tmpdir(), `generated-${String(process.pid)}.py`);
    await writeFile(file, program);
    try {
      assert.equal(await rowsFrom(python, [file]), 'taken away');
    } finally {
      await rm(file);
    }
  });

  for (const [language, mode] of [
    ['C#', 'C#'],
    ['R', 'R'],
    ['JavaScript', 'JavaScript'],
    ['cURL', 'Shell Script'],
  ] as const) {
    it(`generates a whole batch job in ${language}`, async () => {
      await window.editors.activate(hashing);
      const program = await generate('BES', language);
      await window.statusBar.waitFor(mode);
      assert.match(program, /taken away/);
      assert.match(program, /AZUREML_CONTAINER_SAS_URL/);
      assert.match(program, /\/jobs/);
    });
  }

  it('shows the help on an operation, with the code in each language', async () => {
    await window.tree('Web services').clickContextMenu(['Mine', hashing, 'RRS Execute'], 'Show API help');
    const help = window.editors.webview();
    await help.getByRole('heading', { level: 1, name: `${hashing}: RRS Execute` }).waitFor();
    const headings = await help.getByRole('heading').allTextContents();
    for (const heading of ['C#', 'Python 3', 'R', 'JavaScript', 'cURL'])
      assert.ok(headings.includes(heading), `${heading} in ${headings.join(', ')}`);
    await help.getByRole('cell', { name: 'Col2', exact: true }).first().waitFor();
    await help.getByRole('cell', { name: 'ScoreRequestUnauthorized', exact: true }).first().waitFor();
    assert.ok(!(await help.locator('body').innerText()).includes(own.service().apiKey));
    await window.screenshot('api-help');
  });
});
