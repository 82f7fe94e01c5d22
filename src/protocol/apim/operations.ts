export const operationMethods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;

export type OperationMethod = (typeof operationMethods)[number];

/** One operation of a gateway's API, as API Management describes it. */
export interface GatewayOperation {
  /** Id of the operation's resource. */
  readonly id: string;
  readonly displayName: string;
  readonly method: OperationMethod;
  /** Relative to the API's URL suffix; every `{name}` is a required parameter. */
  readonly urlTemplate: string;
  /** The names in the template, in order. */
  readonly parameters: readonly string[];
}

const SERVICE = '/workspaces/{workspace}/services/{service}';

/**
 * The five operations with which a web service is published behind API Management.
 * Source: azure-docs manage-web-service-endpoints-using-api-management.md.
 */
export const gatewayOperations: readonly GatewayOperation[] = [
  operation(
    'rrs-execute',
    'RRS Execute',
    'POST',
    `${SERVICE}/execute?api-version={apiversion}&details={details}`,
  ),
  operation('bes-submit', 'BES Submit', 'POST', `${SERVICE}/jobs?api-version={apiversion}`),
  operation('bes-start', 'BES Start', 'POST', `${SERVICE}/jobs/{jobid}/start?api-version={apiversion}`),
  operation('bes-status', 'BES Status', 'GET', `${SERVICE}/jobs/{jobid}?api-version={apiversion}`),
  operation('bes-delete', 'BES Delete', 'DELETE', `${SERVICE}/jobs/{jobid}?api-version={apiversion}`),
];

/** The service's own description, with which a gateway's callers get forms; not one of the five. */
export const swaggerOperation: GatewayOperation = operation(
  'swagger',
  'Swagger',
  'GET',
  `${SERVICE}/swagger.json`,
);

function operation(
  id: string,
  displayName: string,
  method: OperationMethod,
  urlTemplate: string,
): GatewayOperation {
  return { id, displayName, method, urlTemplate, parameters: templateParameters(urlTemplate) };
}

/** The names of a template's parameters, in order. */
export function templateParameters(urlTemplate: string): string[] {
  return [...urlTemplate.matchAll(/\{(\w+)\}/g)].flatMap((match) => match[1] ?? []);
}

/** The parameter of a template that says which service is called; undefined where it says none. */
export function serviceParameter(urlTemplate: string): string | undefined {
  return /\/services\/\{(\w+)\}/i.exec(urlTemplate)?.[1];
}
