import * as vscode from 'vscode';
import type { InstanceAccess } from '../azure/index.ts';
import { cleanKey, type Catalog, type Endpoint } from '../catalog/index.ts';
import { keyNameFor } from '../protocol/apim/publication.ts';
import { Failure } from '../protocol/failure.ts';
import { asking } from '../shared/asking.ts';
import { publicationFor } from './callArguments.ts';
import { keyUpdate } from './keyUpdate.ts';
import { recordsWithKey } from './newestRecords.ts';
import { pickRecord } from './pickRecord.ts';
import { isAbout, type PublicationRecord } from './publicationRecord.ts';
import { endpointsIn, originalOf } from './publishedEndpoints.ts';
import type { Authorizations } from './resourceStates.ts';
import { instanceOf, type PublishingTools } from './publishingTools.ts';
import { writeSteps } from './writing.ts';

/** Brings the key that a gateway adds up to date after the endpoint's key was changed. */
export async function updateGatewayKey(tools: PublishingTools, target: unknown): Promise<void> {
  const title = vscode.l10n.t('Update the key at the gateway');
  const endpoint = await tools.catalog.pickTarget(target, title);
  if (endpoint === undefined) return;
  const withKey = recordsWithKey(await tools.store.list(), endpoint.endpointId);
  const records = withKey.filter((each) => isAbout(each, endpoint));
  if (records.length === 0) throw publishedElsewhere(endpoint);
  const record = await pickRecord(records, title);
  const key = record && (await keyFor(tools.catalog, record, endpoint));
  if (record !== undefined && key !== undefined)
    await tools.leases.during(record, () => write(tools, record, key, endpoint));
}

/** What `updateGatewayKey` gives to a program. */
export interface KeyUpdateAnswer {
  readonly instance: string;
  /** The named values that had another key. */
  readonly updated: readonly string[];
}

/** The same for a program and all endpoints of an API, with the keys as the management API has them, else as stored. */
export async function updateGatewayKeyCall(
  tools: PublishingTools,
  argument: unknown,
): Promise<KeyUpdateAnswer> {
  const { azure, catalog } = tools;
  const record = await publicationFor(tools, 'updateGatewayKey', argument);
  const authorizations = new Map<string, string>();
  for (const endpoint of await endpointsIn(catalog, record)) {
    const keyName = keyNameFor(record.publication, endpoint.endpointId);
    if (keyName === undefined) throw publishedElsewhere(endpoint);
    const key = await catalog.renewKey(endpoint, { interactive: false });
    if (key !== undefined) authorizations.set(keyName, `Bearer ${key}`);
  }
  return tools.leases.during(record, async (signal) => {
    const access = instanceOf(azure, record, 'silent');
    const update = await keyUpdate(record, access, authorizations, signal);
    if (update !== undefined) await writeKeys(tools, update, access, authorizations, signal);
    const written = update?.steps.filter(({ action }) => action === 'write') ?? [];
    const updated = written.map(({ path }) => decodeURIComponent(path.replace(/^.*\//, '')));
    return { instance: record.instance.id, updated };
  });
}

/** The key that the published endpoint has now. */
async function keyFor(
  catalog: Catalog,
  record: PublicationRecord,
  { endpointId, label }: Endpoint,
): Promise<string | undefined> {
  const original = await originalOf(catalog, record, endpointId).catch(() => undefined);
  if (original !== undefined) return catalog.renewKey(original, { interactive: true });
  const typed = await vscode.window.showInputBox({
    prompt: vscode.l10n.t('API key of {0}, which {1} is to add', label, record.instance.name),
    password: true,
    ignoreFocusOut: true,
  });
  return typed === undefined ? undefined : cleanKey(typed) || undefined;
}

async function write(
  tools: PublishingTools,
  record: PublicationRecord,
  key: string,
  called: Endpoint,
): Promise<void> {
  const { azure, catalog } = tools;
  const { instance, publication } = record;
  const keyName = keyNameFor(publication, called.endpointId) ?? '';
  const access = instanceOf(azure, record);
  const { baseUrl } = access.arm;
  const authorizations = new Map([[keyName, `Bearer ${key}`]]);
  const update = await asking(baseUrl, (signal) => keyUpdate(record, access, authorizations, signal));
  if (update === undefined) {
    void vscode.window.showInformationMessage(
      vscode.l10n.t('The named value {0} of {1} has this key already.', keyName, instance.name),
    );
    return;
  }
  if (!(await mayUpdate(record, keyName, called))) return;
  await asking(baseUrl, (signal) => writeKeys(tools, update, access, authorizations, signal));
  void vscode.window.showInformationMessage(
    vscode.l10n.t('{0} adds the new key of {1} from now on.', instance.name, called.label),
  );
  await catalog.check(called);
}

function writeKeys(
  { foundation }: PublishingTools,
  update: PublicationRecord,
  instance: InstanceAccess,
  authorizations: Authorizations,
  signal: AbortSignal,
): Promise<unknown> {
  return writeSteps(update, {
    instance,
    authorizations,
    // One write leaves nothing to be gone on with.
    save: () => Promise.resolve(),
    log: (line) => foundation.log.info(line),
    onStep: () => undefined,
    signal,
  });
}

async function mayUpdate(
  { instance, publication }: PublicationRecord,
  keyName: string,
  { label }: Endpoint,
): Promise<boolean> {
  const update = vscode.l10n.t('Update key');
  const choice = await vscode.window.showWarningMessage(
    vscode.l10n.t('Write the key of {0} into the named value {1} of {2}?', label, keyName, instance.name),
    {
      modal: true,
      detail: vscode.l10n.t(
        'The gateway adds it to the calls of {0} by {1} from then on, in place of the one that is there.',
        label,
        publication.displayName,
      ),
    },
    update,
  );
  return choice === update;
}

function publishedElsewhere({ workspace }: Endpoint): Failure {
  return new Failure({
    code: 'NothingToPick',
    origin: 'client',
    sentence: vscode.l10n.t(
      'No key was put into a gateway for {0} from here. In the Azure portal, write "Bearer" and the key of the endpoint into the named value that the policy of the API refers to.',
      workspace.name,
    ),
  });
}
