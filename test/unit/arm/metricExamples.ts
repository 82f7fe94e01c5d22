import type { JsonObject } from '../../../src/protocol/json.ts';
import type { Arm } from '../../support/arm/index.ts';
import type { Metric, MetricSample } from '../../support/arm/metricSeries.ts';
import type { Asked } from './examples.ts';

const path = '/{resourceUri}/providers/Microsoft.Insights/metrics';
const blobs = { aggregations: ['Average', 'Minimum', 'Maximum'], dimensions: ['Tier'], timeGrains: ['PT1H'] };
const mongo = { dimensions: [], samples: [] };

/** Examples of Azure Monitor, on resources that are not of API Management. */
export const metricExamples: Readonly<Record<string, Asked>> = {
  'monitor-2024-02-01/GetMetric': about(path, storage('2021-04-20T09:30:00Z')),
  'monitor-2024-02-01/GetMetricMetadata': about(path, storage('2017-04-14T03:00:00Z')),
  'monitor-2024-02-01/GetMetricError': about(path, [
    { ...mongo, name: 'MongoRequestsCount', unit: 'CountPerSecond', aggregations: ['Total'] },
    { ...mongo, name: 'MongoRequests', unit: 'Count', aggregations: ['Average', 'Total'] },
  ]),
  'monitor-2024-02-01/GetMetricDefinitions': about(
    '/{resourceUri}',
    [
      ...['CpuTime', 'Requests', 'BytesReceived', 'BytesSent', 'Http101', 'Http2xx', 'Http3xx', 'Http401'],
      ...['Http403', 'Http404', 'Http406', 'Http4xx', 'Http5xx', 'MemoryWorkingSet'],
      ...['AverageMemoryWorkingSet', 'AverageResponseTime'],
    ].map((name) => ({
      name,
      unit: 'Count',
      aggregations: ['Total', 'Average'],
      dimensions: ['Instance'],
      samples: [],
    })),
  ),
};

function about(asked: string, metrics: readonly Metric[]): Asked {
  return { method: 'GET', path: asked, before };

  function before(arm: Arm, _caller: unknown, { resourceUri }: JsonObject): Promise<JsonObject> {
    const [resource = ''] = String(resourceUri).split('/providers/microsoft.insights/');
    arm.addMetrics(arm.seed(`/${resource}`, {}, { location: 'westus2' }), metrics);
    return Promise.resolve({});
  }
}

function storage(timestamp: string): readonly Metric[] {
  const samples = ['Hot', 'Standard', 'Cool', 'Archive', 'Untiered'].map((tier, value): MetricSample => ({
    timestamp,
    value,
    dimensions: { Tier: tier },
  }));
  return [
    { ...blobs, name: 'BlobCount', title: 'Blob Count', unit: 'Count', samples },
    { ...blobs, name: 'BlobCapacity', title: 'Blob Capacity', unit: 'Bytes', samples },
  ];
}
