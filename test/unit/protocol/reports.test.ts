import assert from 'node:assert/strict';
import * as v from 'valibot';
import { parseArm } from '../../../src/protocol/apim/arm.ts';
import { callsIn } from '../../../src/protocol/apim/callCounts.ts';
import {
  countsOf,
  reportFilter,
  reportRecordSchema,
  type ReportRecord,
} from '../../../src/protocol/apim/reports.ts';
import { governanceBody } from './fixtures.ts';

const listSchema = v.object({ value: v.array(reportRecordSchema) });

function records(kind: string): readonly ReportRecord[] {
  return parseArm(listSchema, governanceBody(`ApiManagementGetReports${kind}`)).value;
}

describe('reports of API Management', () => {
  it('are filtered by time in UTC, and by an API', () => {
    const span = { from: Date.UTC(2017, 5, 1), to: Date.UTC(2017, 5, 4) };
    const time = "timestamp ge datetime'2017-06-01T00:00:00' and timestamp le datetime'2017-06-04T00:00:00'";
    assert.equal(reportFilter(span), time);
    assert.equal(reportFilter(span, "o'hare"), `${time} and apiId eq 'o''hare'`);
  });

  for (const [kind, member, path] of [
    ['ByApi', 'apiId', '/apis/57a03a13e4bbd5119c8b19e9'],
    ['ByOperation', 'operationId', '/apis/57a03a13e4bbd5119c8b19e9/operations/57a03a1dd8d14f0a780d7d14'],
    ['BySubscription', 'subscriptionId', '/subscriptions/5600b59475ff190048070002'],
  ] as const)
    it(`say ${kind} who was called, and how it went`, () => {
      const [called, ...others] = records(kind).filter((record) => callsIn(countsOf(record)) > 0);
      assert.deepEqual(others, []);
      assert.equal(called?.[member], path);
      assert.deepEqual(countsOf(called), { succeeded: 13, blocked: 1, failed: 0, other: 0 });
      assert.equal(called.bandwidth, 11019);
      assert.equal(called.apiTimeMax, 1819.2173);
    });

  it('say when', () => {
    const [first] = records('ByTime');
    assert.deepEqual([first?.timestamp, first?.interval], ['2017-06-03T00:15:00Z', 'PT15M']);
  });
});
