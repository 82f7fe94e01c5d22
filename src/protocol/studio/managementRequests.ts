import type { JsonObject } from '../json.ts';
import type { SasReference } from './bes.ts';

/** Where the management API of a workspace is. */
export interface ManagementAddress {
  /** Such as `https://management.azureml.net`; no trailing slash needed. */
  readonly managementUrl: string;
  readonly workspaceId: string;
}

/** An endpoint as the management API names it: by its service's id and its own name. */
export interface ManagedEndpointReference {
  readonly serviceId: string;
  readonly endpoint: string;
}

export type ThrottleLevel = 'Low' | 'High';
export type DiagnosticsTraceLevel = 'None' | 'Error' | 'All';

/** What can be said of an endpoint. An endpoint whose throttle level is low answers four calls at a time, whatever is asked. */
export interface ManagedEndpointSettings {
  readonly description?: string;
  readonly throttleLevel?: ThrottleLevel;
  /** RRS calls at a time, 1 to 200. */
  readonly maxConcurrentCalls?: number;
  readonly diagnosticsTraceLevel?: DiagnosticsTraceLevel;
  readonly preventUpdate?: boolean;
}

export const defaultEndpointName = 'default';

/** URL of the list of web services (GET). Source: hning86/azuremlps `code/AzureMLSDK.cs`, as for all that follow. */
export function managedServicesUrl({ managementUrl, workspaceId }: ManagementAddress): string {
  return `${managementUrl.replace(/\/+$/, '')}/workspaces/${encodeURIComponent(workspaceId)}/webservices`;
}

/** URL of the list of a web service's endpoints (GET). */
export function managedEndpointsUrl(address: ManagementAddress, serviceId: string): string {
  return `${managedServicesUrl(address)}/${encodeURIComponent(serviceId)}/endpoints`;
}

/** URL of one endpoint: GET, PUT to add it, PATCH, DELETE. */
export function managedEndpointUrl(
  address: ManagementAddress,
  { serviceId, endpoint }: ManagedEndpointReference,
): string {
  return `${managedEndpointsUrl(address, serviceId)}/${encodeURIComponent(endpoint)}`;
}

/** URL that brings an endpoint up to date with its service (POST; 304 when there is nothing to do). */
export function refreshUrl(address: ManagementAddress, reference: ManagedEndpointReference): string {
  return `${managedEndpointUrl(address, reference)}/refresh`;
}

/** Body of an added endpoint. Source: hning86/azuremlps `code/Contracts.cs`. */
export function newEndpointBody(
  { serviceId, endpoint }: ManagedEndpointReference,
  settings: ManagedEndpointSettings,
): JsonObject {
  return { WebServiceId: serviceId, EndpointName: endpoint, ...settingsBody(settings) };
}

/** The members of a patch that changes settings. No public source says that the hosted service took them. */
export function settingsBody(settings: ManagedEndpointSettings): JsonObject {
  const { description, throttleLevel, maxConcurrentCalls, diagnosticsTraceLevel, preventUpdate } = settings;
  return {
    ...(description !== undefined && { Description: description }),
    ...(throttleLevel !== undefined && { ThrottleLevel: throttleLevel }),
    ...(maxConcurrentCalls !== undefined && { MaxConcurrentCalls: maxConcurrentCalls }),
    ...(diagnosticsTraceLevel !== undefined && { DiagnosticsTraceLevel: diagnosticsTraceLevel }),
    ...(preventUpdate !== undefined && { PreventUpdate: preventUpdate }),
  };
}

/**
 * Body of a patch that puts an `.ilearner` blob in the place of a trained model. Source: azure-docs
 * retrain-classic-web-service.md.
 */
export function patchModelBody(resource: string, blob: SasReference): JsonObject {
  const { baseLocation, relativeLocation, sasBlobToken = '' } = blob;
  const Location = {
    BaseLocation: baseLocation,
    RelativeLocation: relativeLocation,
    SasBlobToken: sasBlobToken,
  };
  return { Resources: [{ Name: resource, Location }] };
}

/** Body of a refresh; the flag is text, as the one known client sends it. Source: hning86/azuremlps `code/AzureMLSDK.cs`. */
export function refreshBody(overwriteResources: boolean): JsonObject {
  return { OverwriteResources: overwriteResources ? 'True' : 'False' };
}
