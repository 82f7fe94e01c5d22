import * as vscode from 'vscode';
import { contextKeys, views } from '../shared/contributions.ts';
import type { ExplorerNode } from '../shared/explorerNode.ts';
import type { JobEngine } from './engine.ts';
import { jobOf } from './job.ts';
import { filtered, isEmpty, noFilter, type JobFilter } from './jobFilter.ts';
import { askForFilter, filterText } from './jobFilterPicks.ts';
import { jobTooltip, listedJobItem, outputItem } from './jobItems.ts';
import type { JobRecord } from './jobRecord.ts';
import type { ListedJobs } from './jobsInSight.ts';
import { hasResults } from './jobStates.ts';
import { isInMotion } from './jobWords.ts';
import { OutputSizes, type SizeTools } from './outputSizes.ts';

type JobNode = Extract<ExplorerNode, { node: 'job' }>;

/** The view in the side bar, and how it is told to draw nodes, or all, again. */
export interface JobsPane {
  readonly view: vscode.TreeView<ExplorerNode>;
  refresh(nodes: ExplorerNode[] | undefined): void;
}

const tickMs = 1_000;
/** A thousand running jobs are drawn again every ten seconds, up to a hundred of them every second. */
const tickMsForEach = 10;

/** All jobs of all services, newest first; what changes is drawn again, and only while the view is in sight. */
export class JobsView implements vscode.TreeDataProvider<ExplorerNode>, vscode.Disposable {
  readonly #engine: JobEngine;
  readonly #pane: JobsPane;
  readonly #sizes: OutputSizes;
  /** VS Code draws a node again only when it is given the same object. */
  readonly #nodes = new Map<string, JobNode>();
  readonly #sightChanged = new vscode.EventEmitter<void>();
  readonly #listening: vscode.Disposable;
  #filter: JobFilter = noFilter;
  #drawn: readonly JobRecord[] = [];
  #running = 0;
  #ticking: NodeJS.Timeout | undefined;

  /** `inSight` may be another. */
  readonly onDidChangeSight = this.#sightChanged.event;

