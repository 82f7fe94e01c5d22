import assert from 'node:assert/strict';

import { asArray, asObject } from '../../../src/protocol/json.ts';
import { startArm } from '../../support/arm/index.ts';
import { ArmCaller } from './armCaller.ts';

describe('what an emulated resource of another provider measures', () => {
  it('is added up by the values of a dimension, in the order and the time grain that fit', async () => {
    const arm = await startArm();
    try {
      const caller = new ArmCaller(arm);
      const [group = ''] = caller.instance.split('/providers/');
      const storage = arm.seed(`${group}/providers/Microsoft.Storage/storageAccounts/files`, {});
      const samples = [
        ['2026-01-01T00:10:00Z', 7, 'Hot'],
        ['2026-01-01T00:20:00Z', 1, 'Hot'],
        ['2026-01-01T01:10:00Z', 2, 'Cool'],
      ] as const;
      arm.addMetrics(storage, [
        {
          name: 'BlobCount',
          unit: 'Count',
          aggregations: ['Total'],
          dimensions: ['Tier'],
          timeGrains: ['PT1H'],
          samples: samples.map(([timestamp, value, Tier]) => ({ timestamp, value, dimensions: { Tier } })),
        },
      ]);
      const query = new URLSearchParams({
        metricnames: 'BlobCount',
        timespan: '2026-01-01T00:00:00Z/2026-01-01T02:00:00Z',
        interval: 'PT6H',
        AutoAdjustTimegrain: 'true',
        $filter: "Tier eq '*'",
        orderby: 'total asc',
      });
      const path = `${storage}/providers/Microsoft.Insights/metrics?${query.toString()}`;
      const { body } = await caller.ask('GET', path);
      assert.equal(body.interval, 'PT1H');
      const [metric] = asArray(body.value).map(asObject);
      const totals = asArray(metric?.timeseries)
        .map(asObject)
        .map(({ metadatavalues, data }) => [
          asObject(asArray(metadatavalues)[0]).value,
          ...asArray(data).map((point) => asObject(point).total),
        ]);
      assert.deepEqual(totals, [
        ['Cool', 0, 2],
        ['Hot', 8, 0],
      ]);
    } finally {
      await arm.close();
    }
  });
});
