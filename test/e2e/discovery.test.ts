import assert from 'node:assert/strict';
import { glob, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sampleServices } from '../../src/local-service/samples/index.ts';
import { eventually } from '../support/eventually.ts';
import { closeInOrder } from './support/closeInOrder.ts';
import { OwnService } from './support/ownService.ts';
import { Workbench } from './support/workbench.ts';

const scoring = 'AdultCensusIncome';
const hashing = 'SimpleFeatureHashingExperiment';

/** A workspace of which nothing is known but its id and its authorization token. */
describe('discovering a workspace', () => {
  let own: OwnService;
  let workbench: Workbench;

  before(async () => {
    own = await OwnService.start({ services: [...sampleServices, ...sampleServices.slice(0, 1)] });
    await manage(`/${own.service(scoring).serviceId}/endpoints/second`, 'PUT', '{}');
    workbench = await Workbench.start();
    await workbench.window.openSideBar('Azure ML Services');
  });
  after(() => closeInOrder(workbench, own));

  const manage = async (path: string, method: string, body?: string): Promise<void> => {
    const { managementUrl, workspaceId, workspaceToken } = own.description;
    const response = await fetch(`${managementUrl}/workspaces/${workspaceId}/webservices${path}`, {
      method,
      headers: { Authorization: `Bearer ${workspaceToken}` },
      ...(body !== undefined && { body }),
    });
    assert.equal(response.status, 200);
  };
  const labels = async (path: readonly string[], wanted: readonly string[]): Promise<void> => {
    const tree = workbench.window.tree('Web services');
    await eventually(`children of ${path.join(' › ')}`, async () => {
      const found = await tree.children(path);
      return found.join() === wanted.join() ? true : undefined;
    });
  };
  /** What of the settings was written to a file, wherever that is. */
  const userSettings = async (): Promise<string> => {
    const { userData } = workbench.host;
    let text = '';
    for await (const file of glob('**/settings.json', { cwd: userData })) {
      text += await readFile(join(userData, file), 'utf8');
    }
    return text;
  };
  const services = [...sampleServices, ...sampleServices.slice(0, 1)].map(({ schema }) => schema.title);

  it('refuses a wrong token, and lists the services with the right one', async () => {
    const { window } = workbench;
    const { quickInput, notifications } = window;
    workbench.health.expect(/ManagementRequestUnauthorized/);
    const { workspaceId, workspaceToken, managementUrl } = own.description;
    await window.runCommand('Azure ML: Add workspace by id and authorization token…');
    await quickInput.enter(workspaceId, { message: 'Workspace id' });
    await quickInput.waitFor({ message: 'Workspace authorization token' });
    assert.equal(await quickInput.isPassword(), true);
    await quickInput.enter('not-the-token');
    await quickInput.pick('Another address…', { placeholder: 'Region of the workspace' });
    await quickInput.enter(managementUrl, { message: 'Management URL' });
    assert.match(
      await window.dialog.text(),
      /The workspace was not found\..*refused the workspace authorization token/,
    );
    await window.dialog.click('Change');

    await quickInput.waitFor({ message: 'Management URL' });
    await quickInput.clickButton('Back');
    await quickInput.waitFor({ placeholder: 'Region of the workspace' });
    await quickInput.clickButton('Back');
    await quickInput.enter(` Bearer ${workspaceToken} `, { message: 'Workspace authorization token' });
    await quickInput.pick('Another address…', { placeholder: 'Region of the workspace' });
    await quickInput.enter(managementUrl, { message: 'Management URL' });
    await quickInput.enter('Found', { message: 'Name of the workspace' });
    await notifications.waitFor('The workspace Found has 5 web services.');
    await labels(['Found'], services);
    assert.equal(own.count('GET', /\/endpoints$/), 1, 'endpoints are listed when a service is expanded');
  });

  it('lists endpoints when a service is expanded, and fetches a key when it is needed', async () => {
    const { window } = workbench;
    await labels(['Found', scoring], ['default', 'second']);
    const rows = (await window.tree('Web services').rows()).filter(({ label }) => label === hashing);
    const ids = own.description.services
      .filter((each) => each.name === hashing)
      .map((each) => each.serviceId);
    assert.deepEqual(
      rows.map(({ description }) => description),
      ids.map((id) => id.slice(0, 8)),
    );
    await window.screenshot('discovered-services');
    await window.tree('Web services').click(['Found', scoring, 'second', 'RRS Execute']);
    const editor = window.editors.webview();
    const send = editor.getByRole('button', { name: 'Send', exact: true });
    await send.waitFor();
    await send.click();
    await editor
      .getByRole('gridcell', { name: /^[<>]=?50K$/ })
      .first()
      .waitFor();
    assert.equal(own.count('GET', /\/endpoints\/second$/), 1);
    assert.equal(await window.quickInput.widget.isVisible(), false);
    await send.click();
    await eventually('second answer', () =>
      Promise.resolve(own.count('POST', /\/execute/) === 2 || undefined),
    );
    assert.equal(own.count('GET', /\/endpoints\/second$/), 1);
  });

  it('keeps what was found over a reload, out of the settings, and finds what is new', async () => {
    const { window } = workbench;
    await manage(`/${own.service(scoring).serviceId}/endpoints/third`, 'PUT', '{}');
    await window.reload();
    await window.openSideBar('Azure ML Services');
    await labels(['Found'], services);
    await labels(['Found', scoring], ['default', 'second', 'third']);
    await labels(['Found', hashing], ['RRS Execute', 'BES Submit', 'Jobs']);
    const settings = await userSettings();
    assert.ok(settings.includes(own.description.managementUrl));
    assert.ok(!settings.includes(own.service(scoring).endpointId));
    assert.ok(!settings.includes(own.description.workspaceToken));
  });

  it("imports a workspace from another client's settings", async () => {
    const { window } = workbench;
    workbench.health.expect(/no workspace id and authorization token as settings.json/);
    const { workspaceId, workspaceToken, managementUrl } = own.description;
    const file = join(workbench.host.workspace, 'settings.json');
    const imported = {
      id: workspaceId,
      authorization_token: workspaceToken,
      management_endpoint: managementUrl,
    };
    await writeFile(file, JSON.stringify({ workspace: { ...imported, authorization_token: ' ' } }));
    await window.runCommand('Azure ML: Import workspace from the R or PowerShell client…');
    await window.quickInput.enterPath(file, { title: 'settings.json of the R client' });
    await window.notifications.waitFor('This file has no workspace id and authorization token');

    await writeFile(file, JSON.stringify({ workspace: imported }));
    await window.runCommand('Azure ML: Import workspace from the R or PowerShell client…');
    await window.quickInput.enterPath(file, { title: 'settings.json of the R client' });
    await window.quickInput.waitFor({ message: 'Management URL' });
    assert.equal(await window.quickInput.input.inputValue(), managementUrl);
    await window.quickInput.accept();
    await window.notifications.waitFor('The workspace Found has 5 web services.');
  });
});
