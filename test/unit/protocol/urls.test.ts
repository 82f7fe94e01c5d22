import assert from 'node:assert/strict';
import { Failure } from '../../../src/protocol/failure.ts';
import { isRetiredHost, regions, scoringHostOf } from '../../../src/protocol/studio/regions.ts';
import {
  executeUrl,
  jobsUrl,
  jobUrl,
  normalizeBaseUrl,
  parseServiceUrl,
  startUrl,
  swaggerUrl,
  type ParsedServiceUrl,
  type ServiceAddress,
} from '../../../src/protocol/studio/urls.ts';
import { fixture } from './fixtures.ts';

const ws = '0123456789abcdef0123456789abcdef';
const ep = 'fedcba9876543210fedcba9876543210';
const svc = '00112233445566778899aabbccddeeff';
const job = '539d0bc2fde945b6ac986b851d0000f0';
const base = 'https://ussouthcentral.services.azureml.net';
const service = `${base}/workspaces/${ws}/services/${ep}`;

function parsed(text: string): ParsedServiceUrl {
  const result = parseServiceUrl(text);
  if (result instanceof Failure) throw result;
  return result;
}

function refusal(text: string): Failure {
  const result = parseServiceUrl(text);
  assert.ok(result instanceof Failure, `${text} was understood`);
  assert.equal(result.code, 'InvalidServiceUrl');
  assert.match(result.sentence, /https:\/\/example\.azure-api\.net\/azureml-demo\/workspaces\//);
  return result;
}

describe('URLs of a service', () => {
  const address: ServiceAddress = { baseUrl: base, style: 'workspaces', workspaceId: ws, endpointId: ep };

  it('has the operations of the contract', () => {
    assert.equal(executeUrl(address), `${service}/execute?api-version=2.0`);
    assert.equal(
      executeUrl(address, { apiVersion: '2.0', details: true, format: 'swagger' }),
      `${service}/execute?api-version=2.0&details=true&format=swagger`,
    );
    assert.equal(executeUrl(address, { details: false }), `${service}/execute?api-version=2.0&details=false`);
    assert.equal(jobsUrl(address), `${service}/jobs?api-version=2.0`);
    assert.equal(jobUrl(address, job), `${service}/jobs/${job}?api-version=2.0`);
    assert.equal(startUrl(address, job, '1.0'), `${service}/jobs/${job}/start?api-version=1.0`);
    assert.equal(swaggerUrl(address), `${service}/swagger.json`);
  });

  it('keeps a path prefix and a port, and takes a trailing slash', () => {
    const gateway = { ...address, baseUrl: 'https://demo.azure-api.net:8443/azureml-demo/' };
    assert.equal(
      jobsUrl(gateway),
      `https://demo.azure-api.net:8443/azureml-demo/workspaces/${ws}/services/${ep}/jobs?api-version=2.0`,
    );
  });

  it('has the form of New services', () => {
    const url = executeUrl({ ...address, style: 'subscriptions' });
    assert.equal(url, `${base}/subscriptions/${ws}/services/${ep}/execute?api-version=2.0`);
  });
});

describe('parseServiceUrl', () => {
  const understood: readonly (readonly [what: string, text: string, expected: Partial<ParsedServiceUrl>])[] =
    [
      ['execute', `${service}/execute?api-version=2.0&details=true`, { kind: 'execute' }],
      ['jobs', `${service}/jobs?api-version=2.0`, { kind: 'jobs' }],
      ['the status of a job', `${service}/jobs/${job}?api-version=2.0`, { kind: 'job', jobId: job }],
      ['the start of a job', `${service}/jobs/${job}/start?api-version=2.0`, { kind: 'job', jobId: job }],
      ['a job id in quotes', `${service}/jobs/%22${job.toUpperCase()}%22`, { kind: 'job', jobId: job }],
      ['swagger.json', `${service}/swagger.json`, { kind: 'swagger' }],
      ['ApiLocation', service, { kind: 'service' }],
      ['a trailing slash', `${service}/`, { kind: 'service' }],
      ['the default port', `${base}:443/workspaces/${ws}/services/${ep}/execute`, { kind: 'execute' }],
      ['a trailing dot on the host', service.replace('.net/', '.net./'), { kind: 'service' }],
      ['a trailing full stop', `${service}/jobs.`, { kind: 'jobs' }],
      ['spaces and quotes', `  "${service}/jobs?api-version=2.0" \n`, { kind: 'jobs' }],
      ['typographic quotes', `\u201c${service}/jobs\u201d`, { kind: 'jobs' }],
      ['a line break inside', service.replace('/services', '\r\n  /services'), { kind: 'service' }],
      ['a request line', `POST ${service}/execute?api-version=2.0 HTTP/1.1`, { kind: 'execute' }],
      ['HTML escapes', `${service}/execute?api-version=2.0&amp;format&#x3D;swagger`, { kind: 'execute' }],
      ['a missing scheme', service.replace('https://', ''), { kind: 'service' }],
      ['upper case', service.toUpperCase().replace('HTTPS', 'https'), { kind: 'service' }],
      ['user information', service.replace('https://', 'https://me:secret@'), { kind: 'service' }],
    ];
  for (const [what, text, expected] of understood) {
    it(`understands ${what}`, () => {
      assert.deepEqual(parsed(text), {
        baseUrl: base,
        style: 'workspaces',
        workspaceId: ws,
        endpointId: ep,
        retiredHost: true,
        ...expected,
      });
    });
  }

  for (const page of ['score', 'jobs', 'update', '']) {
    it(`understands the help page ${page === '' ? 'without its last segment' : page}`, () => {
      const text = `https://studio.azureml.net/apihelp/workspaces/${ws}/webservices/${svc}/endpoints/${ep}/${page}`;
      assert.deepEqual(parsed(text), {
        baseUrl: base,
        style: 'workspaces',
        workspaceId: ws,
        endpointId: ep,
        serviceId: svc,
        kind: 'help',
        retiredHost: true,
      });
    });
  }

  it('finds the scoring host of a regional help page, listed or not', () => {
    const path = `/apihelp/workspaces/${ws}/webservices/${svc}/endpoints/${ep}/score`;
    assert.equal(
      parsed(`europewest.studio.azureml.net${path}`).baseUrl,
      'https://europewest.services.azureml.net',
    );
    assert.equal(parsed(`mars.studio.azureml.net${path}`).baseUrl, 'https://mars.services.azureml.net');
    assert.equal(parsed(`http://127.0.0.1:8080${path}`).baseUrl, 'http://127.0.0.1:8080');
  });

  it('understands the API document of the management API', () => {
    const text = `https://management.azureml.net/workspaces/${ws}/webservices/${svc}/endpoints/${ep}/apidocument`;
    assert.equal(parsed(text).baseUrl, base);
    assert.equal(parsed(text).serviceId, svc);
  });

  it('keeps the prefix of a gateway, which is not retired', () => {
    const result = parsed(
      `https://demo.azure-api.net/azureml-demo/workspaces/${ws}/services/${ep}/execute?x=1`,
    );
    assert.equal(result.baseUrl, 'https://demo.azure-api.net/azureml-demo');
    assert.equal(result.retiredHost, false);
  });

  it('understands New services, with dashes in the subscription or without', () => {
    const dashed = '01234567-89AB-cdef-0123-456789abcdef';
    const result = parsed(`${base}/subscriptions/${dashed}/services/${ep}/swagger.json`);
    assert.equal(result.style, 'subscriptions');
    assert.equal(result.workspaceId, ws);
  });

  it('guesses plain http for this machine only', () => {
    assert.equal(parsed(`127.0.0.1:7071/workspaces/a/services/b`).baseUrl, 'http://127.0.0.1:7071');
    assert.equal(parsed(`localhost:7071/workspaces/a/services/b`).baseUrl, 'http://localhost:7071');
    assert.equal(parsed(`example.com:7071/workspaces/a/services/b`).baseUrl, 'https://example.com:7071');
  });

  it('reads the locations of an endpoint object', () => {
    const [endpoint] = fixture('mgmt-endpoint-shape.json') as { ApiLocation: string; HelpLocation: string }[];
    assert.ok(endpoint);
    assert.equal(parsed(endpoint.ApiLocation).endpointId, 'ENDPOINT_ID');
    assert.equal(parsed(endpoint.HelpLocation).serviceId, 'WEB_SERVICE_ID');
    assert.equal(parsed(endpoint.HelpLocation).baseUrl, parsed(endpoint.ApiLocation).baseUrl);
  });

  it('comes back to the same URL', () => {
    const text = `http://127.0.0.1:7071/gw/demo/workspaces/${ws}/services/${ep}/jobs/${job}/start?api-version=2.0`;
    assert.equal(startUrl(parsed(text), parsed(text).jobId ?? ''), text);
  });

  it('says what is wrong with any other text', () => {
    assert.match(refusal('').sentence, /empty/);
    assert.match(refusal('http://').sentence, /no URL/);
    assert.match(refusal('ftp://host/workspaces/a/services/b').sentence, /"ftp:"/);
    assert.match(refusal('https://host.example').sentence, /no workspace/);
    assert.match(refusal('https://host.example/score').sentence, /no \/workspaces/);
    assert.match(refusal(`https://host.example/workspaces/${ws}`).sentence, /no \/services/);
    assert.match(
      refusal('https://host.example/workspaces/{workspace}/services/{service}/execute').sentence,
      /placeholder/,
    );
    assert.match(refusal(`${service}/jobs/{jobid}`).sentence, /placeholder/);
    assert.match(
      refusal(`https://management.azureml.net/workspaces/${ws}/webservices/${svc}/endpoints/default`)
        .sentence,
      /management API/,
    );
    assert.match(
      refusal(
        'https://management.azure.com/subscriptions/1/resourceGroups/g/providers/Microsoft.MachineLearning/webServices/w',
      ).sentence,
      /swaggerLocation/,
    );
  });
});

describe('normalizeBaseUrl', () => {
  it('keeps scheme, host, port and path', () => {
    assert.equal(
      normalizeBaseUrl(' demo.azure-api.net/azureml-demo/ '),
      'https://demo.azure-api.net/azureml-demo',
    );
    assert.equal(normalizeBaseUrl('http://u:p@127.0.0.1:80/?a=b#c'), 'http://127.0.0.1');
    assert.ok(normalizeBaseUrl('mailto://x') instanceof Failure);
  });
});

describe('regions', () => {
  it('knows which hosts have ended', () => {
    for (const region of regions) assert.ok(isRetiredHost(region.scoringHost), region.scoringHost);
    assert.ok(isRetiredHost('USSouthCentral.services.azureml.net.:443'));
    assert.ok(isRetiredHost('management.azureml.net'));
    assert.ok(!isRetiredHost('demo.azure-api.net'));
    assert.ok(!isRetiredHost('services.azureml.net.example.com'));
    assert.ok(!isRetiredHost('127.0.0.1'));
  });

  it('goes from studio and management hosts to scoring hosts', () => {
    assert.equal(scoringHostOf('management.azureml.net'), 'ussouthcentral.services.azureml.net');
    assert.equal(scoringHostOf('japaneast.studioapi.azureml.net'), 'japaneast.services.azureml.net');
    assert.equal(scoringHostOf('example.com'), undefined);
  });
});
