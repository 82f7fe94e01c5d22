import assert from 'node:assert/strict';

import { asArray, asObject } from '../../../src/protocol/json.ts';
import type { JsonObject } from '../../../src/protocol/json.ts';
import { eventually } from '../../support/eventually.ts';
import type { Arm } from '../../support/arm/index.ts';
import { nobody } from '../../support/arm/gateway/loggedCall.ts';
import { LocalTestService } from '../local-service/localTestService.ts';
import { type ArmCaller, propertiesOf } from './armCaller.ts';
import { armForEachTest } from './armForEachTest.ts';
import type { Reply } from './armCaller.ts';
import { publishLocal } from './officialClient.ts';

const metricsPath = 'providers/Microsoft.Insights/metrics';

describe('what an emulated instance tells of its calls', () => {
  let arm: Arm;
  let caller: ArmCaller;
  let service: LocalTestService;

  before(async () => {
    service = await LocalTestService.start();
  });

  after(() => service.close());

  armForEachTest((...started) => ([arm, caller] = started));

  /** One call that is answered, and one without a subscription key. */
  beforeEach(async () => {
    const key = await publishLocal(arm, service.local);
    const gateway = String(propertiesOf(await caller.ask('GET', caller.instance)).gatewayUrl);
    const url = `${gateway}/azureml-demo${service.path()}/execute?api-version=2.0&details=true`;
    const inputs = { input1: { ColumnNames: ['Col2'], Values: [['This is a good day']] } };
    const init = { method: 'POST', body: JSON.stringify({ Inputs: inputs }) };
    for (const headers of [{ 'Ocp-Apim-Subscription-Key': key }, new Headers()])
      await (await fetch(url, { ...init, headers })).text();
    await eventually('both calls are counted', async () => rowsOf(await report('byRequest')).length === 2);
  });

  for (const [kind, name, blocked] of [
    ['byApi', 'AzureML Demo API', 1],
    ['byOperation', 'RRS Execute', 0],
    ['byProduct', 'Starter', 0],
    ['bySubscription', 'Clients', 0],
  ] as const)
    it(`counts them ${kind}`, async () => {
      const row = rowsOf(await report(kind)).find((one) => one.name === name);
      assert.deepEqual([row?.callCountSuccess, row?.callCountBlocked], [1, blocked]);
      assert.ok(Number(row?.bandwidth) > 0);
      assert.ok(Number(row?.apiTimeAvg) >= Number(row?.serviceTimeMin));
    });

  it('counts them by time, in quarters of an hour', async () => {
    assert.equal((await report('byTime')).status, 400);
    assert.equal((await report('byTime', '&interval=PT5M')).status, 400);
    const rows = rowsOf(await report('byTime', '&interval=P1D'));
    assert.equal(
      rows.reduce((sum, { callCountTotal }) => sum + Number(callCountTotal), 0),
      2,
    );
  });

  it('reports only with a time', async () => {
    assert.equal((await caller.ask('GET', 'reports/byApi')).status, 400);
    const earlier = encodeURIComponent(
      "timestamp le datetime'2017-06-04T00:00:00' and apiId eq 'azureml-demo'",
    );
    const rows = rowsOf(await caller.ask('GET', `reports/byApi?$filter=${earlier}`));
    assert.deepEqual(
      rows.map(({ callCountTotal }) => callCountTotal),
      [0],
    );
  });

  it('measures requests by the answers’ codes', async () => {
    const filter = encodeURIComponent("ApiId eq 'azureml-demo' and GatewayResponseCodeCategory eq '*'");
    const reply = await caller.ask('GET', `${metricsPath}?interval=FULL&aggregation=Total&$filter=${filter}`);
    const [metric] = rowsOf(reply);
    const series = asArray(metric?.timeseries).map(asObject);
    const totals = series.map(({ metadatavalues, data }) => [
      asObject(asArray(metadatavalues)[1]).value,
      asObject(asArray(data)[0]).total,
    ]);
    assert.deepEqual(totals, [
      ['2xx', 1],
      ['4xx', 1],
    ]);
  });

  it('says of one metric that it cannot be had that way', async () => {
    const reply = await caller.ask('GET', `${metricsPath}?metricnames=Duration,Requests&aggregation=Average`);
    const results = rowsOf(reply).map(({ errorCode, timeseries }) => [errorCode, asArray(timeseries).length]);
    assert.deepEqual(results, [
      ['Success', 1],
      ['InvalidSamplingType', 0],
    ]);
  });

  it('cuts a split at ten unless told otherwise, and knows calls of the past', async () => {
    const call = {
      ...nobody,
      ...{
        timestamp: '2026-01-01T00:30:00Z',
        method: 'GET',
        url: 'http://127.0.0.1/',
        ipAddress: '127.0.0.1',
      },
      ...{ responseCode: 200, backendResponseCode: 200, requestSize: 0, responseSize: 1, apiTime: 1 },
    };
    arm.addCalls(
      caller.instance,
      Array.from({ length: 12 }, (_, api) => ({ ...call, apiId: `api${api}` })),
    );
    const query = `timespan=2026-01-01T00:00:00Z/2026-01-01T02:00:00Z&interval=PT1H&$filter=${encodeURIComponent("ApiId eq '*'")}`;
    const [metric] = rowsOf(await caller.ask('GET', `${metricsPath}?${query}`));
    assert.equal(asArray(metric?.timeseries).length, 10);
    const [whole] = rowsOf(await caller.ask('GET', `${metricsPath}?${query}&top=50`));
    const series = asArray(whole?.timeseries).map(asObject);
    assert.equal(series.length, 12);
    assert.deepEqual(
      asArray(series[0]?.data).map((point) => asObject(point).total),
      [1, 0],
    );
  });

  function report(kind: string, more = ''): Promise<Reply> {
    const filter = encodeURIComponent("timestamp ge datetime'2017-06-01T00:00:00'");
    return caller.ask('GET', `reports/${kind}?$filter=${filter}${more}`);
  }
});

function rowsOf({ body }: Reply): readonly JsonObject[] {
  return asArray(body.value).map(asObject);
}
