import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ContainerClient, ContainerSASPermissions } from '@azure/storage-blob';
import type { LocalServiceDescription } from '../../src/local-service/description.ts';
import { startBlobStorage, type BlobStorage } from '../../src/local-service/blobStorage.ts';
import { temporaryFolder } from '../support/batch.ts';
import { authorityFile, ForwardProxy, startTlsFront } from '../support/forwardProxy.ts';
import { LocalProgram } from '../support/localProgram.ts';
import { closeInOrder } from './support/closeInOrder.ts';
import { giveInputFile } from './support/giveInputFile.ts';
import { giveKey } from './support/giveKeyAndStorage.ts';
import { isInState } from './support/tree.ts';
import { Workbench } from './support/workbench.ts';
import { workspaceOf } from './support/workspaces.ts';

const hashing = 'SimpleFeatureHashingExperiment';
const container = 'proxied';
const authorization = `Basic ${Buffer.from('me:proxysecret').toString('base64')}`;

/** The service and the storage have addresses that nothing but a proxy knows. */
describe('a batch job through a proxy', () => {
  const closables: { close(): unknown }[] = [];
  const serviceHost = 'other.example:443';
  // A port that the storage SDK does not take for an emulator's.
  const storageHost = 'other.example:8443';
  let storage: BlobStorage;
  let service: LocalServiceDescription;
  let proxy: ForwardProxy;
  let workbench: Workbench;

  /** To be closed before everything that was opened earlier. */
  function opened<Opened extends { close(): unknown }>(one: Opened): Opened {
    closables.unshift(one);
    return one;
  }

  before(async () => {
    const folder = await temporaryFolder();
    opened({ close: folder.remove });
    storage = opened(
      await startBlobStorage({
        folder: join(folder.path, 'storage'),
        // As Azurite finds it in the host's name.
        account: 'other',
        accountKey: randomBytes(64).toString('base64'),
        ports: [0],
        container,
      }),
    );
    const storageFront = opened(await startTlsFront(storage.port));
    // The service has a way of its own to the storage, so that all that comes to the proxy is from VS Code.
    const serviceProxy = opened(await ForwardProxy.start({ hosts: { [storageHost]: storageFront.port } }));
    const program = new LocalProgram(join(folder.path, 'service'), {
      HTTPS_PROXY: `http://127.0.0.1:${serviceProxy.port}`,
      NODE_EXTRA_CA_CERTS: authorityFile,
    });
    opened({ close: () => program.kill() });
    service = await program.start();
    const serviceFront = opened(await startTlsFront(Number(new URL(service.baseUrl).port)));
    proxy = opened(
      await ForwardProxy.start({
        hosts: { [serviceHost]: serviceFront.port, [storageHost]: storageFront.port },
        authorization,
      }),
    );
    workbench = opened(
      await Workbench.start({
        env: { NODE_EXTRA_CA_CERTS: authorityFile },
        settings: {
          'http.proxy': `http://127.0.0.1:${proxy.port}`,
          'http.proxyAuthorization': authorization,
          'azuremlServices.workspaces': {
            Far: workspaceOf({ ...service, baseUrl: 'https://other.example' }),
          },
        },
      }),
    );
  });

  after(() => closeInOrder(...closables));

  /** Without a protocol in it: behind its front the storage speaks plain http. */
  function containerSas(): Promise<string> {
    const account = `DefaultEndpointsProtocol=https;AccountName=${storage.account};AccountKey=${storage.accountKey}`;
    return new ContainerClient(`${account};BlobEndpoint=https://${storageHost}`, container).generateSasUrl({
      permissions: ContainerSASPermissions.parse('rcwl'),
      expiresOn: new Date(Date.now() + 3_600_000),
    });
  }

  it("uploads, submits, starts, follows and opens its result by VS Code's settings", async () => {
    const { window } = workbench;
    const { quickInput } = window;
    const path = ['Far', hashing];
    const file = join(workbench.host.workspace, 'far.csv');
    await writeFile(file, 'Col2\r\nThis is a good day\r\n');
    await window.openSideBar('Azure ML Services');
    const tree = window.tree('Web services');
    await giveKey(window, path, service.services.find(({ name }) => name === hashing)?.apiKey ?? '');
    await window.runCommand('Azure ML: Set storage…');
    await quickInput.pick('Container SAS URL', { placeholder: 'How is the storage known?' });
    await quickInput.enter(await containerSas(), { message: 'SAS URL of the container' });
    await quickInput.enter('Far away', { message: 'Name for this storage' });
    await quickInput.waitForClosed();

    await tree.click([...path, 'BES Submit']);
    await giveInputFile(quickInput, file);
    await quickInput.pick('Far away', { title: `${hashing}: storage` });
    await quickInput.pick('Upload and run', { title: /^Run batch job/ });
    const finished = await window.notifications.waitFor(/far\.csv finished/);
    await tree.waitFor([...path, 'Jobs', 'far.csv'], isInState('Finished'));
    await finished.click('Open results');
    await window.editors.waitForActive(/output1.*\.csv/);
    assert.match(await window.editors.text(), /This is a good day,1,1,2,2,0,2,0,1/);

    const asked = [...new Set(proxy.asked)].sort();
    assert.deepEqual(asked, [`CONNECT ${serviceHost}`, `CONNECT ${storageHost}`]);
    assert.doesNotMatch(await workbench.extensionLogs(), /proxysecret|bWU6cHJveHlzZWNyZXQ/);
  });
});
