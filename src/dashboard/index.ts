import * as vscode from 'vscode';
import * as v from 'valibot';
import type { Catalog, Endpoint } from '../catalog/index.ts';
import type { Jobs } from '../jobs/index.ts';
import type { Requests } from '../requests/index.ts';
import { webviewPanels } from '../shared/contributions.ts';
import type { DashboardPlace } from '../shared/dashboardContract.ts';
import type { Feature, Foundation } from '../shared/feature.ts';
import { Dashboard, titleOf } from './dashboard.ts';

/** The dashboards of endpoints, one panel for each. */
export interface Dashboards extends Feature<'dashboard'> {
  /** Fills a panel that was open when the window was closed; `state` is what its page has kept. */
  restore(panel: vscode.WebviewPanel, state: unknown): void;
}

const placeSchema = v.object({ workspace: v.string(), endpointId: v.string() });

export function createDashboards(
  foundation: Foundation,
  catalog: Catalog,
  requests: Requests,
  jobs: Jobs,
): Dashboards {
  const open = new Set<Dashboard>();

  const fill = (panel: vscode.WebviewPanel, place: DashboardPlace): void => {
    const dashboard = new Dashboard(panel, place, { foundation, catalog, requests, jobs });
    open.add(dashboard);
    panel.onDidDispose(() => {
      dashboard.dispose();
      open.delete(dashboard);
    });
  };

  const show = (endpoint: Endpoint): void => {
    const shown = [...open].find((dashboard) => dashboard.isOf(endpoint));
    if (shown !== undefined) {
      shown.reveal();
      return;
    }
    const panel = vscode.window.createWebviewPanel(
      webviewPanels.dashboard,
      titleOf(endpoint),
      vscode.ViewColumn.Active,
      { enableFindWidget: true },
    );
    fill(panel, { workspace: endpoint.workspace.name, endpointId: endpoint.endpointId });
  };

  return {
    restore(panel, state) {
      const kept = v.safeParse(placeSchema, state);
      if (kept.success) fill(panel, kept.output);
      else panel.dispose();
    },
    commands: {
      showDashboard: async (target) => {
        const endpoint = await catalog.pickTarget(target, vscode.l10n.t('Show the dashboard of'));
        if (endpoint !== undefined) show(endpoint);
      },
    },
    dispose() {
      for (const dashboard of open) dashboard.dispose();
    },
  };
}
