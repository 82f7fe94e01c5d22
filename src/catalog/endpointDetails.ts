import * as vscode from 'vscode';
import type { ManagedEndpoint } from '../protocol/studio/management.ts';
import { defaultEndpointName } from '../protocol/studio/managementRequests.ts';
import { serviceUrl } from '../protocol/studio/urls.ts';
import type { Endpoint, EndpointFacts } from './model.ts';

/** What the management API says of an endpoint, in words; what it does not say is left out. */
export function wordsOf(facts: EndpointFacts): Record<string, string> {
  const { throttleLevel, maxConcurrentCalls, diagnosticsTraceLevel, creationTime, resources } = facts;
  return {
    [vscode.l10n.t('Throttle level')]: throttleLevel ?? '',
    [vscode.l10n.t('Calls at a time')]: maxConcurrentCalls?.toString() ?? '',
    [vscode.l10n.t('Diagnostics level')]: diagnosticsTraceLevel ?? '',
    [vscode.l10n.t('Created')]: creationTime === undefined ? '' : timeOf(creationTime),
    [vscode.l10n.t('Can be updated')]: resources.join(', '),
  };
}

/** The names and ids of an endpoint, in words; empty where there is none. */
export function idsOf({ workspace, service, name, endpointId }: Endpoint): Record<string, string> {
  return {
    [vscode.l10n.t('Workspace')]: workspace.name,
    [vscode.l10n.t('Workspace id')]: workspace.workspaceId,
    [vscode.l10n.t('Web service')]: service.name,
    [vscode.l10n.t('Web service id')]: service.serviceId ?? '',
    [vscode.l10n.t('Endpoint')]:
      name === defaultEndpointName ? vscode.l10n.t('{0} (the default endpoint)', name) : name,
    [vscode.l10n.t('Endpoint id')]: endpointId,
  };
}

/** The details as a text, one fact a line; where a model is stands there without its SAS. */
export function endpointDetails(endpoint: Endpoint, managed: ManagedEndpoint): string {
  const resources = managed.resources.map(({ name: resource, location }) =>
    location === undefined ? resource : `${resource} (${location.baseLocation}${location.relativeLocation})`,
  );
  const words: Record<string, string> = {
    ...idsOf(endpoint),
    [vscode.l10n.t('URL')]: serviceUrl(endpoint.address),
    [vscode.l10n.t('Description')]: managed.description ?? '',
    ...wordsOf({ ...managed, resources }),
    [vscode.l10n.t('Models are fixed')]: managed.preventUpdate ? vscode.l10n.t('yes') : '',
    [vscode.l10n.t('Help page')]: managed.helpLocation ?? '',
  };
  const said = Object.entries(words).filter(([, value]) => value !== '');
  const width = Math.max(...said.map(([word]) => word.length));
  return said.map(([word, value]) => `${word.padEnd(width)}  ${value}\n`).join('');
}

function timeOf(iso: string): string {
  const time = new Date(iso);
  return Number.isNaN(time.getTime()) ? iso : time.toLocaleString();
}
