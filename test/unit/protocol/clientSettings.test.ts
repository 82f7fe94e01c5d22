import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { Failure } from '../../../src/protocol/failure.ts';
import { parseClientSettings } from '../../../src/protocol/studio/clientSettings.ts';

const workspaceId = '0123456789abcdef0123456789abcdef';
const token = 'the-token';

describe('settings of other clients', () => {
  const ofR = (more: object): string =>
    JSON.stringify({ workspace: { id: workspaceId, authorization_token: token, ...more } });
  const ofPowerShell = (more: object): string =>
    JSON.stringify({ WorkspaceId: workspaceId, AuthorizationToken: token, ...more });

  for (const [what, text, managementUrl] of [
    ['of R with a management endpoint', ofR({ management_endpoint: 'https://m.test' }), 'https://m.test'],
    [
      'of R with an API endpoint',
      ofR({ api_endpoint: 'https://europewest.studioapi.azureml.net' }),
      'https://europewest.management.azureml.net',
    ],
    ['of R with neither', ofR({}), undefined],
    ['of PowerShell', ofPowerShell({ Location: 'South Central US' }), 'https://management.azureml.net'],
    [
      'of PowerShell, with a byte order mark and a short location',
      `\uFEFF${ofPowerShell({ Location: 'southeastasia' })}`,
      'https://asiasoutheast.management.azureml.net',
    ],
    ['of PowerShell with a location that is not known', ofPowerShell({ Location: 'Mars' }), undefined],
  ] as const) {
    it(`are read: ${what}`, () => {
      assert.deepEqual(parseClientSettings(text), {
        workspaceId,
        token,
        ...(managementUrl !== undefined && { managementUrl }),
      });
    });
  }

  for (const [what, text] of [
    ['no JSON', 'id: 1'],
    ['something else', '{"workspace":{"id":1}}'],
    ['no token', JSON.stringify({ WorkspaceId: workspaceId, AuthorizationToken: ' ' })],
    ['no id', JSON.stringify({ WorkspaceId: 'a b', AuthorizationToken: token })],
  ] as const) {
    it(`are refused: ${what}`, () => {
      const failure = parseClientSettings(text);
      assert.ok(failure instanceof Failure);
      assert.equal(failure.code, 'NotClientSettings');
      assert.doesNotMatch(failure.message, /the-token/);
    });
  }
});
