import * as vscode from 'vscode';
import * as v from 'valibot';
import type { Azure } from '../azure/index.ts';
import type { Instances } from '../instances/index.ts';
import { webviewPanels } from '../shared/contributions.ts';
import type { Feature, Foundation } from '../shared/feature.ts';
import { entityOf } from '../shared/instanceNode.ts';
import { lastTimes, type MonitoringPlace, type MonitoringView } from '../shared/monitoringContract.ts';
import { Monitor } from './monitor.ts';

/** What went through instances of API Management, one panel for each. */
export interface Monitoring extends Feature<'monitoring'> {
  /** Fills a panel that was open when the window was closed; `state` is what its page has kept. */
  restore(panel: vscode.WebviewPanel, state: unknown): void;
}

const placeSchema = v.object({
  instanceId: v.string(),
  name: v.string(),
  range: v.union([
    v.object({ last: v.picklist(lastTimes) }),
    v.object({ between: v.tuple([v.string(), v.string()]) }),
  ]),
  apiId: v.exactOptional(v.string()),
});

export function createMonitoring(foundation: Foundation, azure: Azure, instances: Instances): Monitoring {
  const open = new Set<Monitor>();

  const fill = (panel: vscode.WebviewPanel, place: MonitoringPlace, signIn: 'silent' | 'ask'): void => {
    const monitor = new Monitor(panel, place, { foundation, azure }, signIn);
    open.add(monitor);
    panel.onDidDispose(() => {
      monitor.dispose();
      open.delete(monitor);
    });
  };

  const show = (instanceId: string, name: string, apiId: string | undefined): void => {
    const view: MonitoringView = { range: { last: 'day' }, ...(apiId !== undefined && { apiId }) };
    const shown = [...open].find((monitor) => monitor.isOf(instanceId));
    if (shown !== undefined) {
      shown.reveal();
      if (apiId !== undefined) void shown.show(view);
      return;
    }
    const title = vscode.l10n.t('Calls: {0}', name);
    const panel = vscode.window.createWebviewPanel(
      webviewPanels.monitoring,
      title,
      vscode.ViewColumn.Active,
      { enableFindWidget: true },
    );
    fill(panel, { instanceId, name, ...view }, 'ask');
  };

  return {
    restore(panel, state) {
      const kept = v.safeParse(placeSchema, state);
      if (kept.success) fill(panel, kept.output, 'silent');
      else panel.dispose();
    },
    commands: {
      showMonitoring: async (target) => {
        const instance = await instances.open(target, vscode.l10n.t('Show the calls of'));
        if (instance !== undefined) show(instance.id, instance.name, apiIdOf(target));
      },
    },
    dispose() {
      for (const monitor of open) monitor.dispose();
    },
  };
}

function apiIdOf(target: unknown): string | undefined {
  const last = entityOf(target, 'api')?.path.split('/').at(-1);
  return last === undefined ? undefined : decodeURIComponent(last);
}
