import assert from 'node:assert/strict';
import type { Arm } from '../support/arm/index.ts';
import { eventually } from '../support/eventually.ts';
import { ArmCaller, propertiesOf } from '../unit/arm/armCaller.ts';
import { closeInOrder } from './support/closeInOrder.ts';
import { killExtensionHost } from './support/extensionHost.ts';
import { giveWorkspaceToken, listedWorkspace } from './support/giveWorkspaceToken.ts';
import { holdDuring } from './support/holdDuring.ts';
import { OwnService } from './support/ownService.ts';
import { type SignedIn, startSignedIn } from './support/signedIn.ts';
import type { Workbench } from './support/workbench.ts';

const service = 'SimpleFeatureHashingExperiment';

describe('killing the extension host while it publishes', () => {
  let own: OwnService;
  let arm: Arm;
  let signedIn: SignedIn;
  let workbench: Workbench;

  before(async () => {
    own = await OwnService.start();
    signedIn = await startSignedIn({}, { settings: listedWorkspace('Found', own) });
    ({ arm, workbench } = signedIn);
    await giveWorkspaceToken(workbench.window, 'Found', own);
  });
  after(() => closeInOrder(signedIn, own));

  const path = '/apis/azureml-demo/operations/bes-start';
  const write = new RegExp(`^PUT .*${path}$`);
  /** The paths below the instance that were written so far. */
  const written = (): readonly string[] =>
    arm.requests
      .filter(({ method }) => method === 'PUT')
      .map((seen) => seen.path.replace(/^.*\/service\/demoazureml/, ''));

  it('is told at the next start, which goes on though what was being written arrives late', async () => {
    const { window } = workbench;
    await answerQuestions();
    const release = await holdDuring(arm, write, () =>
      window.quickInput.accept({ title: 'Publish AzureML Demo API at demoazureml' }),
    );
    await killExtensionHost(workbench);
    arm.beforeNext(write, async () => {
      release();
      await eventually('what was being written', () => written().includes(path));
    });
    await window.reload();
    const word = await window.notifications.waitFor(
      'Publishing AzureML Demo API at demoazureml was interrupted.',
    );
    await word.click('Go on');
    await window.notifications.waitFor('is published at');
    const all = written();
    assert.deepEqual(
      all.filter((each, index) => all.indexOf(each) !== index),
      [path],
    );
    const policy = await new ArmCaller(arm).ask('GET', 'apis/azureml-demo/policies/policy?format=rawxml');
    assert.match(String(propertiesOf(policy).value), /\{\{azureml-demo-key\}\}/);
    await window.openSideBar('Azure ML Services');
    await window.tree('Web services').find(['AzureML Demo API', service, 'RRS Execute']);
  });

  /** Answers the questions of a publication with the guide's choices, up to the preview. */
  async function answerQuestions(): Promise<void> {
    const { window } = workbench;
    const { quickInput } = window;
    await window.tree('Web services').clickContextMenu(['Found', service], 'Publish to API Management…');
    await window.dialog.click('Allow');
    await quickInput.pick('demoazureml', { placeholder: 'API Management instance' });
    for (const message of ['Name of the API', 'Web service URL', 'URL suffix'])
      await quickInput.accept({ message });
    await quickInput.pick('Starter', { placeholder: 'Product' });
    await quickInput.accept({ placeholder: 'Operations to publish' });
    await quickInput.pick('The gateway adds it', { placeholder: 'API key of' });
  }
});
