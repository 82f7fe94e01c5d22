import assert from 'node:assert/strict';
import type { Arm } from '../support/arm/index.ts';
import { programCaller, ProgramCaller } from '../support/programCaller/programCaller.ts';
import { ArmCaller, propertiesOf } from '../unit/arm/armCaller.ts';
import { closeInOrder } from './support/closeInOrder.ts';
import { OwnService } from './support/ownService.ts';
import { SecretScan } from './support/secretScan.ts';
import { type SignedIn, startSignedIn } from './support/signedIn.ts';
import type { Workbench } from './support/workbench.ts';

const service = 'SimpleFeatureHashingExperiment';
const named = { workspace: 'Mine', service };
const renamed = { workspace: 'Ours', service };

/** Another extension publishes, as a task or a pipeline would. */
describe('publishing by a program', () => {
  let own: OwnService;
  let arm: Arm;
  let caller: ArmCaller;
  let signedIn: SignedIn;
  let program: ProgramCaller;
  let workbench: Workbench;

  before(async () => {
    own = await OwnService.start();
    const { workspaceId, baseUrl } = own.description;
    program = new ProgramCaller();
    const services = { [service]: { endpoints: { default: own.service(service).endpointId } } };
    signedIn = await startSignedIn(
      {},
      {
        furtherExtensions: [programCaller],
        env: await program.listen(),
        settings: {
          'azuremlServices.workspaces': { Mine: { workspaceId, baseUrl, services } },
        },
      },
    );
    ({ arm, workbench } = signedIn);
    caller = new ArmCaller(arm);
    await call('setApiKey', { ...named, key: own.service(service).apiKey });
  });
  after(() => closeInOrder(signedIn, program, own));

  const call = (command: string, argument: object): Promise<unknown> =>
    program.call(`azuremlServices.${command}`, argument);
  const publish = (options: object = {}): Promise<unknown> =>
    call('publishEndpoint', { ...named, instance: caller.instance, path: 'scoring', ...options });
  const writes = (): number => arm.requests.filter(({ method }) => method !== 'GET').length;
  const answer = { workspace: 'AzureML Demo API', apiId: 'scoring', kept: [] as readonly string[] };
  /** What is the same in each answer. */
  const whole = async (change: object): Promise<object> => {
    const { gatewayUrl } = propertiesOf(await caller.ask('GET', caller.instance));
    return {
      ...answer,
      service: own.service(service).endpointId,
      url: `${String(gatewayUrl)}/scoring`,
      instance: caller.instance,
      ...change,
    };
  };

  it('rejects without a question where nobody may be asked', async () => {
    const { window } = workbench;
    await assert.rejects(publish(), /^Error: \[client\/SignInNeeded\] /);
    await assert.rejects(
      publish({ instance: 'demoazureml' }),
      /\[client\/InvalidArguments\] .*"instance".* ARM id/,
    );
    await assert.rejects(publish({ onConflict: 'ask' }), /\[client\/InvalidArguments\] .*"onConflict"/);
    await assert.rejects(
      call('unpublish', {}),
      /\[client\/InvalidArguments\] .*\{instance, apiId\} is expected/,
    );
    assert.deepEqual(await window.notifications.texts(), []);
    assert.equal(await window.quickInput.widget.isVisible(), false);
    // What the user has allowed once holds for programs too.
    await window.runCommand('Azure ML: Open developer portal…');
    await window.dialog.click('Allow');
    await window.quickInput.waitFor({ placeholder: 'API Management instance' });
    await window.quickInput.cancel();
  });

  it('publishes, tells what it wrote, and writes nothing a second time', async () => {
    const { window } = workbench;
    const operations = ['rrs-execute', 'swagger'];
    await assert.rejects(
      publish({ product: 'gold' }),
      /\[client\/InvalidArguments\] .*no product gold, only starter/,
    );
    assert.equal(writes(), 0);
    await caller.put('products/open', { displayName: 'Open', subscriptionRequired: false });
    const before = writes();
    await assert.rejects(
      publish({ product: 'open' }),
      /\[client\/InvalidArguments\] .*"injectKey": anybody may call what is in the product Open,/,
    );
    assert.equal(writes(), before);
    const written = [
      '/apis/scoring',
      '/apis/scoring/operations/rrs-execute',
      '/apis/scoring/operations/swagger',
      '/namedValues/scoring-key',
      '/apis/scoring/policies/policy',
      '/products/unlimited/apis/scoring',
      '/subscriptions/scoring-vscode',
    ];
    assert.deepEqual(await publish({ product: 'unlimited', operations }), await whole({ written }));
    const nothing = await whole({ written: [] });
    assert.deepEqual(await publish({ product: 'unlimited', operations }), nothing);
    // The URL suffix is that of the first time, whatever else would be proposed.
    assert.deepEqual(await publish({ product: 'unlimited', operations, path: undefined }), nothing);
    await window.tree('Web services').find(['AzureML Demo API', service, 'RRS Execute']);
    const calls = own.count('POST', /\/execute/);
    const body = { Inputs: { input1: { ColumnNames: ['Col2'], Values: [['good']] } }, GlobalParameters: {} };
    const scored = await call('rrsExecute', { workspace: 'AzureML Demo API', service, body });
    assert.equal((scored as { status: number }).status, 200);
    assert.equal(own.count('POST', /\/execute/), calls + 1);
    assert.deepEqual(await window.notifications.texts(), []);
  });

  it('writes over what others have only when it is told to', async () => {
    const again = { product: 'unlimited', operations: ['rrs-execute', 'swagger'] };
    await caller.put(
      'apis/scoring/policies/policy',
      { format: 'rawxml', value: '<policies><inbound><base /></inbound></policies>' },
      { 'If-Match': '*' },
    );
    const policy = '/apis/scoring/policies/policy';
    const policyWrites = (): number =>
      arm.requests.filter(({ method, path }) => method === 'PUT' && path.endsWith(policy)).length;
    const before = policyWrites();
    await assert.rejects(publish(again), /\[client\/ResourceExists\] .*: apis\/scoring\/policies\/policy\./);
    const kept = await whole({ written: [], kept: [policy] });
    assert.deepEqual(await publish({ ...again, onConflict: 'keep' }), kept);
    assert.equal(policyWrites(), before);
    const written = await whole({ written: [policy] });
    assert.deepEqual(await publish({ ...again, onConflict: 'overwrite' }), written);
    assert.equal(policyWrites(), before + 1);
  });

  it('brings a changed key up to date', async () => {
    const update = (): Promise<unknown> =>
      call('updateGatewayKey', { instance: caller.instance, apiId: 'scoring' });
    const name = 'scoring-key';
    const value = { displayName: name, secret: true, value: 'Bearer of-yesterday', tags: ['azureml'] };
    await caller.put(`namedValues/${name}`, value, { 'If-Match': '*' });
    assert.deepEqual(await update(), { instance: caller.instance, updated: [name] });
    const { body } = await caller.ask('POST', `namedValues/${name}/listValue`);
    assert.equal(body.value, `Bearer ${own.service(service).apiKey}`);
    assert.deepEqual(await update(), { instance: caller.instance, updated: [] });
  });

  it('knows what it has published when the workspaces are called otherwise', async () => {
    const { window } = workbench;
    const rename = async (from: string, to: string): Promise<void> => {
      await window.tree('Web services').clickContextMenu([from], 'Rename…');
      await window.quickInput.enter(to, { message: `New name of ${from}` });
      await window.tree('Web services').find([to, service]);
    };
    await rename('Mine', 'Ours');
    await rename('AzureML Demo API', 'Scoring');
    const update = (workspace: string): Promise<unknown> => call('updateGatewayKey', { workspace, service });
    const nothing = { instance: caller.instance, updated: [] };
    assert.deepEqual([await update('Scoring'), await update('Ours')], [nothing, nothing]);
    await assert.rejects(update('Mine'), /\[client\/UnknownWorkspace\]/);
  });

  it('unpublishes, and leaves what was changed', async () => {
    const { window } = workbench;
    // What this leaves out was published before, and goes too.
    await publish({ ...renamed, product: 'unlimited', operations: ['rrs-execute'] });
    await caller.put('apis/scoring/operations/theirs', {
      displayName: 'T',
      method: 'GET',
      urlTemplate: '/t',
    });
    const first = await call('unpublish', renamed);
    assert.deepEqual((first as { kept: string[] }).kept, ['/apis/scoring']);
    await caller.ask('DELETE', 'apis/scoring/operations/theirs', undefined, { 'If-Match': '*' });
    assert.deepEqual(await call('unpublish', renamed), { removed: ['/apis/scoring'], kept: [] });
    await window.tree('Web services').waitForGone(['Scoring']);
    await assert.rejects(call('unpublish', renamed), /\[client\/NothingToPick\]/);
  });

  it('keeps keys out of what it says', async () => {
    const scan = new SecretScan({
      ...Object.fromEntries(signedIn.signIn.tokens.map((token, index) => [`token ${index}`, token])),
      'API key': own.service(service).apiKey,
    });
    const log = await workbench.extensionLogs();
    assert.match(log, /namedValue \/namedValues\/scoring-key created/);
    assert.deepEqual(scan.text('log', log), []);
  });
});
