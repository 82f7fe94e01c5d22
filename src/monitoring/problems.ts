import * as vscode from 'vscode';
import { Failure } from '../protocol/failure.ts';
import type { Problem } from '../shared/monitoringContract.ts';
import { sentenceOf } from '../shared/reportFailure.ts';

interface Described {
  readonly name: string;
  readonly tier?: string | undefined;
}

/** Why Azure Monitor gives no numbers, and what helps. */
export function metricsProblem(error: unknown, { name }: Described): Problem {
  if (!(error instanceof Failure) || error.status !== 403) return { sentence: sentenceOf(error) };
  // Source: azure-docs role-based-access-control built-in-roles, monitor and integration.
  return {
    sentence: vscode.l10n.t(
      'Your account may not read the metrics of {0}. The role Monitoring Reader on the instance allows it; API Management Service Contributor does not.',
      name,
    ),
  };
}

/**
 * Why an instance gives no reports, and what collects instead of them. Source: azure-docs api-management-features.md
 * (the tiers), analytics-dashboard-retirement-march-2027.md.
 * @param logsGoTo the name of the Log Analytics workspace that the gateway's logs go to
 */
export async function reportsProblem(
  error: unknown,
  { name, tier = '' }: Described,
  logsGoTo: () => Promise<string | undefined>,
): Promise<Problem> {
  if (!(error instanceof Failure) || error.status === undefined) return { sentence: sentenceOf(error) };
  if (error.status === 403) {
    return {
      sentence: vscode.l10n.t(
        'Your account may not read the reports of {0}. The role API Management Service Reader on the instance allows it.',
        name,
      ),
    };
  }
  if (![400, 404, 405, 410, 501].includes(error.status)) return { sentence: sentenceOf(error) };
  const isConsumption = tier.toLowerCase() === 'consumption';
  const why =
    isConsumption || /v2$/i.test(tier)
      ? vscode.l10n.t(
          'The tier {0} has no reports, which bandwidth and calls by operation, product and subscription come from.',
          tier,
        )
      : vscode.l10n.t(
          '{0} gives no reports, which bandwidth and calls by operation, product and subscription come from. Microsoft retires them on 15 March 2027. {1}',
          name,
          error.sentence,
        );
  if (isConsumption) return { sentence: `${why} ${inApplicationInsights()}`, portalPage: 'overview' };
  return { sentence: `${why} ${inLogAnalytics(await logsGoTo())}`, portalPage: 'diagnostics' };
}

/** This tier does not log to Log Analytics. */
function inApplicationInsights(): string {
  return vscode.l10n.t('Switch on Application Insights for the instance and its APIs: it collects them.');
}

function inLogAnalytics(workspace: string | undefined): string {
  return workspace === undefined
    ? vscode.l10n.t(
        'Switch on a diagnostic setting that sends the logs of the gateway to a Log Analytics workspace: it collects them.',
      )
    : vscode.l10n.t(
        'The logs of the gateway go to the Log Analytics workspace {0}, which can be asked for them.',
        workspace,
      );
}
