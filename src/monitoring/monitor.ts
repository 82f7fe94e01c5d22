import * as vscode from 'vscode';
import type { Azure, InstanceAccess } from '../azure/index.ts';
import { instanceSchema, parseArm } from '../protocol/apim/arm.ts';
import type { Foundation } from '../shared/feature.ts';
import type { Handlers, Link } from '../shared/messages.ts';
import {
  toMonitoringHost,
  toMonitoringView,
  type MonitoringPlace,
  type MonitoringState,
  type MonitoringView,
} from '../shared/monitoringContract.ts';
import { monitoringStrings } from '../shared/monitoringStrings.ts';
import { sentenceOf } from '../shared/reportFailure.ts';
import { openWebview } from '../shared/webviewHost.ts';
import { Names } from './names.ts';
import { readParts } from './reading.ts';
import { spanOf } from './timeRanges.ts';

const loading = { kind: 'loading' } as const;
const nothingRead = {
  calls: loading,
  latency: loading,
  bandwidth: loading,
  api: loading,
  operation: loading,
  product: loading,
  subscription: loading,
};

/** One panel: the calls of an instance in a time. What is still being read ends when something else is to be shown. */
export class Monitor implements vscode.Disposable {
  readonly #panel: vscode.WebviewPanel;
  readonly #azure: Azure;
  readonly #link: Link<typeof toMonitoringView>;
  #state: MonitoringState;
  #running = new AbortController();

  /** Nobody is asked to sign in for a panel that came back with its window: it says that it is needed. */
  constructor(
    panel: vscode.WebviewPanel,
    place: MonitoringPlace,
    { foundation, azure }: { readonly foundation: Foundation; readonly azure: Azure },
    signIn: 'silent' | 'ask',
  ) {
    this.#panel = panel;
    this.#azure = azure;
    this.#state = { place, span: spanOf(place.range), busy: true, parts: nothingRead };
    const { extensionUri } = foundation.context;
    panel.iconPath = vscode.Uri.joinPath(extensionUri, 'media', 'icon.png');
    this.#link = openWebview(
      panel.webview,
      { extensionUri, name: 'monitoring', title: vscode.l10n.t('Calls and latency') },
      { incoming: toMonitoringHost, outgoing: toMonitoringView, handlers: this.#handlers() },
    );
    void this.#read(signIn);
  }

  isOf(instanceId: string): boolean {
    return instanceId.toLowerCase() === this.#state.place.instanceId.toLowerCase();
  }

  reveal(): void {
    this.#panel.reveal();
  }

  show(view: MonitoringView): Promise<void> {
    const { instanceId, name } = this.#state.place;
    this.#state = {
      place: { instanceId, name, ...view },
      ...(this.#state.tier !== undefined && { tier: this.#state.tier }),
      span: spanOf(view.range),
      busy: true,
      parts: nothingRead,
    };
    return this.#read('ask');
  }

  dispose(): void {
    this.#running.abort();
    this.#link.dispose();
  }

  #handlers(): Handlers<typeof toMonitoringHost> {
    return {
      start: () => ({ strings: monitoringStrings(), state: this.#state }),
      show: (view) => this.show(view),
      refresh: () => this.#read('ask'),
      openPortal: async ({ page }) => {
        const url = this.#azure.portalUrl(`${this.#state.place.instanceId}/${page}`);
        await vscode.env.openExternal(vscode.Uri.parse(url, true));
      },
    };
  }

  /** Numbers that are there stay until newer ones are. */
  async #read(signIn: 'silent' | 'ask'): Promise<void> {
    this.#running.abort();
    const running = new AbortController();
    this.#running = running;
    const { signal } = running;
    const { place } = this.#state;
    this.#become({ ...this.#state, span: spanOf(place.range), busy: true, problem: undefined });
    const change = (news: Partial<MonitoringState>): void => {
      if (!signal.aborted) this.#become({ ...this.#state, ...news });
    };
    const { instanceId, name } = place;
    const known = this.#azure.instances.find(instanceId);
    if (known === undefined) {
      const problem = vscode.l10n.t('{0} is not in the view API Management any longer. Add it there.', name);
      change({ busy: false, problem });
      return;
    }
    try {
      const access = { arm: this.#azure.clientAt(known.where, signIn), id: instanceId };
      await this.#readWith(access, signal, change);
    } catch (error) {
      change({ busy: false, problem: sentenceOf(error) });
    }
  }

  async #readWith(
    { arm, id: instanceId }: InstanceAccess,
    signal: AbortSignal,
    change: (news: Partial<MonitoringState>) => void,
  ): Promise<void> {
    const { body } = await arm.get(instanceId, { signal });
    const { id, name, sku } = parseArm(instanceSchema, body);
    const tier = sku?.name;
    change(tier === undefined ? {} : { tier });
    const { place, span } = this.#state;
    const access = { arm, id };
    const { apiId } = place;
    const names = new Names(access, signal);
    const naming = apiId === undefined ? undefined : names.api(apiId).then((apiName) => change({ apiName }));
    const take = (parts: Partial<MonitoringState['parts']>): void =>
      change({ parts: { ...this.#state.parts, ...parts } });
    await Promise.all([naming, readParts({ access, names, name, tier, span, apiId, signal, take })]);
    change({ busy: false, readAt: new Date().toISOString() });
  }

  #become(state: MonitoringState): void {
    this.#state = state;
    // A page that is out of sight is gone: it asks when it comes back.
    if (this.#panel.visible) this.#link.remote.changed(state);
  }
}
