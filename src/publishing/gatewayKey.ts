import * as vscode from 'vscode';
import type { InstanceAccess } from '../azure/index.ts';
import { cleanKey, type Catalog, type Endpoint } from '../catalog/index.ts';
import { Failure } from '../protocol/failure.ts';
import { asking } from '../shared/asking.ts';
import { publicationFor } from './callArguments.ts';
import { keyUpdate } from './keyUpdate.ts';
import { pickRecord } from './pickRecord.ts';
import { isAbout, type PublicationRecord } from './publicationRecord.ts';
import { instanceOf, type PublishingTools } from './publishingTools.ts';
import { writeSteps } from './writing.ts';

/** Brings the key that a gateway adds up to date after the endpoint's key was changed. */
export async function updateGatewayKey(tools: PublishingTools, target: unknown): Promise<void> {
  const title = vscode.l10n.t('Update the key at the gateway');
  const endpoint = await tools.catalog.pickTarget(target, title);
  if (endpoint === undefined) return;
  const records = (await tools.store.list()).filter(
    (each) => each.publication.keyName !== undefined && isAbout(each, endpoint),
  );
  if (records.length === 0) throw publishedElsewhere(endpoint);
  const record = await pickRecord(records, title);
  const key = record && (await keyFor(tools.catalog, record));
  if (record !== undefined && key !== undefined)
    await tools.leases.during(record, () => write(tools, record, key, endpoint));
}

/** What `updateGatewayKey` gives to a program. */
export interface KeyUpdateAnswer {
  readonly instance: string;
  readonly namedValue: string;
  /** False where it had the endpoint's key already. */
  readonly updated: boolean;
}

/** The same for a program, with the key as the management API has it, else as it is stored. */
export async function updateGatewayKeyCall(
  tools: PublishingTools,
  argument: unknown,
): Promise<KeyUpdateAnswer> {
  const { azure, catalog } = tools;
  const record = await publicationFor(tools, 'updateGatewayKey', argument);
  const { endpoint, instance, publication } = record;
  const source = await catalog.find(endpoint.workspace, endpoint.endpointId);
  if (publication.keyName === undefined) throw publishedElsewhere(source);
  const key = await catalog.renewKey(source, { interactive: false });
  const authorization = `Bearer ${key ?? ''}`;
  const namedValue = publication.keyName;
  return tools.leases.during(record, async (signal) => {
    const access = instanceOf(azure, record, 'silent');
    const update = await keyUpdate(record, access, authorization, signal);
    if (update !== undefined) await writeKey(tools, update, access, authorization, signal);
    return { instance: instance.id, namedValue, updated: update !== undefined };
  });
}

/** The key that the published endpoint has now. */
async function keyFor(
  catalog: Catalog,
  { endpoint: { workspace, endpointId, label }, instance }: PublicationRecord,
): Promise<string | undefined> {
  const original = await catalog.find(workspace, endpointId).catch(() => undefined);
  if (original !== undefined) return catalog.renewKey(original, { interactive: true });
  const typed = await vscode.window.showInputBox({
    prompt: vscode.l10n.t('API key of {0}, which {1} is to add', label, instance.name),
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
  const { endpoint, instance, publication } = record;
  const { keyName = '' } = publication;
  const access = instanceOf(azure, record);
  const { baseUrl } = access.arm;
  const authorization = `Bearer ${key}`;
  const update = await asking(baseUrl, (signal) => keyUpdate(record, access, authorization, signal));
  if (update === undefined) {
    void vscode.window.showInformationMessage(
      vscode.l10n.t('The named value {0} of {1} has this key already.', keyName, instance.name),
    );
    return;
  }
  if (!(await mayUpdate(record, keyName))) return;
  await asking(baseUrl, (signal) => writeKey(tools, update, access, authorization, signal));
  void vscode.window.showInformationMessage(
    vscode.l10n.t('{0} adds the new key of {1} from now on.', instance.name, endpoint.label),
  );
  await catalog.check(called);
}

function writeKey(
  { foundation }: PublishingTools,
  update: PublicationRecord,
  instance: InstanceAccess,
  authorization: string,
  signal: AbortSignal,
): Promise<unknown> {
  return writeSteps(update, {
    instance,
    authorization,
    // One write leaves nothing to be gone on with.
    save: () => Promise.resolve(),
    log: (line) => foundation.log.info(line),
    onStep: () => undefined,
    signal,
  });
}

async function mayUpdate({ endpoint, instance, publication }: PublicationRecord, keyName: string) {
  const update = vscode.l10n.t('Update key');
  const choice = await vscode.window.showWarningMessage(
    vscode.l10n.t(
      'Write the key of {0} into the named value {1} of {2}?',
      endpoint.label,
      keyName,
      instance.name,
    ),
    {
      modal: true,
      detail: vscode.l10n.t(
        'The gateway adds it to every call of {0} from then on, in place of the one that is there.',
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
