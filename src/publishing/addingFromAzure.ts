import * as vscode from 'vscode';
import type { Catalog } from '../catalog/index.ts';
import { childPath, parseArm } from '../protocol/apim/arm.ts';
import {
  armWebServiceSchema,
  classicWorkspaceSchema,
  clientSettingsOf,
  titleOf,
  webServicesApiVersion,
  workspaceKeysSchema,
  workspacesApiVersion,
  type ArmWebService,
  type ClassicWorkspace,
} from '../protocol/apim/classicArm.ts';
import { Failure } from '../protocol/failure.ts';
import { parseEndpointKeys } from '../protocol/studio/management.ts';
import { parseServiceUrl } from '../protocol/studio/urls.ts';
import { asking } from '../shared/asking.ts';
import type { ArmClient, Azure, Picked, Sought } from '../azure/index.ts';

type Resource =
  | { readonly kind: 'workspace'; readonly workspace: ClassicWorkspace }
  | { readonly kind: 'webService'; readonly webService: ArmWebService };

/** Adds a classic workspace, or a web service that is a resource itself, with the keys that Azure has for it. */
export async function addFromAzure(azure: Azure, catalog: Catalog): Promise<void> {
  const picked = await azure.pick(resources());
  if (picked === undefined) return;
  const client = azure.clientAt(picked.where);
  const { item, where } = picked;
  if (item.kind === 'workspace') await addWorkspace(client, item.workspace, catalog);
  else await addWebService(client, { item: item.webService, where }, catalog);
}

function resources(): Sought<Resource> {
  return {
    title: vscode.l10n.t('Add a workspace or web service from Azure'),
    placeholder: vscode.l10n.t('Workspace of Studio (classic), or web service'),
    nothing: vscode.l10n.t('None of your subscriptions has a workspace or web service of Studio (classic).'),
    list: listResources,
    describe: (resource) =>
      resource.kind === 'workspace'
        ? {
            id: resource.workspace.id,
            label: resource.workspace.name,
            description: inWords(vscode.l10n.t('workspace'), resource.workspace.location),
          }
        : {
            id: resource.webService.id,
            label: titleOf(resource.webService),
            description: inWords(vscode.l10n.t('web service'), resource.webService.location),
          },
  };
}

async function* listResources(
  client: ArmClient,
  subscriptionId: string,
  signal: AbortSignal,
): AsyncGenerator<readonly Resource[]> {
  const provider = childPath('/subscriptions', subscriptionId, 'providers', 'Microsoft.MachineLearning');
  const workspaces = client.list(childPath(provider, 'workspaces'), classicWorkspaceSchema, {
    apiVersion: workspacesApiVersion,
    signal,
  });
  for await (const page of workspaces) yield page.map((workspace) => ({ kind: 'workspace', workspace }));
  const webServices = client.list(childPath(provider, 'webServices'), armWebServiceSchema, {
    apiVersion: webServicesApiVersion,
    signal,
  });
  for await (const page of webServices) yield page.map((webService) => ({ kind: 'webService', webService }));
}

async function addWorkspace(client: ArmClient, workspace: ClassicWorkspace, catalog: Catalog): Promise<void> {
  const { primaryToken } = await asking(client.baseUrl, async (signal) => {
    const options = { apiVersion: workspacesApiVersion, signal };
    const { body } = await client.post(childPath(workspace.id, 'listWorkspaceKeys'), undefined, options);
    return parseArm(workspaceKeysSchema, body);
  });
  await catalog.addWorkspaceByToken(clientSettingsOf(workspace, primaryToken));
}

async function addWebService(
  client: ArmClient,
  { item, where }: Picked<ArmWebService>,
  catalog: Catalog,
): Promise<void> {
  const address = parseServiceUrl(item.properties.swaggerLocation ?? '');
  if (address instanceof Failure) throw address;
  const { primary, secondary } = await asking(client.baseUrl, async (signal) => {
    const options = { apiVersion: webServicesApiVersion, signal };
    return parseEndpointKeys((await client.get(childPath(item.id, 'listKeys'), options)).body);
  });
  const { baseUrl, style, workspaceId, endpointId } = address;
  const route = {
    baseUrl,
    style,
    workspaceId,
    endpointId,
    name: where.subscriptionName,
    serviceName: titleOf(item),
    subscriptionKeyHeader: '',
  };
  const apiKey = primary ?? secondary;
  await catalog.addRoute(route, apiKey === undefined ? {} : { apiKey });
}

function inWords(kind: string, location: string | undefined): string {
  return location === undefined ? kind : `${kind} · ${location}`;
}
