import type { ServerResponse } from 'node:http';

import type { Column, Port } from '../protocol/studio/serviceSchema.ts';
import { helpPath } from '../protocol/studio/urls.ts';
import { DEFAULT_ENDPOINT } from './endpoints.ts';
import type { Endpoint, Endpoints } from './endpoints.ts';
import { sendText } from './httpAnswer.ts';
import { decodeSegment } from './refusals.ts';

const PAGES = ['score', 'jobs', 'update'] as const;
type Page = (typeof PAGES)[number];

export function isHelpPath(url: string): boolean {
  return url.startsWith('/apihelp/');
}

/** Answers the help pages of the endpoints: how to score, how to run jobs, how to patch. Nobody has to say who they are. */
export function answerHelp(
  response: ServerResponse,
  url: string,
  workspaceId: string,
  endpoints: Endpoints,
): void {
  const [, , , workspace, , serviceId = '', , endpointId = '', last = 'score'] = (url.split('?')[0] ?? '')
    .split('/')
    .map(decodeSegment);
  const endpoint = endpoints.byId(endpointId);
  const page = PAGES.find((each) => each === (last === '' ? 'score' : last));
  const found = workspace === workspaceId && endpoint?.serviceId === serviceId && page !== undefined;
  if (!found) sendHtml(response, 404, html('Not found', '<p>There is no such help page.</p>'));
  else sendHtml(response, 200, helpPage(endpoint, page, workspaceId));
}

function helpPage(endpoint: Endpoint, page: Page, workspaceId: string): string {
  const { title } = endpoint.service.schema;
  const base = helpPath({ workspaceId, ...endpoint });
  const links = PAGES.map((each) => `<a href="${escape(`${base}/${each}`)}">${TITLES[each]}</a>`).join(' · ');
  const api = `/workspaces/${workspaceId}/services/${endpoint.endpointId}`;
  const body = { score: scorePage, jobs: jobsPage, update: updatePage }[page](endpoint, api);
  const heading = `<h1>${escape(title)}</h1><p>Endpoint <b>${escape(endpoint.name)}</b>. ${links}</p>`;
  return html(`${title}: ${TITLES[page]}`, `${heading}<h2>${TITLES[page]}</h2>${body}`);
}

const TITLES: Readonly<Record<Page, string>> = {
  score: 'Request and response',
  jobs: 'Batch jobs',
  update: 'Update the model',
};

function scorePage({ service }: Endpoint, api: string): string {
  const { inputs, outputs, globalParameters } = service.schema;
  if (service.modelOutputs) return '<p>This service writes a trained model. Run it as a batch job.</p>';
  const body = {
    Inputs: Object.fromEntries(
      inputs.map(({ name, columns, sampleRows }) => [
        name,
        { ColumnNames: columns.map((column) => column.name), Values: sampleRows.slice(0, 2) },
      ]),
    ),
    GlobalParameters: Object.fromEntries(
      globalParameters.map((parameter) => [parameter.name, parameter.default ?? '']),
    ),
  };
  return [
    request('POST', `${api}/execute?api-version=2.0&details=true`),
    `<pre>${escape(JSON.stringify(body, undefined, 2))}</pre>`,
    ...inputs.map((port) => portTable('Input', port)),
    ...outputs.map((port) => portTable('Output', port)),
  ].join('');
}

function jobsPage({ service }: Endpoint, api: string): string {
  const { inputs, outputs } = service.schema;
  const reference = (name: string, extension: string) => [
    name,
    { ConnectionString: 'CONNECTION STRING', RelativeLocation: `CONTAINER/${name}.${extension}` },
  ];
  const body = {
    Inputs: Object.fromEntries(inputs.map(({ name }) => reference(name, 'csv'))) as object,
    Outputs: Object.fromEntries(
      outputs.map(({ name }) => reference(name, service.modelOutputs?.includes(name) ? 'ilearner' : 'csv')),
    ) as object,
    GlobalParameters: {},
  };
  return [
    request('POST', `${api}/jobs?api-version=2.0`),
    `<pre>${escape(JSON.stringify(body, undefined, 2))}</pre>`,
    request('POST', `${api}/jobs/JOB/start?api-version=2.0`),
    request('GET', `${api}/jobs/JOB?api-version=2.0`),
    request('DELETE', `${api}/jobs/JOB?api-version=2.0`),
    ...inputs.map((port) => portTable('Input', port)),
  ].join('');
}

function updatePage(endpoint: Endpoint): string {
  const { model } = endpoint.service;
  if (!model) return '<p>This service has no resource that could be updated.</p>';
  if (endpoint.name === DEFAULT_ENDPOINT) {
    return '<p>The default endpoint cannot be updated. Add an endpoint to the web service and update that one.</p>';
  }
  const Location = {
    BaseLocation: 'https://…/',
    RelativeLocation: 'CONTAINER/MODEL.ilearner',
    SasBlobToken: '?…',
  };
  const body = { Resources: [{ Name: model.name, Location }] };
  const path = `MANAGEMENT URL/workspaces/…/webservices/${endpoint.serviceId}/endpoints/${endpoint.name}`;
  return `${request('PATCH', path)}<pre>${escape(JSON.stringify(body, undefined, 2))}</pre>`;
}

function request(method: string, path: string): string {
  return `<p><code>${method} ${escape(path)}</code></p>`;
}

function portTable(kind: string, { name, columns }: Port): string {
  const rows = columns.map((column) => `<tr><td>${escape(column.name)}</td><td>${typeOf(column)}</td></tr>`);
  return `<h3>${kind} ${escape(name)}</h3><table><tr><th>Column</th><th>Type</th></tr>${rows.join('')}</table>`;
}

function typeOf({ type, format, nullable, allowedValues }: Column): string {
  const values = allowedValues ? `: ${allowedValues.join(', ')}` : '';
  return escape(`${format ?? type}${nullable ? ', may be missing' : ''}${values}`);
}

function html(title: string, body: string): string {
  return `<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>${escape(title)}</title></head><body>${body}</body></html>`;
}

function sendHtml(response: ServerResponse, status: number, text: string): void {
  const policy = "default-src 'none'";
  sendText(response, status, text, {
    'Content-Type': 'text/html; charset=utf-8',
    'Content-Security-Policy': policy,
  });
}

function escape(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
