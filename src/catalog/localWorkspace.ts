import { access, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as vscode from 'vscode';
import type { LocalServiceDescription } from '../local-service/description.ts';
import type { LocalServiceHandle } from '../local-service/launcher.ts';
import { Failure } from '../protocol/failure.ts';
import type { Workspace } from './model.ts';
import { localWorkspaceName } from './names.ts';

const memento = 'localServices';

/** What of the local service may be kept outside SecretStorage: names and ids. */
interface KnownServices {
  readonly baseUrl: string;
  readonly workspaceId: string;
  readonly services: readonly {
    readonly name: string;
    readonly serviceId: string;
    readonly endpointId: string;
  }[];
}

/** Once the service runs, its keys and storage are put where those of any other service are. */
export type OnStarted = (description: LocalServiceDescription) => Promise<void>;

/** The built-in workspace "Local" and the one local service of this user behind it. */
export class LocalWorkspace {
  readonly #context: vscode.ExtensionContext;
  readonly #onStarted: OnStarted;
  readonly #onChange: () => void;
  #running: Promise<LocalServiceHandle> | undefined;
  #joined = false;
  /** Another window had it running when this one last looked. */
  #elsewhere = false;

  constructor(context: vscode.ExtensionContext, onStarted: OnStarted, onChange: () => void) {
    this.#context = context;
    this.#onStarted = onStarted;
    this.#onChange = onChange;
  }

  get running(): boolean {
    return this.#running !== undefined;
  }

  /** The entry of the catalog: with its services as last seen, or with none before the first start. */
  entry(): Workspace {
    const known = this.#context.globalState.get<KnownServices>(memento);
    return {
      name: localWorkspaceName,
      workspaceId: known?.workspaceId ?? '',
      baseUrl: known?.baseUrl ?? 'http://127.0.0.1',
      auth: { type: 'apiKey' },
      style: 'workspaces',
      services: (known?.services ?? []).map(({ name, serviceId, endpointId }) => ({
        name,
        serviceId,
        endpoints: [{ name: 'default', endpointId }],
      })),
      local: true,
      state: this.#state,
    };
  }

  /** Looks whether it runs, without starting it. */
  async look(): Promise<void> {
    const { localServiceRuns } = await import('../local-service/launcher.ts');
    const before = this.#state;
    this.#elsewhere = await localServiceRuns(this.#dataFolder);
    if (this.#state !== before) this.#onChange();
  }

  get #state(): NonNullable<Workspace['state']> {
    if (this.#joined || (this.#running === undefined && this.#elsewhere)) return 'running';
    return this.#running === undefined ? 'stopped' : 'starting';
  }

  /**
   * As `start`, for work that nobody has asked for just now: what a user has stopped, in whatever window, stays so until
   * a user does something with it. Rejects with a `Failure` (`LocalServiceStopped`) then.
   */
  async resume(): Promise<LocalServiceDescription> {
    if (this.#running === undefined && (await this.#isStoppedByUser())) throw stopped();
    return this.#startOrJoin();
  }

  /** Starts the service, or joins the one that another window has started. */
  async start(): Promise<LocalServiceDescription> {
    if (this.#running === undefined) await rm(this.#stopMarker, { force: true });
    return this.#startOrJoin();
  }

  async #startOrJoin(): Promise<LocalServiceDescription> {
    if (this.#running !== undefined) return (await this.#running).description;
    const running = (this.#running = this.#join());
    this.#onChange();
    try {
      const handle = await running;
      if (this.#running === running) this.#watch(handle);
      return handle.description;
    } catch (error) {
      if (this.#running === running) {
        this.#running = undefined;
        this.#onChange();
      }
      throw error;
    }
  }

  async stop(): Promise<void> {
    const { stopLocalService } = await import('../local-service/launcher.ts');
    await this.#markStopped();
    await this.leave();
    await stopLocalService(this.#dataFolder);
    this.#elsewhere = false;
    this.#onChange();
  }

  /** Stops the service and forgets its ids, keys, jobs and blobs. */
  async reset(): Promise<void> {
    const { resetLocalService } = await import('../local-service/launcher.ts');
    await this.#markStopped();
    await this.leave();
    await resetLocalService(this.#dataFolder);
    this.#elsewhere = false;
    await this.#context.globalState.update(memento, undefined);
    this.#onChange();
  }

  /** Lets go of the service; the next start joins it again, and stores its keys again. */
  async leave(): Promise<void> {
    const running = this.#running;
    this.#running = undefined;
    this.#joined = false;
    await running?.then(
      (handle) => handle.dispose(),
      () => undefined,
    );
  }

  dispose(): void {
    void this.leave();
  }

  get #dataFolder(): string {
    return vscode.Uri.joinPath(this.#context.globalStorageUri, 'local-service').fsPath;
  }

  /** Is there from the user's stop on until the next start, for all windows. */
  get #stopMarker(): string {
    return join(this.#dataFolder, 'stopped-by-user');
  }

  async #markStopped(): Promise<void> {
    await mkdir(this.#dataFolder, { recursive: true, mode: 0o700 });
    await writeFile(this.#stopMarker, '', { mode: 0o600 });
  }

  async #isStoppedByUser(): Promise<boolean> {
    return access(this.#stopMarker).then(
      () => true,
      () => false,
    );
  }

  #watch(handle: LocalServiceHandle): void {
    this.#joined = true;
    void handle.closed.then(() => this.#lost(handle));
    this.#onChange();
  }

  /** The service ended by itself or in another window: the next call starts it again. */
  async #lost(handle: LocalServiceHandle): Promise<void> {
    const running = this.#running;
    if ((await running?.catch(() => undefined)) !== handle) return;
    if (this.#running === running) {
      this.#running = undefined;
      this.#joined = false;
      this.#elsewhere = false;
    }
    this.#onChange();
  }

  async #join(): Promise<LocalServiceHandle> {
    const { joinLocalService } = await import('../local-service/launcher.ts');
    await vscode.workspace.fs.createDirectory(this.#context.globalStorageUri);
    const handle = await vscode.window.withProgress(
      { location: vscode.ProgressLocation.Window, title: vscode.l10n.t('Starting the local service…') },
      () =>
        joinLocalService({
          dataFolder: this.#dataFolder,
          programPath: vscode.Uri.joinPath(this.#context.extensionUri, 'dist', 'local-service.js').fsPath,
        }),
    );
    try {
      await this.#remember(handle.description);
      await this.#onStarted(handle.description);
    } catch (error) {
      handle.dispose();
      throw error;
    }
    return handle;
  }

  async #remember(description: LocalServiceDescription): Promise<void> {
    const known: KnownServices = {
      baseUrl: description.baseUrl,
      workspaceId: description.workspaceId,
      services: description.services.map(({ name, serviceId, endpointId }) => ({
        name,
        serviceId,
        endpointId,
      })),
    };
    await this.#context.globalState.update(memento, known);
  }
}

function stopped(): Failure {
  return new Failure({
    code: 'LocalServiceStopped',
    origin: 'client',
    sentence: vscode.l10n.t('The local service was stopped. Its jobs go on once it runs again: start it.'),
  });
}
