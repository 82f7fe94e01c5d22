import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import * as vscode from 'vscode';

interface Local {
  readonly baseUrl: string;
  readonly gatewayUrl: string;
  readonly managementUrl: string;
  readonly workspaceToken: string;
  readonly subscriptionKey: string;
  readonly workspaceId: string;
  readonly services: readonly {
    readonly name: string;
    readonly serviceId: string;
    readonly endpointId: string;
    readonly apiKey: string;
  }[];
}

interface Answer {
  readonly requestUrl: string;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
}

const service = 'SimpleFeatureHashingExperiment';
const body = {
  Inputs: { input1: { ColumnNames: ['Col2'], Values: [['This is a good day']] } },
  GlobalParameters: {},
};
const scored = ['This is a good day', '1', '1', '2', '2', '0', '2', '0', '1'];

describe('the catalog', () => {
  let local: Local;
  let endpointId: string;
  let apiKey: string;

  const run = <T = unknown>(command: string, call: object): Promise<T> =>
    Promise.resolve(vscode.commands.executeCommand<T>(`azuremlServices.${command}`, call));
  const score = (workspace: string, name = service): Promise<Answer> =>
    run('rrsExecute', { workspace, service: name, body });
  const define = (workspaces: object | undefined): Thenable<void> =>
    vscode.workspace
      .getConfiguration('azuremlServices')
      .update('workspaces', workspaces, vscode.ConfigurationTarget.Global);
  const workspace = (baseUrl: string, more: object = {}): object => ({
    workspaceId: local.workspaceId,
    baseUrl,
    services: { hashing: { endpoints: { default: endpointId } } },
    ...more,
  });
  const rowOf = (answer: Answer): unknown => {
    const text = JSON.stringify(answer.body);
    return (JSON.parse(text) as { Results: { output1: { value: { Values: unknown[] } } } }).Results.output1
      .value.Values[0];
  };

  before(async () => {
    await vscode.extensions.getExtension('azureml-services.azureml-services')?.activate();
    local = await vscode.commands.executeCommand<Local>('azuremlServices.startLocalService');
    const found = local.services.find(({ name }) => name === service);
    assert.ok(found);
    ({ endpointId, apiKey } = found);
  });

  afterEach(() => define(undefined));

  it('has the local service with its keys, under names and ids', async () => {
    for (const name of [service, `${service}/default`, endpointId, endpointId.toUpperCase()]) {
      const answer = await score('Local', name);
      assert.equal(answer.status, 200);
      assert.deepEqual(rowOf(answer), scored);
    }
  });

  it('names what it does not know', async () => {
    await assert.rejects(score('Elsewhere'), /\[client\/UnknownWorkspace\] .*"Elsewhere".*Local/);
    await assert.rejects(
      score('Local', 'Nothing'),
      /\[client\/UnknownService\] .*"Nothing".*SimpleFeatureHashingExperiment/,
    );
  });

  it('wants a key before it calls, and uses the one it is given', async () => {
    await define({ Mine: workspace(local.baseUrl, { workspaceId: local.workspaceId.toUpperCase() }) });
    await assert.rejects(score('Mine', 'hashing'), /\[client\/MissingApiKey\]/);
    await run('setApiKey', { workspace: 'Mine', service: 'hashing', key: ` "Bearer ${apiKey}"\r\n` });
    assert.equal((await score('Mine', 'hashing')).status, 200);
  });

  it('resolves with the refusal of a wrong key', async () => {
    await define({ Wrong: workspace(`${local.baseUrl}/`, { workspaceId: local.workspaceId }) });
    await run('setApiKey', { workspace: 'Wrong', service: 'hashing', key: 'bm90IHRoZSBrZXk=' });
    const answer = await score('Wrong', 'hashing');
    assert.equal(answer.status, 401);
    assert.match(JSON.stringify(answer.body), /ScoreRequestUnauthorized/);
    await run('setApiKey', { workspace: 'Local', service, key: apiKey });
  });

  it('finds no key when the base URL is changed', async () => {
    const other = await listen();
    try {
      await define({ Moved: workspace(local.baseUrl) });
      await run('setApiKey', { workspace: 'Moved', service: 'hashing', key: apiKey });
      await define({ Moved: workspace(other.url) });
      await assert.rejects(score('Moved', 'hashing'), /\[client\/MissingApiKey\]/);
      assert.equal(other.requests.length, 0);
    } finally {
      other.close();
    }
  });

  it('finds services by a token and fetches their keys, for the base URL that the token was given for', async () => {
    const { managementUrl, baseUrl, workspaceId, workspaceToken: token } = local;
    const { serviceId } = local.services[0] ?? { serviceId: '' };
    const manage = (method: string, sent?: string): Promise<Response> =>
      fetch(`${managementUrl}/workspaces/${workspaceId}/webservices/${serviceId}/endpoints/fetched`, {
        method,
        headers: { Authorization: `Bearer ${token}` },
        ...(sent !== undefined && { body: sent }),
      });
    assert.equal((await manage('PUT', '{}')).status, 200);
    await define({ Managed: { workspaceId, baseUrl, managementUrl } });
    await assert.rejects(score('Managed'), /\[client\/MissingWorkspaceToken\]/);
    await run('setWorkspaceToken', { workspace: 'Managed', token: ` Bearer ${token} ` });
    const answer = await score('Managed');
    assert.equal(answer.status, 200);
    assert.deepEqual(rowOf(answer), scored);
    assert.equal((await score('Managed', endpointId)).status, 200);
    const fetched = await score('Managed', `${service}/fetched`);
    assert.equal(fetched.status, 200);
    assert.doesNotMatch(fetched.requestUrl, new RegExp(endpointId));
    assert.equal((await manage('DELETE')).status, 200);

    const elsewhere = baseUrl.replace('127.0.0.1', 'localhost');
    await define({ Managed: { workspaceId, baseUrl: elsewhere, managementUrl } });
    await assert.rejects(score('Managed'), /\[client\/MissingWorkspaceToken\]/);
    await define({ Managed: { workspaceId, baseUrl } });
    await assert.rejects(
      run('setWorkspaceToken', { workspace: 'Managed', token }),
      /\[client\/NoManagementUrl\]/,
    );
  });

  it('calls through the gateway with both keys, and tells which one is missing', async () => {
    await define({
      Gate: workspace(local.gatewayUrl, { subscriptionKeyHeader: 'Ocp-Apim-Subscription-Key' }),
    });
    await run('setApiKey', { workspace: 'Gate', service: 'hashing', key: apiKey });
    await assert.rejects(score('Gate', 'hashing'), /\[client\/MissingSubscriptionKey\]/);
    await run('setSubscriptionKey', { workspace: 'Gate', key: local.subscriptionKey });
    const answer = await score('Gate', 'hashing');
    assert.equal(answer.status, 200);
    assert.ok(answer.requestUrl.startsWith(local.gatewayUrl));
    assert.deepEqual(rowOf(answer), scored);
  });

  it('sends what the authorization of the workspace says, and nothing else', async () => {
    const server = await listen();
    try {
      await define({ Open: workspace(server.url, { auth: { type: 'gateway' } }) });
      assert.equal((await score('Open', 'hashing')).status, 200);
      await define({ Own: workspace(server.url, { auth: { type: 'header', name: 'X-Own' } }) });
      await assert.rejects(score('Own', 'hashing'), /\[client\/MissingApiKey\]/);
      assert.equal(server.requests.length, 1);
      assert.equal(server.requests[0]?.['authorization'], undefined);
    } finally {
      server.close();
    }
  });

  it('sends a stored subscription key under the name that the workspace has, and under none when it is emptied', async () => {
    const server = await listen();
    const sent = async (more: object): Promise<unknown> => {
      await define({ Gate: workspace(server.url, { auth: { type: 'gateway' }, ...more }) });
      await score('Gate', 'hashing');
      const headers = server.requests.at(-1) ?? {};
      return Object.entries(headers).filter(([, value]) => value === 'dGhlIGtleQ==');
    };
    try {
      await define({ Gate: workspace(server.url, { auth: { type: 'gateway' } }) });
      await run('setSubscriptionKey', { workspace: 'Gate', key: 'dGhlIGtleQ==' });
      assert.deepEqual(await sent({}), [['ocp-apim-subscription-key', 'dGhlIGtleQ==']]);
      assert.deepEqual(await sent({ subscriptionKeyHeader: 'X-Sub' }), [['x-sub', 'dGhlIGtleQ==']]);
      assert.deepEqual(await sent({ subscriptionKeyHeader: '' }), []);
      await run('setSubscriptionKey', { workspace: 'Gate', key: 'dGhlIGtleQ==' });
      await score('Gate', 'hashing');
      assert.equal(server.requests.at(-1)?.['ocp-apim-subscription-key'], 'dGhlIGtleQ==');
    } finally {
      server.close();
    }
  });

  it('sends no Microsoft token to an address that nobody has allowed', async () => {
    const auth = { type: 'microsoft', scope: 'https://example.test/.default' };
    await define({ Account: workspace(local.baseUrl, { auth }) });
    await assert.rejects(
      score('Account', 'hashing'),
      /\[client\/MissingApiKey\] Nobody has allowed.*127\.0\.0\.1/,
    );
  });

  it('addresses services of the other style', async () => {
    await define({ New: workspace(local.baseUrl, { addressedBy: 'subscriptions' }) });
    await run('setApiKey', { workspace: 'New', service: 'hashing', key: apiKey });
    const answer = await score('New', 'hashing');
    assert.equal(answer.status, 200);
    assert.match(answer.requestUrl, /\/subscriptions\//);
  });

  it('asks which endpoint is meant when a name has several', async () => {
    const endpoints = { one: endpointId, two: '0'.repeat(32) };
    await define({ Two: workspace(local.baseUrl, { services: { hashing: { endpoints } } }) });
    await assert.rejects(
      score('Two', 'hashing'),
      /\[client\/AmbiguousService\] .*hashing\/one.*hashing\/two/,
    );
    await run('setApiKey', { workspace: 'Two', service: 'hashing/one', key: apiKey });
    assert.equal((await score('Two', 'hashing/one')).status, 200);
  });

  it('says which member of the setting is wrong', async () => {
    await define({ Bad: { workspaceId: 1, baseUrl: local.baseUrl } });
    await assert.rejects(
      score('Bad', 'hashing'),
      /\[client\/InvalidSetting\] .*workspaces\["Bad"\]\.workspaceId/,
    );
  });

  it('goes on with what is right when something in the setting is wrong', async () => {
    const good = workspace(local.baseUrl);
    await define({
      Local: workspace('http://192.0.2.1'),
      'No header': { ...good, subscriptionKeyHeader: 'a b' },
      'No URL': { ...good, managementUrl: 'management.example.test' },
      'Empty URL': { ...good, managementUrl: '' },
      Good: good,
    });
    await run('setApiKey', { workspace: 'Good', service: 'hashing', key: apiKey });
    assert.equal((await score('Good', 'hashing')).status, 200);
    assert.ok((await score('Local')).requestUrl.startsWith(local.baseUrl));
    await assert.rejects(
      score('No header', 'hashing'),
      /\[client\/InvalidSetting\] .*workspaces\["No header"\]\.subscriptionKeyHeader/,
    );
    await assert.rejects(
      score('No URL', 'hashing'),
      /\[client\/InvalidSetting\] .*workspaces\["No URL"\]\.managementUrl/,
    );
    assert.equal((await score('Empty URL', 'hashing')).status, 200);
    for (const wrong of [null, 'text', ['text'], { Good: null }]) {
      await vscode.workspace
        .getConfiguration('azuremlServices')
        .update('workspaces', wrong, vscode.ConfigurationTarget.Global);
      await assert.rejects(score('Nowhere'), /\[client\/UnknownWorkspace\]/);
    }
    await assert.rejects(score('Good'), /\[client\/InvalidSetting\] .*workspaces\["Good"\]/);
  });

  it('takes an endpoint id once, and any base URL that has the same meaning', async () => {
    const services = {
      hashing: { endpoints: { default: endpointId } },
      again: { endpoints: { default: endpointId.toUpperCase() } },
    };
    await define({ Mine: workspace(` ${local.baseUrl}/?a=b`.trim(), { services }) });
    await run('setApiKey', { workspace: 'Mine', service: 'hashing', key: apiKey });
    const answer = await score('Mine', 'hashing');
    assert.equal(answer.status, 200);
    assert.ok(answer.requestUrl.startsWith(`${local.baseUrl}/workspaces/`));
    await assert.rejects(score('Mine', 'again'), /\[client\/UnknownService\]/);
  });

  it('sends the stored value of a header of its own', async () => {
    const server = await listen();
    try {
      await define({ Own: workspace(server.url, { auth: { type: 'header', name: 'X-Own' } }) });
      await run('setApiKey', { workspace: 'Own', service: 'hashing', key: ' two words\r\n' });
      assert.equal((await score('Own', 'hashing')).status, 200);
      assert.equal(server.requests[0]?.['x-own'], 'two words');
      assert.equal(server.requests[0]['authorization'], undefined);
    } finally {
      server.close();
    }
  });

  it('refuses plain http to another machine', async () => {
    await define({ Far: workspace('http://192.0.2.1', { auth: { type: 'gateway' } }) });
    await assert.rejects(score('Far', 'hashing'), /\[client\/PlainHttpRefused\]/);
  });

  it('names the argument that is wrong', async () => {
    await assert.rejects(
      run('setApiKey', { workspace: 'Local', service, key: ' "" ' }),
      /\[client\/InvalidArguments\].*"key"/,
    );
    await assert.rejects(
      run('setApiKey', { workspace: 'Local', service }),
      /\[client\/InvalidArguments\].*"key"/,
    );
    await assert.rejects(
      run('setSubscriptionKey', { workspace: 'Local', key: '' }),
      /\[client\/InvalidArguments\].*"key"/,
    );
  });
});

interface Listener {
  readonly url: string;
  readonly requests: Readonly<Record<string, string | string[] | undefined>>[];
  close(): void;
}

/** A server that answers every call with an empty result and remembers its headers. */
async function listen(): Promise<Listener> {
  const requests: Listener['requests'] = [];
  const server: Server = createServer((request, response) => {
    requests.push(request.headers);
    request
      .resume()
      .on('end', () => response.setHeader('Content-Type', 'application/json').end('{"Results":{}}'));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${String(port)}`,
    requests,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
