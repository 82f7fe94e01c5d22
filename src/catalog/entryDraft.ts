import { endpointById } from './endpoints.ts';
import type { Endpoint, WebService, Workspace } from './model.ts';

/** What the user has said so far of an endpoint to add. */
export interface Draft {
  readonly proposed: Proposal;
  /** Where it goes, if it is added to a workspace that is there; the steps find out too that there is one. */
  workspace: Workspace | undefined;
  workspaceName: string;
  workspaceId: string;
  baseUrl: string;
  style: Workspace['style'];
  serviceName: string;
  serviceId: string | undefined;
  endpointName: string;
  endpointId: string;
  access: Access;
  /** The scope of a Microsoft token, or the name of a header. */
  accessDetail: string;
  pasted: string;
  readonly route: FoundRoute | undefined;
  /** What needs no question, because a URL or the place in the tree says it. */
  given: readonly ('place' | 'baseUrl' | 'workspaceId' | 'endpointId' | 'service')[];
}

/** The usual combinations of keys; anything else is set with "Edit workspace". */
export type Access = 'apiKey' | 'apiKeyAndSubscriptionKey' | 'subscriptionKey' | 'microsoft' | 'header';

/** What a request document says of a service that is not there yet; the questions start with it. */
export interface Proposal {
  readonly workspaceName?: string;
  readonly serviceName?: string;
  readonly endpointName?: string;
  readonly endpointId?: string;
}

/** A way to call a web service that was found in Azure: an API of a gateway, or a service that is a resource itself. */
export interface FoundRoute {
  /** Of a gateway with the URL suffix. */
  readonly baseUrl: string;
  /** Proposed for the workspace. */
  readonly name: string;
  /** Proposed for the service. */
  readonly serviceName?: string;
  /** Empty where no subscription key is wanted. */
  readonly subscriptionKeyHeader: string;
  readonly style?: Workspace['style'];
  /** Absent where the route is that of any service. */
  readonly workspaceId?: string;
  readonly endpointId?: string;
  /** Name of the workspace in which the service is known. */
  readonly behind?: string;
}

/** What is said already: where the endpoint goes, and what the questions start with. */
export interface Start {
  readonly workspace?: Workspace;
  readonly service?: WebService;
  readonly proposed?: Proposal;
  readonly route?: FoundRoute;
}

/** A draft with nothing said but what it starts with. */
export function draftFor({ workspace, service, route, proposed = {} }: Start): Draft {
  return {
    proposed,
    workspace,
    workspaceName: workspace?.name ?? route?.name ?? proposed.workspaceName ?? '',
    workspaceId: workspace?.workspaceId ?? route?.workspaceId ?? '',
    baseUrl: workspace?.baseUrl ?? route?.baseUrl ?? '',
    style: workspace?.style ?? route?.style ?? 'workspaces',
    serviceName: service?.name ?? route?.serviceName ?? proposed.serviceName ?? '',
    serviceId: undefined,
    endpointName: proposed.endpointName ?? 'default',
    endpointId: route?.endpointId ?? proposed.endpointId ?? '',
    access: 'apiKey',
    accessDetail: '',
    pasted: '',
    route,
    given: [
      ...(route === undefined ? [] : (['baseUrl'] as const)),
      ...(route?.workspaceId === undefined ? [] : (['workspaceId'] as const)),
      ...(route?.endpointId === undefined ? [] : (['endpointId'] as const)),
      ...(workspace === undefined ? [] : (['place', 'baseUrl', 'workspaceId'] as const)),
      ...(service === undefined ? [] : (['service'] as const)),
    ],
  };
}

/** The endpoint, if it is in its workspace already. */
export function known(draft: Draft): Endpoint | undefined {
  return draft.workspace && endpointById(draft.workspace, draft.endpointId);
}
