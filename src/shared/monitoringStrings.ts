import * as vscode from 'vscode';

export type MonitoringStrings = ReturnType<typeof monitoringStrings>;

/** Every text that the page shows, in the user's language; `{0}` is filled in by the webview. */
export function monitoringStrings() {
  return {
    instance: vscode.l10n.t('API Management instance'),
    ofTier: vscode.l10n.t('API Management instance, tier {0}'),
    range: vscode.l10n.t('Time'),
    ranges: {
      hour: vscode.l10n.t('Last hour'),
      day: vscode.l10n.t('Last 24 hours'),
      week: vscode.l10n.t('Last 7 days'),
      month: vscode.l10n.t('Last 30 days'),
      between: vscode.l10n.t('Between two times…'),
    },
    from: vscode.l10n.t('From'),
    to: vscode.l10n.t('To'),
    show: vscode.l10n.t('Show'),
    wrongTimes: vscode.l10n.t('The first time has to be before the second one, and in the last 90 days.'),
    refresh: vscode.l10n.t('Refresh'),
    reading: vscode.l10n.t('Asking Azure…'),
    readAt: vscode.l10n.t('Read at {0}'),
    onlyApi: vscode.l10n.t('Only {0}'),
    allApis: vscode.l10n.t('Show all APIs'),
    tryAgain: vscode.l10n.t('Try again'),
    portal: {
      overview: vscode.l10n.t('Open in Azure portal'),
      diagnostics: vscode.l10n.t('Open diagnostic settings'),
    },
    nothing: vscode.l10n.t('No calls in this time.'),
    numbers: vscode.l10n.t('Numbers'),
    summary: vscode.l10n.t('Summary'),
    calls: vscode.l10n.t('Calls'),
    failed: vscode.l10n.t('Failed'),
    blocked: vscode.l10n.t('Blocked'),
    meanTime: vscode.l10n.t('Mean time'),
    longestTime: vscode.l10n.t('Longest time'),
    backendTime: vscode.l10n.t('Mean time of the backend'),
    bandwidth: vscode.l10n.t('Bandwidth'),
    start: vscode.l10n.t('Beginning at'),
    results: {
      succeeded: vscode.l10n.t('succeeded'),
      blocked: vscode.l10n.t('blocked (401, 403, 429)'),
      failed: vscode.l10n.t('failed (400, 5xx)'),
      other: vscode.l10n.t('other'),
    },
    callsOverTime: vscode.l10n.t('Calls over time'),
    callsChart: vscode.l10n.t('Calls over time: {0} in all, at most {1} in the part that begins at {2}.'),
    latencyOverTime: vscode.l10n.t('Latency over time'),
    latencyChart: vscode.l10n.t('Mean time of calls over time: from {0} to {1}.'),
    bandwidthOverTime: vscode.l10n.t('Bandwidth over time'),
    bandwidthChart: vscode.l10n.t(
      'Bandwidth over time: {0} in all, at most {1} in the part that begins at {2}.',
    ),
    ofBackend: vscode.l10n.t('of the backend'),
    ofGateway: vscode.l10n.t('of gateway and network'),
    breakdown: vscode.l10n.t('Who was called, and by whom'),
    kinds: {
      api: vscode.l10n.t('API'),
      operation: vscode.l10n.t('Operation'),
      product: vscode.l10n.t('Product'),
      subscription: vscode.l10n.t('Subscription'),
    },
    none: {
      api: vscode.l10n.t('(no API)'),
      operation: vscode.l10n.t('(no operation)'),
      product: vscode.l10n.t('(no product)'),
      subscription: vscode.l10n.t('(no subscription)'),
    },
    ofAll: vscode.l10n.t('Of all calls'),
    narrow: vscode.l10n.t('Show only {0}'),
    notNarrowed: vscode.l10n.t(
      'Of all APIs: reports by product and by subscription cannot be narrowed to one.',
    ),
    cut: vscode.l10n.t('There are more than Azure Monitor gives at once: these are some of them.'),
    replaced: vscode.l10n.t(
      '{0} What follows comes from the reports of API Management, which are a quarter of an hour or more behind.',
    ),
    retirement: vscode.l10n.t(
      'From the reports of API Management, which are a quarter of an hour or more behind. Microsoft retires them on 15 March 2027; from then on a diagnostic setting that sends the logs of the gateway to a Log Analytics workspace takes their place.',
    ),
    milliseconds: vscode.l10n.t('{0} ms'),
    seconds: vscode.l10n.t('{0} s'),
    bytes: vscode.l10n.t('{0} B'),
    kilobytes: vscode.l10n.t('{0} kB'),
    megabytes: vscode.l10n.t('{0} MB'),
    gigabytes: vscode.l10n.t('{0} GB'),
  };
}
