import { join } from 'node:path';
import * as vscode from 'vscode';
import type { Azure, ChosenInstance } from '../../azure/index.ts';
import { WorkLeases } from '../../local-service/workLeases.ts';
import type { Instance } from '../../protocol/apim/arm.ts';
import { Failure } from '../../protocol/failure.ts';
import { commandId, views } from '../../shared/contributions.ts';
import type { Foundation } from '../../shared/feature.ts';
import { reportFailure } from '../../shared/reportFailure.ts';
import { askForTier } from './changeTier.ts';
import { askForInstance, type AgreedCreation } from './createInstance.ts';
import { workFolder } from './openWork.ts';
import { tierLabel } from './tierWords.ts';
import { WorkFollower, type Followed } from './workFollower.ts';
import type { WorkRecord } from './workRecord.ts';
import { WorkStatusBar } from './workStatusBar.ts';
import { WorkStore } from './workStore.ts';
import { elapsed, workDetails, workWords } from './workWords.ts';

/** Makes instances and changes their tier, and follows both until they end. */
export class InstanceCreation implements vscode.Disposable {
  readonly #foundation: Foundation;
  readonly #azure: Azure;
  readonly #follower: WorkFollower;
  readonly #statusBar = new WorkStatusBar(() => this.#follower.list());
  /** What was answered, for another attempt. */
  readonly #agreed = new Map<string, AgreedCreation>();

  constructor(foundation: Foundation, azure: Azure) {
    this.#foundation = foundation;
    this.#azure = azure;
    const { fsPath: storage } = foundation.context.globalStorageUri;
    this.#follower = new WorkFollower({
      log: foundation.log,
      azure,
      store: new WorkStore(storage),
      leases: new WorkLeases(join(workFolder(storage), 'leases')),
      changed: () => this.#statusBar.draw(),
      succeeded: (record, instance, isFirst) => this.#succeeded(record, instance, isFirst),
      failed: (record, error) => this.#failed(record, error),
    });
  }

  dispose(): void {
    this.#follower.dispose();
    this.#statusBar.dispose();
  }

  /** Goes on with what windows that were closed have left. */
  resume(): Promise<void> {
    return this.#follower.resume();
  }

  async createInstance(earlier?: AgreedCreation): Promise<void> {
    const agreed = await askForInstance(this.#azure, earlier);
    if (agreed === undefined) return;
    this.#agreed.set(agreed.record.id, agreed);
    await this.#follower.start(agreed.record);
  }

  async changeTier(instance: ChosenInstance): Promise<void> {
    const record = await askForTier(instance);
    if (record !== undefined) await this.#follower.start(record);
  }

  /** What goes on, and what can be done about it. */
  async show(): Promise<void> {
    const followed = this.#follower.list();
    const [first, ...others] = followed;
    if (first === undefined) {
      void vscode.window.showInformationMessage(
        vscode.l10n.t('No API Management instance is being created or changed.'),
      );
      return;
    }
    const chosen = others.length === 0 ? first : await pickFollowed(followed);
    if (chosen !== undefined) await this.#showOne(chosen);
  }

  async #showOne(followed: Followed): Promise<void> {
    const { record, problem } = followed;
    const actions = [
      ...(problem === undefined
        ? []
        : [
            {
              label: vscode.l10n.t('$(sync) Try again'),
              detail: problem.sentence,
              run: () => this.#follower.retry(followed),
            },
          ]),
      {
        label: vscode.l10n.t('$(info) Show details'),
        run: () => this.#foundation.documents.show('instance.txt', workDetails(record, problem)),
      },
      {
        ...(record.write === undefined
          ? {
              label: vscode.l10n.t('$(close) Give up'),
              detail: vscode.l10n.t('If Azure has begun all the same, nothing is said when it ends.'),
            }
          : {
              label: vscode.l10n.t('$(eye-closed) Stop following'),
              detail: vscode.l10n.t('Azure goes on with it, and nothing is said when it ends.'),
            }),
        run: () => {
          this.#agreed.delete(record.id);
          return this.#follower.forget(followed);
        },
      },
      {
        label: vscode.l10n.t('$(output) Show log'),
        run: () => vscode.commands.executeCommand(commandId('showLog')),
      },
    ];
    const title = vscode.l10n.t('API Management: {0}, {1}', workWords(record), elapsed(record));
    const chosen = await vscode.window.showQuickPick(actions, { title });
    await chosen?.run();
  }

  async #succeeded(record: WorkRecord, instance: Instance, isFirst: boolean): Promise<void> {
    this.#agreed.delete(record.id);
    if (record.kind === 'create')
      await this.#azure.instances.remember({ item: instance, where: record.where });
    else await this.#azure.instances.update(instance);
    if (isFirst) void (record.kind === 'create' ? announce(instance) : announceTier(record));
  }

  async #failed(record: WorkRecord, error: unknown): Promise<void> {
    const agreed = this.#agreed.get(record.id);
    this.#agreed.delete(record.id);
    const run =
      record.kind === 'create'
        ? () => this.createInstance(agreed)
        : async () => {
            const known = this.#azure.instances.find(record.instance.id);
            if (known !== undefined)
              await this.changeTier({ ...known, client: this.#azure.clientAt(known.where) });
          };
    const again = () => run().catch((problem: unknown) => reportFailure(this.#foundation, problem));
    await reportFailure(this.#foundation, notBegun(record, error), [
      { label: vscode.l10n.t('Try again'), run: again },
    ]);
  }
}

/** A failure before Azure has begun says that all is as it was. */
function notBegun({ kind, instance, write }: WorkRecord, error: unknown): unknown {
  if (write !== undefined || !(error instanceof Failure)) return error;
  const { code, origin, sentence, status, evidence } = error;
  return new Failure({
    ...{ code, origin, cause: error },
    ...(status !== undefined && { status }),
    ...(evidence !== undefined && { evidence }),
    sentence:
      kind === 'create'
        ? vscode.l10n.t('{0} was not created. {1}', instance.name, sentence)
        : vscode.l10n.t('The pricing tier of {0} was not changed. {1}', instance.name, sentence),
  });
}

async function pickFollowed(followed: readonly Followed[]): Promise<Followed | undefined> {
  const items = followed.map((each) => ({
    label: each.record.instance.name,
    description: `${workWords(each.record)}, ${elapsed(each.record)}`,
    detail: each.problem?.sentence ?? '',
    followed: each,
  }));
  const title = vscode.l10n.t('API Management instances that are being created or changed');
  return (await vscode.window.showQuickPick(items, { title }))?.followed;
}

async function announce({ name, properties: { gatewayUrl = '' } }: Instance): Promise<void> {
  const show = vscode.l10n.t('Show instance');
  const publish = vscode.l10n.t('Publish an endpoint…');
  const choice = await vscode.window.showInformationMessage(
    vscode.l10n.t('{0} is ready at {1}. It is in the view API Management.', name, gatewayUrl),
    publish,
    show,
  );
  if (choice === show) await vscode.commands.executeCommand(`${views.instances}.focus`);
  if (choice === publish) await vscode.commands.executeCommand(commandId('publishEndpoint'));
}

async function announceTier({ instance, tier }: WorkRecord): Promise<void> {
  await vscode.window.showInformationMessage(
    vscode.l10n.t('The pricing tier of {0} is {1} now.', instance.name, tierLabel(tier)),
  );
}
