import * as vscode from 'vscode';
import { idsOf, wordsOf, type Endpoint, type Trouble } from '../catalog/index.ts';
import { executeUrl, helpPath, jobsUrl, swaggerUrl } from '../protocol/studio/urls.ts';
import type { Fact, KeyRow, ServiceState, ServiceTrouble, ServiceUrl } from '../shared/dashboardContract.ts';
import type { Credential, TargetState } from '../shared/requestEditorContract.ts';

/** All that is known of an endpoint, in words, except its secrets. */
export function describeService(
  state: TargetState,
  endpoint: Endpoint | undefined,
  trouble: Trouble | undefined,
): ServiceState {
  if (state.kind === 'unknown') return { kind: 'unknown', sentence: state.sentence };
  if (state.kind === 'finding' || endpoint === undefined) return { kind: 'finding' };
  const { workspace, service, endpointId } = endpoint;
  const authorization = authorizationOf(endpoint);
  return {
    kind: 'found',
    name: service.name,
    workspace: workspace.name,
    endpoints: service.endpoints.map(({ name, endpointId: id }) => ({ name, endpointId: id })),
    endpointId,
    ids: factsIn(idsOf(endpoint)),
    facts: factsIn(endpoint.facts === undefined ? {} : wordsOf(endpoint.facts)),
    urls: urlsOf(endpoint),
    keys: keysOf(endpoint, state.credentials),
    ...(authorization !== undefined && { authorization }),
    schema: state.schema,
    ...(trouble !== undefined && { trouble: troubleOf(endpoint, trouble) }),
  };
}

function factsIn(words: Record<string, string>): readonly Fact[] {
  return Object.entries(words)
    .filter(([, value]) => value !== '')
    .map(([name, value]) => ({ name, value }));
}

function urlsOf(endpoint: Endpoint): readonly ServiceUrl[] {
  const { address } = endpoint;
  const help = helpUrl(endpoint);
  return [
    { kind: 'execute', value: executeUrl(address, { details: true }) },
    { kind: 'jobs', value: jobsUrl(address) },
    { kind: 'swagger', value: swaggerUrl(address) },
    ...(help === undefined ? [] : [{ kind: 'help', value: help } as const]),
  ];
}

/** The management API says where the page is; of the local service it is known. */
function helpUrl({ workspace, service, endpointId, facts }: Endpoint): string | undefined {
  const { baseUrl, workspaceId, local } = workspace;
  const { serviceId } = service;
  if (local && serviceId !== undefined) return baseUrl + helpPath({ workspaceId, serviceId, endpointId });
  return facts?.helpLocation !== undefined && /^https?:/i.test(facts.helpLocation)
    ? facts.helpLocation
    : undefined;
}

function keysOf({ service, workspace }: Endpoint, credentials: readonly Credential[]): readonly KeyRow[] {
  const isManaged = service.discovered === true && workspace.auth.type === 'apiKey';
  return credentials.flatMap(({ kind, header, stored = false }): readonly KeyRow[] => {
    switch (kind) {
      case 'apiKey':
        if (!isManaged) return [{ kind: 'credential', name: vscode.l10n.t('API key'), stored }];
        return [
          { kind: 'primary', name: vscode.l10n.t('Primary key'), stored: true },
          { kind: 'secondary', name: vscode.l10n.t('Secondary key'), stored: true },
        ];
      case 'header':
        return [{ kind: 'credential', name: vscode.l10n.t('Header {0}', header), stored }];
      case 'subscriptionKey':
        return [{ kind: 'subscriptionKey', name: vscode.l10n.t('Subscription key'), stored }];
      default:
        return [];
    }
  });
}

function authorizationOf({ workspace: { auth } }: Endpoint): string | undefined {
  switch (auth.type) {
    case 'gateway':
      return vscode.l10n.t('The gateway adds the API key of the endpoint.');
    case 'microsoft':
      return vscode.l10n.t(
        'A token of your Microsoft account authorizes calls, with the scope {0}.',
        auth.scope,
      );
    default:
      return undefined;
  }
}

function troubleOf({ workspace }: Endpoint, { kind, sentence }: Trouble): ServiceTrouble {
  if (kind === 'subscriptionKey') {
    const label = vscode.l10n.t('Set subscription key…');
    return { sentence, remedy: { label, command: 'setSubscriptionKey' } };
  }
  const { type } = workspace.auth;
  if (kind === 'key' && type === 'gateway') {
    const label = vscode.l10n.t('Update the key at the gateway…');
    return { sentence, remedy: { label, command: 'updateGatewayKey' } };
  }
  if (kind === 'key') {
    const label = type === 'microsoft' ? vscode.l10n.t('Sign in…') : vscode.l10n.t('Set API key…');
    return { sentence, remedy: { label, command: 'setApiKey' } };
  }
  if (workspace.local) return { sentence };
  return { sentence, remedy: { label: vscode.l10n.t('Edit workspace…'), command: 'editWorkspace' } };
}
