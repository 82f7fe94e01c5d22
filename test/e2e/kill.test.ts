import assert from 'node:assert/strict';
import { access, glob, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { BlobServiceClient } from '@azure/storage-blob';
import { eventually } from '../support/eventually.ts';
import { killPlan, type Dice } from '../support/kills.ts';
import { closeInOrder } from './support/closeInOrder.ts';
import { killExtensionHost } from './support/extensionHost.ts';
import { giveInputFile } from './support/giveInputFile.ts';
import { giveKeyAndStorage } from './support/giveKeyAndStorage.ts';
import { OwnService, type Hold } from './support/ownService.ts';
import { isInState } from './support/tree.ts';
import { Workbench } from './support/workbench.ts';
import { workspaceOf } from './support/workspaces.ts';

const name = 'SimpleFeatureHashingExperiment';
const service = ['Mine', name];
const jobs = [...service, 'Jobs'];
const oneRow = 'Col2\r\nThis is a good day\r\n';
/** Storage takes 4 MiB at a time. Long words make a big file of few rows. */
const threeBlocks = `Col2\r\n${`${'x'.repeat(100_000)}\r\n`.repeat(90)}`;
const phases = ['upload', 'submit', 'start', 'run', 'download'] as const;

interface StoredJob {
  readonly ownId: string;
  readonly serviceJobId?: string;
  readonly status: string;
  readonly ended: boolean;
  readonly startWanted?: boolean;
  readonly owner?: string;
  readonly details?: string;
  readonly inputs: Readonly<Record<string, { readonly file?: string }>>;
  readonly outputs: Readonly<Record<string, { readonly relativeLocation: string }>>;
}

/** The extension host is killed at instants of its work, and the page is loaded again, as a person would. */
describe('killing the extension host', () => {
  const { seed, rounds } = killPlan(phases.length);
  let own: OwnService;
  let workbench: Workbench;
  let long: Hold;

  before(async () => {
    own = await OwnService.start();
    workbench = await Workbench.start({
      settings: {
        'azuremlServices.workspaces': {
          Mine: workspaceOf({ ...own.description, services: [own.service()] }),
        },
      },
    });
    workbench.health.expect(/\.csv failed\. (?:The upload was interrupted|The window closed before)/);
    await workbench.window.openSideBar('Azure ML Services');
    await giveKeyAndStorage(workbench.window, own, service);
    long = own.storage.hold(({ method, url = '' }) => method === 'GET' && url.includes('/input1-long.csv'));
    await run('long.csv', oneRow, 'Held');
    await long.reached;
    await workbench.window.tree('Web services').waitFor([...jobs, 'long.csv'], isInState('Running'));
  });

  after(() => closeInOrder(workbench, own));

  for (const [round, dice] of rounds.entries()) {
    const phase = phases[round % phases.length] ?? 'upload';
    const file = `${phase}${round}.csv`;
    it(`during ${phase} loses and doubles nothing (seed ${seed}, round ${round})`, async () => {
      const submitted = own.count('POST', /\/jobs\?/);
      if (phase === 'download') {
        await killedWhileSaving(`run${round - 1}.csv`, dice);
        assert.equal(own.count('POST', /\/jobs\?/), submitted);
        return;
      }
      await killedWhileRunning(phase, file, dice);
      const record = await settled(file);
      assert.ok(own.count('POST', /\/jobs\?/) <= submitted + 1);
      if (record.serviceJobId === undefined) await assertEndedHere(record, file);
      else await assertFinishes(record, file);
    });
  }

  it('has followed a running job all the time', async () => {
    long.release();
    await workbench.window.tree('Web services').waitFor([...jobs, 'long.csv'], isInState('Finished'));
    assert.equal((await recordsOf('long.csv')).length, 1);
  });

  async function killedWhileRunning(
    phase: Exclude<(typeof phases)[number], 'download'>,
    file: string,
    dice: Dice,
  ): Promise<void> {
    const hold = holdAt(phase, file, dice);
    await run(file, phase === 'upload' ? threeBlocks : oneRow);
    await hold.reached;
    // In flight when the host dies, or just answered.
    if (phase !== 'run' && dice(2) === 0) hold.release();
    await delay(dice(30));
    await killAndReload();
    hold.release();
  }

  async function killedWhileSaving(file: string, dice: Dice): Promise<void> {
    const target = join(workbench.host.workspace, `saved-${file}`);
    await askToSave(file);
    // Before the dialog came, the size was asked for.
    const hold = own.storage.hold(({ method, url = '' }) => method === 'GET' && url.includes('output1.'));
    await enterTarget(target);
    await hold.reached;
    await delay(dice(30));
    await killAndReload();
    hold.release();
    await assert.rejects(access(target), 'no file under the final name');
    assert.equal((await temporaryFiles()).length, 1, 'it was killed in the middle');
    await askToSave(file);
    await enterTarget(target);
    await workbench.window.notifications.waitFor(/^Saved .*saved-/);
    assert.match(await readFile(target, 'utf8'), /This is a good day,1,1,2,2,0,2,0,1/);
    assert.deepEqual(await temporaryFiles(), []);
  }

  async function temporaryFiles(): Promise<string[]> {
    return (await readdir(workbench.host.workspace)).filter((file) => file.endsWith('.part'));
  }

  function holdAt(phase: (typeof phases)[number], file: string, dice: Dice): Hold {
    switch (phase) {
      case 'upload': {
        let left = dice(4);
        return own.storage.hold(
          ({ method, url = '' }) => method === 'PUT' && url.includes(`-upload`) && left-- <= 0,
        );
      }
      case 'submit':
        return own.hold(({ method, url }) => method === 'POST' && /\/jobs\?/.test(url));
      case 'start':
        return own.hold(({ method, url }) => method === 'POST' && url.includes('/start?'));
      default:
        return own.storage.hold(({ method, url = '' }) => method === 'GET' && url.includes(`-${file}`));
    }
  }

  /** Runs a batch job up to the beginning of its upload. */
  async function run(file: string, content: string, storage?: string): Promise<void> {
    const { quickInput } = workbench.window;
    const path = join(workbench.host.workspace, file);
    await writeFile(path, content);
    await workbench.window.tree('Web services').click([...service, 'BES Submit']);
    await giveInputFile(quickInput, path);
    if (storage !== undefined) await quickInput.pick(storage, { title: `${name}: storage` });
    await quickInput.pick('Upload and run', { title: /^Run batch job/ });
  }

  async function askToSave(file: string): Promise<void> {
    const { window } = workbench;
    await window.tree('Web services').clickContextMenu([...jobs, file], 'Save results as…');
    await window.quickInput.waitFor({ title: 'Save output1' });
  }

  async function enterTarget(target: string): Promise<void> {
    await workbench.window.quickInput.enterPath(target, { title: 'Save output1' });
  }

  async function killAndReload(): Promise<void> {
    await killExtensionHost(workbench);
    await workbench.window.reload();
    await workbench.window.openSideBar('Azure ML Services');
  }

  async function recordsOf(file: string): Promise<StoredJob[]> {
    const cwd = globalStorage();
    const records: StoredJob[] = [];
    for await (const path of glob('*/jobs/*.json', { cwd })) {
      const record = JSON.parse(await readFile(join(cwd, path), 'utf8')) as StoredJob;
      if (record.inputs['input1']?.file?.endsWith(`/${file}`) === true) records.push(record);
    }
    return records;
  }

  /** The one record of a file, once no window has anything left to do for it but to look. */
  async function settled(file: string): Promise<StoredJob> {
    const records = await eventually(`what became of ${file} is known`, async () => {
      const found = await recordsOf(file);
      return (
        found.every(({ ended, owner, startWanted }) => ended || (owner ?? startWanted) === undefined) && found
      );
    });
    const [record] = records;
    assert.ok(record);
    assert.equal(records.length, 1);
    return record;
  }

  async function assertEndedHere(record: StoredJob, file: string): Promise<void> {
    const { details = '' } = record;
    assert.match(details, /^The upload was interrupted|^The window closed before the service had answered/);
    await assertOneLine(file, `Batch job ${file} failed. ${details}`);
    const sizes = await blobSizes(record);
    const sent = (await readFile(join(workbench.host.workspace, file))).byteLength;
    assert.ok(
      sizes.length === 0 || (sizes.length === 1 && sizes[0] === sent),
      `no half blob: ${String(sizes)}`,
    );
    if (details.startsWith('The upload')) assert.equal(own.count('POST', new RegExp(record.ownId)), 0);
  }

  async function assertFinishes(record: StoredJob, file: string): Promise<void> {
    const { window } = workbench;
    await window.tree('Web services').waitFor([...jobs, file], isInState('Finished'));
    await window.notifications.waitFor(new RegExp(`${file} finished`));
    const lines = await linesAbout(file);
    const said = lines.filter((line) => !line.includes('finished'));
    assert.equal(lines.length - said.length, 1, lines.join('\n'));
    assert.ok(said.length <= 1, lines.join('\n'));
    for (const line of said)
      assert.match(line, /It was started now\.|It had been started, and is followed\./);
    assert.equal((await blobSizes(record)).length, 2, 'one input, one output');
    assert.equal(await stateOnServer(record), 'Finished');
  }

  async function assertOneLine(file: string, expected: string): Promise<void> {
    await workbench.window.notifications.waitFor(expected);
    assert.deepEqual(await linesAbout(file), [expected]);
  }

  async function linesAbout(file: string): Promise<string[]> {
    const texts = await workbench.window.notifications.texts();
    return texts.filter((text) => text.includes(file));
  }

  async function blobSizes({ ownId }: StoredJob): Promise<number[]> {
    const container = BlobServiceClient.fromConnectionString(own.storage.connectionString).getContainerClient(
      own.description.storageContainer,
    );
    const sizes: number[] = [];
    for await (const { properties } of container.listBlobsFlat({ prefix: `${ownId}/` })) {
      sizes.push(properties.contentLength ?? Number.NaN);
    }
    return sizes;
  }

  async function stateOnServer({ serviceJobId = '' }: StoredJob): Promise<unknown> {
    const url = own.executeUrl().replace(/execute\?.*/, `jobs/${serviceJobId}?api-version=2.0`);
    const answer = await fetch(url, { headers: { Authorization: `Bearer ${own.service().apiKey}` } });
    return ((await answer.json()) as { StatusCode: unknown }).StatusCode;
  }

  function globalStorage(): string {
    return join(workbench.host.userData, 'data', 'User', 'globalStorage');
  }
});
