import * as vscode from 'vscode';
import { hasOpenWork } from './instances/creation/openWork.ts';
import { hasOpenJobs } from './jobs/openJobs.ts';
import { hasOpenPublications } from './publishing/openPublications.ts';
import type { Azure } from './azure/index.ts';
import type { Catalog } from './catalog/index.ts';
import type { Dashboards } from './dashboard/index.ts';
import type { Explorer } from './explorer/index.ts';
import type { Governance } from './governance/index.ts';
import type { Policies } from './governance/policies/index.ts';
import type { JobDocuments } from './jobs/documents/index.ts';
import type { Instances } from './instances/index.ts';
import type { Jobs } from './jobs/index.ts';
import type { Monitoring } from './monitoring/index.ts';
import type { Publishing } from './publishing/index.ts';
import type { Requests } from './requests/index.ts';
import type { Results } from './results/index.ts';
import type { TableEditors } from './results/tableEditor.ts';
import type { Storage } from './storage/index.ts';
import {
  apiNames,
  type CommandHandler,
  commandId,
  commandNames,
  contextKeys,
  customEditors,
  type FeatureName,
  prefix,
  schemes,
  settings,
  views,
  webviewPanels,
} from './shared/contributions.ts';
import type { ExplorerNode } from './shared/explorerNode.ts';
import type { Feature, Foundation } from './shared/feature.ts';
import type { InstanceNode } from './shared/instanceNode.ts';
import type { FileSaver } from './shared/fileSaver.ts';
import { isProgramCall } from './shared/invocation.ts';
import { Lazy } from './shared/lazy.ts';
import { LazyFileSystem } from './shared/lazyFileSystem.ts';
import { LazyTree } from './shared/lazyTree.ts';
import { ReadonlyDocuments } from './shared/readonlyDocuments.ts';
import type { HttpClient } from './transport/httpClient.ts';

type Api = Record<(typeof apiNames)[number], (call?: object) => Promise<unknown>>;

export function activate(context: vscode.ExtensionContext): Api {
  const extension = new Extension(context);
  context.subscriptions.push(extension);
  return extension.api();
}

