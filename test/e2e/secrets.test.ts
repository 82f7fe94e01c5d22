import assert from 'node:assert/strict';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { Workbench } from './support/workbench.ts';

const service = ['Local', 'SimpleFeatureHashingExperiment'];

interface Identity {
  readonly workspaceToken: string;
  readonly subscriptionKey: string;
  readonly storageKey: string;
  readonly endpoints: Readonly<
    Record<string, { readonly primaryKey: string; readonly secondaryKey: string }>
  >;
}

/** What the local service itself has to keep; its log is looked at with the rest. */
const ownStateOfLocalService = /local-service[\\/](?:identity\.json|lease|control|jobs|blobs)/;

/** With every line of every log written, no secret is in any of them, nor in what the extension keeps. */
describe('secrets after a whole run at log level Trace', () => {
  let workbench: Workbench;

  before(async () => (workbench = await Workbench.start({ logLevel: 'trace' })));
  after(() => workbench.close());

  it('are in the secret storage alone', async () => {
    const { window, host } = workbench;
    await window.openSideBar('Azure ML Services');
    const tree = window.tree('Web services');
    await tree.click([...service, 'RRS Execute']);
    const editor = window.editors.webview();
    await editor.getByRole('button', { name: 'Send', exact: true }).click();
    await editor.getByRole('gridcell').nth(8).waitFor();

    const file = join(host.workspace, 'input.csv');
    await writeFile(file, 'Col2\r\nThis is a good day\r\n');
    await tree.click([...service, 'BES Submit']);
    await window.quickInput.waitFor({ title: 'file for input1' });
    await window.quickInput.row('input.csv').waitFor();
    await window.quickInput.enter(file);
    await window.quickInput.pick('Upload and run', { title: /^Run batch job/ });
    const notification = await window.notifications.waitFor(/input\.csv finished/);
    await notification.click('Open results');
    await window.editors.waitForActive(/output1.*\.csv/);
    await tree.click([...service, 'Jobs', 'input.csv']);
    await window.editors.waitForActive(/^job /);
    const details = await window.editors.text();
    assert.match(details, /Finished/);
    assert.match(details, /HTTP 200/);

    const files = await filesBelow(host.userData, host.workspace);
    const identityFile = files.find((path) => path.endsWith('identity.json'));
    assert.ok(identityFile, 'the local service has an identity');
    const secrets = secretsOf(JSON.parse(await readFile(identityFile, 'utf8')) as Identity);
    const places: string[] = [];
    for (const path of files.filter((each) => !ownStateOfLocalService.test(each))) {
      const text = await readFile(path, 'latin1');
      const names = secrets.filter(({ spelling }) => text.includes(spelling)).map(({ name }) => name);
      if (/[?&]sig=(?!\*\*\*)[\w%]{8}/.test(text)) names.push('the signature of a SAS');
      if (names.length > 0)
        places.push(`${relative(host.userData, path)}: ${[...new Set(names)].join(', ')}`);
    }
    assert.deepEqual(places, []);
    assert.match(await workbench.extensionLogs(), /POST \S+\/jobs\?/, 'the log has the requests');
  });
});

/** Each secret as it is, URL-encoded, in JSON and in base64. */
function secretsOf(identity: Identity): { readonly name: string; readonly spelling: string }[] {
  const named: (readonly [name: string, secret: string])[] = [
    ['the workspace authorization token', identity.workspaceToken],
    ['the subscription key', identity.subscriptionKey],
    ['the account key', identity.storageKey],
    ...Object.entries(identity.endpoints).flatMap(([service, keys]) => [
      [`the API key of ${service}`, keys.primaryKey] as const,
      [`the secondary API key of ${service}`, keys.secondaryKey] as const,
    ]),
  ];
  return named.flatMap(([name, secret]) =>
    [
      secret,
      encodeURIComponent(secret),
      JSON.stringify(secret).slice(1, -1),
      Buffer.from(secret).toString('base64'),
    ].map((spelling) => ({ name, spelling })),
  );
}

async function filesBelow(...folders: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  for (const folder of folders) {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    found.push(
      ...entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name)),
    );
  }
  return found;
}
