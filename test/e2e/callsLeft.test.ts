import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { FrameLocator } from 'playwright-core';
import type { Limits } from '../../src/local-service/options.ts';
import { closeInOrder } from './support/closeInOrder.ts';
import { OwnService } from './support/ownService.ts';
import { Workbench } from './support/workbench.ts';
import { gatedWorkspaceOf } from './support/workspaces.ts';

const service = 'SimpleFeatureHashingExperiment';
const inputs = { input1: { ColumnNames: ['Col2'], Values: [['This is a good day']] } };
/** As many as the question for a key and the first answer leave some of. */
const calls = 8;

/** Requests through a gateway that says how many calls are left. */
describe('calls that are left', () => {
  let rated: OwnService;
  let rationed: OwnService;
  let workbench: Workbench;
  let editor: FrameLocator;

  const startWith = (limits: Partial<Limits>): Promise<OwnService> =>
    OwnService.start({ limits: { ...limits, gatewayTellsCalls: true } });

  before(async () => {
    rated = await startWith({ gatewayRate: { calls, seconds: 300 } });
    rationed = await startWith({ gatewayQuota: { calls, seconds: 604_800 } });
    workbench = await Workbench.start({
      settings: {
        'azuremlServices.workspaces': {
          Rated: gatedWorkspaceOf(rated.description),
          Rationed: gatedWorkspaceOf(rationed.description),
        },
      },
    });
    const { window } = workbench;
    editor = window.editors.webview();
    // Once its view is there, files open in its editor.
    await window.openSideBar('Azure ML Services');
    await window.openSideBar('Explorer');
    // The tooltip of the icon would lie over the files.
    await window.page.mouse.move(640, 400);
    workbench.health.expect(/429|403/);
  });
  after(() => closeInOrder(workbench, rated, rationed));

  const send = () => editor.getByRole('button', { name: 'Send', exact: true }).click();
  /** Opens the service's request, gives its keys as they are asked for, and sends until no call is left. */
  const useUp = async (own: OwnService, workspace: string, renewal: string): Promise<void> => {
    const { editors, quickInput, sideBar } = workbench.window;
    const file = `${workspace}.rrs.json`;
    await writeFile(join(workbench.host.workspace, file), JSON.stringify({ workspace, service, inputs }));
    await sideBar.getByText(file, { exact: true }).dblclick();
    await editors.waitForActive(file);
    await send();
    await quickInput.enter(own.description.subscriptionKey, { message: 'Subscription key of the gateway' });
    await quickInput.enter(own.service().apiKey, { message: 'API key of the web service' });
    const left = editor.getByText(new RegExp(`^\\d of ${calls} calls left, renewed in ${renewal}$`));
    await left.waitFor();
    for (let rest = Number.parseInt((await left.textContent()) ?? '', 10) - 1; rest >= 0; rest--) {
      await send();
      await editor.getByText(new RegExp(`^${rest} of ${calls} calls left, renewed in ${renewal}$`)).waitFor();
    }
    await workbench.window.screenshot(`calls-left-${workspace}`);
    await send();
  };

  it('of a rate limit are counted down, and the refusal says when to try again', async () => {
    await useUp(rated, 'Rated', '[1-5]:\\d\\d min');
    await editor.getByText('its rate limit is reached').waitFor();
    await editor.getByText(/^Worth trying again in [1-5]:\d\d min\.$/).waitFor();
    await editor.getByRole('button', { name: /^Retry in [1-5]:\d\d min$/ }).waitFor();
    await workbench.window.screenshot('rate-limit-reached');
  });

  it('of a quota are counted down, and the refusal says when it is there again', async () => {
    await useUp(rationed, 'Rationed', '6 d 23 h');
    await editor.getByText(/The call quota of this subscription .* is used up/).waitFor();
    await editor.getByText(/^Worth trying again in 6 d 23 h, at /).waitFor();
    await workbench.window.screenshot('quota-used-up');
  });
});