/** Builds each feature when it is first used, and hands the calls of VS Code to it. */
class Extension implements vscode.Disposable {
  readonly #tree: LazyTree<ExplorerNode> = new LazyTree(() => this.#explorer.get());
  readonly #treeView: vscode.TreeView<ExplorerNode> = vscode.window.createTreeView(views.explorer, {
    treeDataProvider: this.#tree,
    showCollapseAll: true,
  });
  readonly #jobsTree: LazyTree<ExplorerNode> = new LazyTree(async () => (await this.#jobs.get()).view());
  readonly #jobsView: vscode.TreeView<ExplorerNode> = vscode.window.createTreeView(views.jobs, {
    treeDataProvider: this.#jobsTree,
    canSelectMany: true,
    showCollapseAll: true,
  });
  readonly #instancesTree: LazyTree<InstanceNode> = new LazyTree(
    async () => (await this.#instances.get()).tree,
  );
  readonly #instancesView: vscode.TreeView<InstanceNode> = vscode.window.createTreeView(views.instances, {
    treeDataProvider: this.#instancesTree,
    showCollapseAll: true,
  });
  readonly #disposables: vscode.Disposable[] = [
    this.#tree,
    this.#treeView,
    this.#jobsTree,
    this.#jobsView,
    this.#instancesTree,
    this.#instancesView,
  ];
  readonly #foundation: Foundation;

  constructor(context: vscode.ExtensionContext) {
    this.#foundation = layFoundation(context, this.#disposables);
    this.#registerCommands();
    this.#registerProviders();
    this.#disposables.push(
      followWorkspaceSetting(),
      // What another window had begun, and is closed by now.
      vscode.window.onDidChangeWindowState(({ focused }) => {
        if (focused) void this.#resumeInstances(context);
      }),
    );
    void this.#resume(context);
  }

  readonly #storage = new Lazy<Storage>(async () =>
    (await import('./storage/index.ts')).createStorage(this.#foundation),
  );

  readonly #catalog = new Lazy<Catalog>(async () =>
    (await import('./catalog/index.ts')).createCatalog(this.#foundation, async (local) => {
      const { commands } = await this.#storage.get();
      await commands.setStorage({
        name: 'Local',
        connectionString: local.storageConnectionString,
        container: local.storageContainer,
      });
    }),
  );

  readonly #requests = new Lazy<Requests>(async () =>
    (await import('./requests/index.ts')).createRequests(this.#foundation, await this.#catalog.get()),
  );

  readonly #jobs = new Lazy<Jobs>(async () =>
    (await import('./jobs/index.ts')).createJobs(
      this.#foundation,
      await this.#catalog.get(),
      await this.#storage.get(),
      { view: this.#jobsView, refresh: (nodes) => this.#jobsTree.refresh(nodes) },
    ),
  );

  readonly #jobDocuments = new Lazy<JobDocuments>(async () =>
    (await import('./jobs/documents/index.ts')).createJobDocuments(
      this.#foundation,
      await this.#catalog.get(),
      await this.#storage.get(),
      await this.#jobs.get(),
    ),
  );

  readonly #results = new Lazy<Results>(async () =>
    (await import('./results/index.ts')).createResults(
      this.#foundation,
      await this.#catalog.get(),
      await this.#jobs.get(),
    ),
  );

  readonly #tables = new Lazy<TableEditors>(async () =>
    (await import('./results/tableEditor.ts')).createTableEditors(this.#foundation, async (uri, signal) =>
      (await this.#results.get()).openSource(uri, signal),
    ),
  );

  readonly #dashboards = new Lazy<Dashboards>(async () =>
    (await import('./dashboard/index.ts')).createDashboards(
      this.#foundation,
      await this.#catalog.get(),
      await this.#requests.get(),
      await this.#jobs.get(),
    ),
  );

  readonly #explorer = new Lazy<Explorer>(async () =>
    (await import('./explorer/index.ts')).createExplorer(
      this.#foundation,
      await this.#catalog.get(),
      await this.#jobs.get(),
      this.#treeView,
      (node) => this.#tree.refresh(node),
    ),
  );

  readonly #azure = new Lazy<Azure>(
    async () => new (await import('./azure/index.ts')).Azure(this.#foundation),
  );

  readonly #publishing = new Lazy<Publishing>(async () =>
    (await import('./publishing/index.ts')).createPublishing(
      this.#foundation,
      await this.#azure.get(),
      await this.#catalog.get(),
    ),
  );

  readonly #instances = new Lazy<Instances>(async () =>
    (await import('./instances/index.ts')).createInstances(this.#foundation, await this.#azure.get(), {
      view: this.#instancesView,
      redraw: (node) => this.#instancesTree.refresh(node),
    }),
  );

  readonly #policies = new Lazy<Policies>(async () =>
    (await import('./governance/policies/index.ts')).createPolicies(
      this.#foundation,
      await this.#azure.get(),
      await this.#instances.get(),
    ),
  );

  readonly #governance = new Lazy<Governance>(async () =>
    (await import('./governance/index.ts')).createGovernance(
      await this.#instances.get(),
      await this.#catalog.get(),
    ),
  );

  readonly #monitoring = new Lazy<Monitoring>(async () =>
    (await import('./monitoring/index.ts')).createMonitoring(
      this.#foundation,
      await this.#azure.get(),
      await this.#instances.get(),
    ),
  );

  readonly #features: { readonly [F in FeatureName]: { get(): Promise<Pick<Feature<F>, 'commands'>> } } = {
    catalog: this.#catalog,
    explorer: this.#explorer,
    requests: this.#requests,
    storage: this.#storage,
    jobs: this.#jobs,
    jobDocuments: this.#jobDocuments,
    results: this.#results,
    dashboard: this.#dashboards,
    publishing: this.#publishing,
    instances: this.#instances,
    policies: this.#policies,
    governance: this.#governance,
    monitoring: this.#monitoring,
    support: { get: () => Promise.resolve({ commands: { showLog: () => this.#foundation.log.show() } }) },
  };

  api(): Api {
    const call = (name: (typeof apiNames)[number]) => async (argument?: object) =>
      (await this.#handler(featureOf(name), name))({ ...argument });
    return Object.fromEntries(apiNames.map((name) => [name, call(name)])) as Api;
  }

  dispose(): void {
    const built = [
      this.#policies,
      this.#governance,
      this.#monitoring,
      this.#instances,
      this.#publishing,
      this.#explorer,
      this.#dashboards,
      this.#tables,
      this.#results,
      this.#jobDocuments,
      this.#jobs,
      this.#requests,
      this.#catalog,
      this.#storage,
      this.#azure,
    ];
    for (const feature of built) feature.dispose();
    vscode.Disposable.from(...this.#disposables).dispose();
  }

  #registerCommands(): void {
    for (const feature of featureNames) {
      for (const name of commandNames[feature]) {
        const run = (...args: unknown[]): Promise<unknown> => this.#run(feature, name, args);
        this.#disposables.push(vscode.commands.registerCommand(commandId(name), run));
      }
    }
  }

  #registerProviders(): void {
    const documents = new LazyFileSystem(() => Promise.resolve(this.#foundation.documents));
    const results = new LazyFileSystem(async () => (await this.#results.get()).files);
    const schemas = new LazyFileSystem(async () => (await this.#requests.get()).schemas);
    const policies = new LazyFileSystem(async () => (await this.#policies.get()).files);
    this.#disposables.push(
      documents,
      results,
      schemas,
      policies,
      vscode.workspace.registerFileSystemProvider(schemes.document, documents, { isReadonly: true }),
      vscode.workspace.registerFileSystemProvider(schemes.result, results, { isReadonly: true }),
      vscode.workspace.registerFileSystemProvider(schemes.schema, schemas, { isReadonly: true }),
      vscode.workspace.registerFileSystemProvider(schemes.policy, policies, { isCaseSensitive: true }),
      vscode.window.registerCustomEditorProvider(customEditors.request, {
        resolveCustomTextEditor: async (document, panel, token) =>
          (await this.#requests.get()).resolveCustomTextEditor(document, panel, token),
      }),
      vscode.window.registerCustomEditorProvider(customEditors.job, {
        resolveCustomTextEditor: async (document, panel, token) =>
          (await this.#jobDocuments.get()).resolveCustomTextEditor(document, panel, token),
      }),
      vscode.workspace.onWillSaveTextDocument((event) => {
        if (!event.document.fileName.endsWith('.bes.json')) return;
        const edits = async () => [...(await this.#jobDocuments.get()).withoutSecrets(event.document)];
        event.waitUntil(edits());
      }),
      vscode.window.registerCustomEditorProvider(customEditors.table, {
        openCustomDocument: (uri: vscode.Uri) => ({ uri, dispose: () => undefined }),
        resolveCustomEditor: async ({ uri }, panel) => (await this.#tables.get()).open(uri, panel),
      }),
      vscode.window.registerWebviewPanelSerializer(webviewPanels.dashboard, {
        deserializeWebviewPanel: async (panel, state) => (await this.#dashboards.get()).restore(panel, state),
      }),
      vscode.window.registerWebviewPanelSerializer(webviewPanels.monitoring, {
        deserializeWebviewPanel: async (panel, state) => (await this.#monitoring.get()).restore(panel, state),
      }),
    );
  }

  /**
   * What was going on when the last window closed goes on being followed, and what was not wholly published is told;
   * nothing else happens at start-up.
   */
  async #resume(context: vscode.ExtensionContext): Promise<void> {
    const { fsPath } = context.globalStorageUri;
    await this.#attempt('Open jobs cannot be followed', async () => {
      if (await hasOpenJobs(fsPath)) await this.#jobs.get();
    });
    await this.#resumeInstances(context);
    await this.#attempt('Open publications cannot be told', async () => {
      if (await hasOpenPublications(fsPath)) await (await this.#publishing.get()).tellOfInterrupted();
    });
  }

  async #resumeInstances({ globalStorageUri: { fsPath } }: vscode.ExtensionContext): Promise<void> {
    await this.#attempt('What is being done with instances cannot be followed', async () => {
      if (await hasOpenWork(fsPath)) await (await this.#instances.get()).resume();
    });
  }

  /** What fails keeps nothing else from going on. */
  async #attempt(failed: string, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.#foundation.log.error(`${failed}: ${String(error)}`);
    }
  }

  async #run(feature: FeatureName, name: string, args: readonly unknown[]): Promise<unknown> {
    try {
      return await (
        await this.#handler(feature, name)
      )(...args);
    } catch (error) {
      if (isProgramCall(args) || returnsToPrograms.has(name)) throw error;
      void this.#report(error);
      return undefined;
    }
  }

  async #report(error: unknown): Promise<void> {
    try {
      const { reportFailure } = await import('./shared/reportFailure.ts');
      await reportFailure(this.#foundation, error);
    } catch (failed) {
      this.#foundation.log.error(`A failure cannot be shown: ${String(failed)}`);
    }
  }

  async #handler(feature: FeatureName, name: string): Promise<CommandHandler> {
    const commands: Partial<Record<string, CommandHandler>> = (await this.#features[feature].get()).commands;
    const handler = commands[name];
    if (handler === undefined) throw new Error(`No feature answers the command ${name}.`);
    return handler;
  }
}

/** The welcome view shows as long as the user has no workspace of his own. */
function followWorkspaceSetting(): vscode.Disposable {
  const update = (): void => {
    // Whatever the user wrote there, null included, must not keep the extension from starting.
    const workspaces = vscode.workspace.getConfiguration(prefix).get<unknown>(settings.workspaces);
    const none = Object.keys(Object(workspaces) as object).length === 0;
    void vscode.commands.executeCommand('setContext', contextKeys.noWorkspaces, none);
  };
  update();
  return vscode.workspace.onDidChangeConfiguration((event) => {
    if (event.affectsConfiguration(`${prefix}.${settings.workspaces}`)) update();
  });
}

/** Called without an argument these return data too, so a failure rejects; VS Code shows it to a person. */
const returnsToPrograms: ReadonlySet<string> = new Set(['startLocalService', 'stopLocalService']);

const featureNames = Object.keys(commandNames) as FeatureName[];

function featureOf(name: string): FeatureName {
  return featureNames.find((feature) => commandNames[feature].some((each) => each === name)) ?? 'support';
}

function layFoundation(context: vscode.ExtensionContext, keep: vscode.Disposable[]): Foundation {
  const documents = new ReadonlyDocuments(context.globalStorageUri);
  keep.push(documents);
  let log: vscode.LogOutputChannel | undefined;
  let http: Promise<HttpClient> | undefined;
  let saver: FileSaver | undefined;
  const foundation: Foundation = {
    context,
    documents,
    get log() {
      if (log === undefined) {
        log = vscode.window.createOutputChannel('Azure ML', { log: true });
        keep.push(log);
      }
      return log;
    },
    http: () =>
      (http ??= connect(foundation, keep).catch((error: unknown) => {
        http = undefined;
        throw error;
      })),
    saveFile: async (...given) => {
      const { FileSaver } = await import('./shared/fileSaver.ts');
      saver ??= new FileSaver(vscode.Uri.joinPath(context.globalStorageUri, 'saves').fsPath);
      return saver.save(...given);
    },
  };
  return foundation;
}

async function connect(foundation: Foundation, keep: vscode.Disposable[]): Promise<HttpClient> {
  const { createConfiguredHttpClient } = await import('./shared/httpSettings.ts');
  const client = createConfiguredHttpClient(foundation);
  keep.push(new vscode.Disposable(() => void client.dispose()));
  return client;
}
