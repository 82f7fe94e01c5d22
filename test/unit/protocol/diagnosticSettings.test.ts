import assert from 'node:assert/strict';
import {
  workspaceOfGatewayLogs,
  type DiagnosticSetting,
} from '../../../src/protocol/apim/diagnosticSettings.ts';

const workspaceId =
  '/subscriptions/1/resourceGroups/rg1/providers/Microsoft.OperationalInsights/workspaces/kept';

function setting(
  category: string | undefined,
  categoryGroup: string | undefined,
  enabled = true,
): DiagnosticSetting {
  return { properties: { workspaceId, logs: [{ category, categoryGroup, enabled }] } };
}

describe('diagnostic settings', () => {
  it('send the logs of the gateway to a workspace, by their category or with all others', () => {
    assert.equal(workspaceOfGatewayLogs([setting('GatewayLogs', undefined)]), 'kept');
    const other = setting('WebSocketConnectionLogs', undefined);
    assert.equal(workspaceOfGatewayLogs([other, setting(undefined, 'allLogs')]), 'kept');
    const storageOnly = {
      properties: { ...setting('GatewayLogs', undefined).properties, workspaceId: undefined },
    };
    for (const none of [[], [other], [setting('GatewayLogs', undefined, false)], [storageOnly]])
      assert.equal(workspaceOfGatewayLogs(none), undefined);
  });
});
