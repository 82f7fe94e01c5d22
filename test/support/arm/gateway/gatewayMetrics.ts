import type { Metric } from '../metricSeries.ts';
import type { LoggedCall } from './loggedCall.ts';

const category = (status: number): string => `${Math.floor(status / 100)}xx`;

const DIMENSIONS: Readonly<Record<string, (call: LoggedCall) => string>> = {
  ApiId: ({ apiId }) => apiId,
  Location: () => 'South Central US',
  GatewayResponseCode: ({ responseCode }) => String(responseCode),
  GatewayResponseCodeCategory: ({ responseCode }) => category(responseCode),
  BackendResponseCode: ({ backendResponseCode }) => String(backendResponseCode),
  BackendResponseCodeCategory: ({ backendResponseCode }) => category(backendResponseCode),
};

/** What Azure Monitor has of an instance's calls. Source: azure-docs azure-monitor, supported metrics of Microsoft.ApiManagement/service. */
export function gatewayMetrics(calls: readonly LoggedCall[]): readonly Metric[] {
  return [
    {
      name: 'Requests',
      unit: 'Count',
      aggregations: ['Total', 'Maximum', 'Minimum'],
      dimensions: Object.keys(DIMENSIONS),
      samples: samplesOf(calls, () => 1),
    },
    duration('Duration', calls, ({ apiTime }) => apiTime),
    duration('BackendDuration', calls, ({ serviceTime }) => serviceTime),
  ];
}

function duration(name: string, calls: readonly LoggedCall[], valueOf: (call: LoggedCall) => number): Metric {
  return {
    name,
    unit: 'MilliSeconds',
    aggregations: ['Average', 'Maximum', 'Minimum'],
    dimensions: ['Location', 'ApiId'],
    samples: samplesOf(calls, valueOf),
  };
}

function samplesOf(calls: readonly LoggedCall[], valueOf: (call: LoggedCall) => number): Metric['samples'] {
  return calls.map((call) => ({
    timestamp: call.timestamp,
    value: valueOf(call),
    dimensions: Object.fromEntries(Object.entries(DIMENSIONS).map(([name, read]) => [name, read(call)])),
  }));
}
