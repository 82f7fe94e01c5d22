import * as vscode from 'vscode';
import { node, ServiceTarget, type Catalog, type Endpoint } from '../catalog/index.ts';
import type { Jobs } from '../jobs/index.ts';
import type { Requests } from '../requests/index.ts';
import { attempt } from '../shared/attempt.ts';
import { commandId, prefix, settings } from '../shared/contributions.ts';
import {
  dashboardCommands,
  toDashboardHost,
  toDashboardView,
  type DashboardCommand,
  type DashboardPlace,
  type DashboardStart,
  type KeyRow,
  type ServiceState,
} from '../shared/dashboardContract.ts';
import { dashboardStrings } from '../shared/dashboardStrings.ts';
import type { ExplorerNode } from '../shared/explorerNode.ts';
import type { Foundation } from '../shared/feature.ts';
import type { Handlers, Link } from '../shared/messages.ts';
import { reportFailure } from '../shared/reportFailure.ts';
import { openWebview } from '../shared/webviewHost.ts';
import { pastJobs, pastRequests } from './activity.ts';
import { describeService } from './serviceFacts.ts';

export interface DashboardTools {
  readonly foundation: Foundation;
  readonly catalog: Catalog;
  readonly requests: Requests;
  readonly jobs: Jobs;
}

/** One panel: an endpoint and what was done with it. Its page comes and goes, and asks for everything each time. */
export class Dashboard implements vscode.Disposable {
  readonly #panel: vscode.WebviewPanel;
  readonly #tools: DashboardTools;
  readonly #target: ServiceTarget;
  readonly #link: Link<typeof toDashboardView>;
  readonly #subscriptions: vscode.Disposable;
  #place: DashboardPlace;

  constructor(panel: vscode.WebviewPanel, place: DashboardPlace, tools: DashboardTools) {
    const { catalog, requests, jobs } = tools;
    this.#panel = panel;
    this.#place = place;
    this.#tools = tools;
    this.#target = new ServiceTarget(catalog);
    this.#subscriptions = vscode.Disposable.from(
      this.#target,
      this.#target.onDidChange(() => this.#tellService()),
      catalog.onDidChange(() => void this.#target.refreshAfterCatalog()),
      requests.onDidChangeHistory(() => this.#tell('requestsChanged', pastRequests)),
      jobs.onDidChange(() => this.#tell('jobsChanged', pastJobs)),
    );
    const { extensionUri } = tools.foundation.context;
    panel.iconPath = vscode.Uri.joinPath(extensionUri, 'media', 'icon.png');
    this.#link = openWebview(
      panel.webview,
      { extensionUri, name: 'dashboard', title: vscode.l10n.t('Dashboard') },
      { incoming: toDashboardHost, outgoing: toDashboardView, handlers: this.#handlers() },
    );
    void this.#lookUp();
  }

  isOf({ workspace, endpointId }: Endpoint): boolean {
    return workspace.name === this.#place.workspace && endpointId === this.#place.endpointId;
  }

  reveal(): void {
    this.#panel.reveal();
  }

  dispose(): void {
    this.#link.dispose();
    this.#subscriptions.dispose();
  }

  #handlers(): Handlers<typeof toDashboardHost> {
    const { requests } = this.#tools;
    return {
      start: () => this.#start(),
      run: ({ command }) => this.#told(() => this.#run(command)),
      copyText: async ({ text }) => vscode.env.clipboard.writeText(text),
      copyKey: ({ kind }) => this.#copyKey(kind),
      openRequest: ({ id }) =>
        this.#told(async () => {
          const entries = await requests.history(this.#place.endpointId);
          const entry = entries.find((each) => each.id === id);
          if (entry !== undefined) await requests.reopen(entry);
        }),
      openJob: async ({ id }) => {
        const job: ExplorerNode = { node: 'job', jobId: id };
        await vscode.commands.executeCommand(commandId('showJobDetails'), job);
      },
      reload: () => this.#target.refresh({ reloadSchema: true }),
      chooseEndpoint: ({ endpointId }) => {
        this.#place = { ...this.#place, endpointId };
        void this.#lookUp();
        return this.#start();
      },
    };
  }

  async #start(): Promise<DashboardStart> {
    const entries = vscode.workspace.getConfiguration(prefix).get<number>(settings.historyEntries);
    const { endpointId } = this.#place;
    return {
      strings: dashboardStrings(),
      place: this.#place,
      keepsHistory: entries !== 0,
      requests: await pastRequests(this.#tools, endpointId),
      jobs: await pastJobs(this.#tools, endpointId),
      // The last one, so that it is not older than what is told meanwhile.
      service: this.#service(),
    };
  }

  #service(): ServiceState {
    const { state, endpoint } = this.#target;
    return describeService(state, endpoint, endpoint && this.#tools.catalog.trouble(endpoint));
  }

  #lookUp(): Promise<void> {
    const { workspace, endpointId } = this.#place;
    return this.#target.lookUp({ workspace, service: endpointId });
  }

  #tellService(): void {
    const { endpoint } = this.#target;
    if (endpoint !== undefined) this.#panel.title = titleOf(endpoint);
    this.#link.remote.serviceChanged(this.#service());
  }

  /** A page that is out of sight is gone: it asks when it comes back. */
  #tell(name: 'requestsChanged' | 'jobsChanged', past: typeof pastRequests): void {
    if (!this.#panel.visible) return;
    const { endpointId } = this.#place;
    void this.#told(async () => {
      const activity = await past(this.#tools, endpointId);
      if (endpointId === this.#place.endpointId) this.#link.remote[name](activity);
    });
  }

  async #run(command: DashboardCommand): Promise<void> {
    const { endpoint } = this.#target;
    if (endpoint !== undefined && dashboardCommands.includes(command))
      await vscode.commands.executeCommand(commandId(command), node(endpoint));
  }

  async #copyKey(kind: KeyRow['kind']): Promise<boolean> {
    const { catalog, foundation } = this.#tools;
    const { endpoint } = this.#target;
    if (endpoint === undefined) return false;
    try {
      await catalog.copyKey(endpoint, kind);
      return true;
    } catch (error) {
      void reportFailure(foundation, error, catalog.remedies(endpoint, error));
      return false;
    }
  }

  #told(action: () => Promise<void>): Promise<void> {
    return attempt(action, (error) => void reportFailure(this.#tools.foundation, error));
  }
}

/** Of the panel. Services of several workspaces may have one name. */
export function titleOf({ label, workspace }: Endpoint): string {
  return vscode.l10n.t('Dashboard: {0} ({1})', label, workspace.name);
}
