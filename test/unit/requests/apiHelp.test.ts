import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { errorClasses } from '../../../src/protocol/studio/errorCodes.ts';
import type { ServiceSchema } from '../../../src/protocol/studio/serviceSchema.ts';
import { apiHelp } from '../../../src/requests/apiHelp.ts';
import { besProgram, rrsProgram, type CodeTarget } from '../../../src/requests/code/program.ts';
import { readRequest } from '../../../src/shared/requestData.ts';

const target: CodeTarget = {
  label: '<b>Income</b>',
  address: { baseUrl: 'https://example.test/x', style: 'workspaces', workspaceId: 'w', endpointId: 'e' },
  auth: { type: 'apiKey' },
  subscriptionKeyHeader: 'Ocp-Apim-Subscription-Key',
  outputs: ['result'],
};

const schema: ServiceSchema = {
  title: 'Income',
  inputs: [
    {
      name: 'people',
      columns: [
        { name: 'age', type: 'integer', format: 'int8', nullable: true },
        { name: 'a|`b` <script>', type: 'string', nullable: false, allowedValues: ['x', 'y'] },
      ],
      sampleRows: [[39, 'x']],
    },
  ],
  outputs: [{ name: 'result', columns: [{ name: 'label', type: 'string', nullable: true }], sampleRows: [] }],
  globalParameters: [{ name: 'How many', type: 'integer', format: 'int32', default: 3 }],
};

const request = readRequest({ headers: { Authorization: 'Bearer secret', 'X-Mine': 'yes' } }).data;
const body =
  '{"Inputs":{"people":{"ColumnNames":["age"],"Values":[[12345678901234567890]]}},"GlobalParameters":{}}';

describe('the API help', () => {
  it('has URL, headers, body, types, ranges, values, samples and parameters of RRS Execute', () => {
    const help = apiHelp({ target, schema, program: rrsProgram(target, request, body), body });
    for (const expected of [
      'POST https://example.test/x/workspaces/w/services/e/execute?api-version=2.0&details=true',
      '| `Authorization` | `Bearer` and the API key of the endpoint |',
      '| `Ocp-Apim-Subscription-Key` | the subscription key of the gateway |',
      '| `X-Mine` | `yes` |',
      body,
      '| `age` | integer (int8) | -128 to 127 | yes | `39` |',
      '| ``a\\|`b` <script>`` | string | `x`, `y` | no | `x` |',
      '| `How many` | integer (int32) | -2147483648 to 2147483647 | no | `3` |',
      '| 503 | `ServiceUnavailable` | `RequestThrottled` |',
    ])
      assert.ok(help.includes(expected), `${expected}\nis not in\n${help.slice(0, 3000)}`);
    assert.doesNotMatch(help, /secret/);
    assert.match(help, /^# \\<b\\>Income/);
  });

  it('has the four operations of a batch job, and inputs with all their digits', () => {
    const help = apiHelp({ target, program: besProgram(target, request, body), body });
    for (const verb of ['POST', 'GET', 'DELETE'])
      assert.match(help, new RegExp(`\`${verb} https://[^ ]*/jobs`));
    assert.match(help, /12345678901234567890\\r\\n/);
    assert.match(help, /publishes no schema/);
  });

  it('has every documented error', async () => {
    const file = new URL('../../fixtures/classic/error-codes.json', import.meta.url);
    const { classes } = JSON.parse(await readFile(file, 'utf8')) as {
      classes: { code: string; httpStatus: number; details: { code: string }[] }[];
    };
    assert.deepEqual(
      errorClasses,
      classes.map(({ code, httpStatus, details }) => ({
        name: code,
        status: httpStatus,
        details: details.map((detail) => detail.code),
      })),
    );
  });
});
