import assert from 'node:assert/strict';
import { parseArm } from '../../../src/protocol/apim/arm.ts';
import { resultOf } from '../../../src/protocol/apim/callCounts.ts';
import { metricParameters, metricsSchema, seriesOf } from '../../../src/protocol/apim/metrics.ts';
import { durationMs } from '../../../src/protocol/apim/timeSpan.ts';
import { asObject } from '../../../src/protocol/json.ts';
import { governanceBody } from './fixtures.ts';

const hour = 3_600_000;
const start = Date.parse('2026-01-01T00:00:00Z');
const span = { from: start, to: start + 90 * 60_000 };

describe('metrics of Azure Monitor', () => {
  it('are asked for with a limit where they are split, because ten series are all that come otherwise', () => {
    const asked = metricParameters({
      metrics: ['Requests'],
      span,
      interval: 'PT1H',
      aggregations: ['total'],
      dimensions: { ApiId: "o'hare", GatewayResponseCode: '*' },
    });
    assert.equal(asked.timespan, '2026-01-01T00:00:00.000Z/2026-01-01T01:30:00.000Z');
    assert.equal(asked.$filter, "ApiId eq 'o''hare' and GatewayResponseCode eq '*'");
    assert.ok(Number(asked.top) >= 1000);
    const whole = metricParameters({
      metrics: ['Duration'],
      span,
      interval: 'FULL',
      aggregations: ['average'],
    });
    assert.ok(!('$filter' in whole) && !('top' in whole));
  });

  it('are read with the interval of the answer, and their dimensions in lower case', () => {
    const example = asObject(governanceBody('monitor-2024-02-01/GetMetric'));
    const answer = parseArm(metricsSchema, renamed(example, 'BlobCount', 'Requests'));
    const from = Date.parse('2021-04-20T09:00:00Z');
    const [hot, standard] = seriesOf(answer, 'Requests', { from, to: from + 4.5 * hour });
    assert.deepEqual(hot?.dimensions, { tier: 'Hot' });
    assert.deepEqual(standard?.dimensions, { tier: 'Standard' });
    const [first, ...others] = hot.points;
    assert.equal(first?.average, 7);
    assert.deepEqual([first.from, first.to], [from, from + hour]);
    assert.equal(others.at(-1)?.to, from + 4.5 * hour);
  });

  it('fail one by one in an answer that is a success', () => {
    const example = asObject(governanceBody('monitor-2024-02-01/GetMetricError'));
    const both = renamed(renamed(example, 'MongoRequestsCount', 'Duration'), 'MongoRequests', 'Requests');
    const answer = parseArm(metricsSchema, both);
    assert.throws(() => seriesOf(answer, 'Duration', span), {
      code: 'InvalidSamplingType',
      sentence: /Duration: Sampling type is not found/,
    });
    const [requests] = seriesOf(answer, 'Requests', span);
    assert.equal(requests?.points[0]?.average, 0);
    assert.throws(() => seriesOf(answer, 'BackendDuration', span), { code: 'MissingMetric' });
  });
});

describe('the result of a call', () => {
  it('is told from its status as the reports do', () => {
    const statuses = [200, 301, 302, 304, 307, 400, 401, 403, 404, 429, 500, 599, 0, NaN];
    assert.deepEqual(statuses.map(resultOf), [
      'succeeded',
      'succeeded',
      'other',
      'succeeded',
      'succeeded',
      'failed',
      'blocked',
      'blocked',
      'other',
      'blocked',
      'failed',
      'failed',
      'other',
      'other',
    ]);
  });
});

describe('a duration', () => {
  it('is read in days, hours and minutes', () => {
    assert.deepEqual(['PT1M', 'PT1H30M', 'P1D', 'P1DT1H'].map(durationMs), [
      60_000,
      1.5 * hour,
      24 * hour,
      25 * hour,
    ]);
    assert.deepEqual(['FULL', 'P', '', 'PT0M'].map(durationMs), [undefined, undefined, undefined, undefined]);
  });
});

/** The example with another name for one of its metrics. */
function renamed(answer: object, name: string, other: string): object {
  const text = JSON.stringify(answer).replaceAll(`"value":"${name}"`, `"value":"${other}"`);
  return asObject(JSON.parse(text));
}
