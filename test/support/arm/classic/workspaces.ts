import type { JsonObject } from '../../../../src/protocol/json.ts';
import { existing, listOfType } from '../resources.ts';
import type { Context, ResourceType } from '../resources.ts';
import { without } from '../wire.ts';
import type { Route } from '../wire.ts';
import { inGroup, inSubscription } from './paths.ts';

export interface WorkspaceInit {
  readonly workspaceId: string;
  /** Workspace authorization tokens of the management API. */
  readonly primaryToken: string;
  readonly secondaryToken: string;
  /** That of South Central US when absent. */
  readonly studioEndpoint?: string;
}

/** Classic workspaces as resources. Source: azure-rest-api-specs machinelearning 2016-04-01. */
export const workspaces: ResourceType = {
  path: `${inGroup('workspaces')}/{workspace}`,
  required: [],
  unconditional: true,
  createdStatus: 200,
  accept: ({ properties, previous }) => ({
    ...workspaceProperties({ workspaceId: '', primaryToken: '', secondaryToken: '' }),
    ...previous?.properties,
    ...properties,
  }),
  shown: ({ properties }) => without(properties, 'primaryToken', 'secondaryToken'),
};

export function workspaceRoutes(context: Context): readonly Route[] {
  const workspaceOf = (path: string): JsonObject =>
    existing(context, path.slice(0, path.lastIndexOf('/'))).properties;
  return [
    {
      method: 'GET',
      path: inSubscription('workspaces'),
      answer: (call) => listOfType(context, workspaces, call),
    },
    {
      method: 'POST',
      path: `${workspaces.path}/listWorkspaceKeys`,
      answer: ({ path }) => {
        const { primaryToken, secondaryToken } = workspaceOf(path);
        return { status: 200, body: { primaryToken, secondaryToken } };
      },
    },
    {
      method: 'POST',
      path: `${workspaces.path}/resyncStorageKeys`,
      answer: ({ path }) => {
        workspaceOf(path);
        return { status: 200 };
      },
    },
  ];
}

export function workspaceProperties(init: WorkspaceInit): JsonObject {
  return {
    userStorageAccountId: '',
    ownerEmail: 'owner@example.com',
    workspaceType: 'PaidStandard',
    workspaceState: 'Enabled',
    studioEndpoint: 'https://studioapi.azureml.net',
    creationTime: new Date().toISOString(),
    keyVaultIdentifierId: '',
    ...init,
  };
}
