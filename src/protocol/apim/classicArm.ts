import * as v from 'valibot';
import type { ClientSettings } from '../studio/clientSettings.ts';
import { regions } from '../studio/regions.ts';
import { parseId } from '../studio/urls.ts';

/** Of classic workspaces. Source: azure-rest-api-specs machinelearning Microsoft.MachineLearning/stable/2016-04-01. */
export const workspacesApiVersion = '2016-04-01';
/** Of web services that are resources. Source: the same, 2017-01-01. */
export const webServicesApiVersion = '2017-01-01';

const text = v.fallback(v.optional(v.string()), undefined);

export const classicWorkspaceSchema = v.object({
  id: v.string(),
  name: v.string(),
  location: text,
  properties: v.object({ workspaceId: v.string(), studioEndpoint: text }),
});
export type ClassicWorkspace = Readonly<v.InferOutput<typeof classicWorkspaceSchema>>;

export const armWebServiceSchema = v.object({
  id: v.string(),
  name: text,
  location: text,
  properties: v.object({ title: text, swaggerLocation: text }),
});
/** A "New" web service: a resource of its own, in no workspace. */
export type ArmWebService = Readonly<v.InferOutput<typeof armWebServiceSchema>>;

/** The answer of `listWorkspaceKeys`. */
export const workspaceKeysSchema = v.object({ primaryToken: v.string() });

/** What a web service is called; its list may leave the name out. */
export function titleOf({ id, name, properties: { title } }: ArmWebService): string {
  return title ?? name ?? id.slice(id.lastIndexOf('/') + 1);
}

/** A workspace with its token, as other clients have it; its region is that of Studio's address, if it has one. */
export function clientSettingsOf(
  { location, properties: { workspaceId, studioEndpoint } }: ClassicWorkspace,
  token: string,
): ClientSettings {
  const host = URL.parse(studioEndpoint ?? '')?.host;
  const region = regions.find(({ displayName, studioApiHost, studioHost }) =>
    studioEndpoint === undefined ? displayName === location : host === studioApiHost || host === studioHost,
  );
  return {
    workspaceId: parseId(workspaceId) ?? workspaceId,
    token,
    ...(region !== undefined && { managementUrl: `https://${region.managementHost}` }),
  };
}