  /** `onDidChange` tells a few times a second at most that jobs have changed. */
  constructor(engine: JobEngine, pane: JobsPane, sizeTools: SizeTools, onDidChange: vscode.Event<void>) {
    this.#engine = engine;
    this.#pane = pane;
    this.#sizes = new OutputSizes(sizeTools, (ownId) => this.#redraw([ownId]));
    this.#listening = vscode.Disposable.from(
      this.#sightChanged,
      onDidChange(() => this.#update()),
      pane.view.onDidChangeSelection(() => this.#sightChanged.fire()),
      pane.view.onDidChangeVisibility(({ visible }) => {
        if (visible) pane.refresh(undefined);
        this.#layOut();
        this.#tick();
        this.#sightChanged.fire();
      }),
    );
    this.#layOut();
    this.#update();
  }

  dispose(): void {
    this.#listening.dispose();
    clearTimeout(this.#ticking);
  }

  /** What is listed; undefined while the view is hidden. */
  get inSight(): ListedJobs | undefined {
    const { visible, selection } = this.#pane.view;
    if (!visible) return undefined;
    return {
      listed: idsOf(this.#drawn),
      selected: selection.flatMap((node) => ('jobId' in node ? node.jobId : [])),
      isFiltered: !isEmpty(this.#filter),
    };
  }

  getChildren(node?: ExplorerNode): ExplorerNode[] {
    if (node === undefined) return this.#roots();
    if (node.node !== 'job') return [];
    const record = this.#engine.store.find(node.jobId);
    if (record === undefined || !hasResults(record)) return [];
    void this.#sizes.ask(record);
    return Object.keys(record.outputs).map((output) => ({ node: 'output', jobId: node.jobId, output }));
  }

  getTreeItem(node: ExplorerNode): vscode.TreeItem {
    const record = 'jobId' in node ? this.#engine.store.find(node.jobId) : undefined;
    // Forgotten while the tree is drawn.
    if (record === undefined) return new vscode.TreeItem('');
    const job = jobOf(record, this.#engine);
    return node.node === 'output'
      ? outputItem(job, node.output, this.#sizes.of(node.jobId, node.output))
      : listedJobItem(job, record);
  }

  resolveTreeItem(item: vscode.TreeItem, node: ExplorerNode): vscode.TreeItem {
    const record = node.node === 'job' ? this.#engine.store.find(node.jobId) : undefined;
    if (record !== undefined) item.tooltip = jobTooltip(jobOf(record, this.#engine), record);
    return item;
  }

  async askForFilter(): Promise<void> {
    const asked = await askForFilter(this.#engine.store.list(), this.#filter);
    if (asked !== undefined) await this.#setFilter(asked);
  }

  clearFilter(): Promise<void> {
    return this.#setFilter(noFilter);
  }

  /** VS Code gives a new tree its height, without which there are no rows, with its message, or two seconds later. */
  #layOut(): void {
    if (this.#pane.view.visible) this.#pane.view.message = '';
  }

  #update(): void {
    this.#showRunning();
    if (!this.#pane.view.visible) return;
    const before = this.#drawn;
    const shown = filtered(this.#engine.store.list(), this.#filter);
    if (shown.length !== before.length || shown.some(({ ownId }, at) => ownId !== before[at]?.ownId)) {
      this.#pane.refresh(undefined);
    } else {
      this.#drawn = shown;
      this.#redraw(idsOf(shown.filter((record, at) => record !== before[at] || this.#isSending(record))));
    }
    this.#tick();
  }

  #roots(): ExplorerNode[] {
    this.#drawn = filtered(this.#engine.store.list(), this.#filter);
    const nodes = this.#drawn.map(
      ({ ownId }) => this.#nodes.get(ownId) ?? ({ node: 'job', jobId: ownId } as const),
    );
    this.#nodes.clear();
    for (const node of nodes) this.#nodes.set(node.jobId, node);
    this.#tick();
    this.#sightChanged.fire();
    return nodes;
  }

  #isSending({ ownId }: JobRecord): boolean {
    return this.#engine.progress(ownId) !== undefined;
  }

  #redraw(ownIds: readonly string[]): void {
    const nodes = ownIds.flatMap((ownId) => this.#nodes.get(ownId) ?? []);
    if (nodes.length > 0) this.#pane.refresh(nodes);
  }

  /** The times of running jobs go on, while somebody sees them. */
  #tick(): void {
    const running = this.#pane.view.visible ? this.#drawn.filter(isInMotion) : [];
    if (running.length === 0) {
      clearTimeout(this.#ticking);
      this.#ticking = undefined;
      return;
    }
    this.#ticking ??= setTimeout(
      () => {
        this.#ticking = undefined;
        this.#redraw(idsOf(this.#drawn.filter(isInMotion)));
        this.#tick();
      },
      Math.max(tickMs, running.length * tickMsForEach),
    );
  }

  #showRunning(): void {
    const running = this.#engine.store.list().filter(isInMotion).length;
    if (running === this.#running) return;
    this.#running = running;
    const tooltip =
      running === 1 ? vscode.l10n.t('1 batch job running') : vscode.l10n.t('{0} batch jobs running', running);
    this.#pane.view.badge = running === 0 ? undefined : { value: running, tooltip };
  }

  async #setFilter(filter: JobFilter): Promise<void> {
    this.#filter = filter;
    this.#pane.view.description = filterText(filter);
    await vscode.commands.executeCommand('setContext', contextKeys.jobsFiltered, !isEmpty(filter));
    this.#pane.refresh(undefined);
    await vscode.commands.executeCommand(`${views.jobs}.focus`);
  }
}

function idsOf(records: readonly JobRecord[]): readonly string[] {
  return records.map(({ ownId }) => ownId);
}
