import type { ServiceAddress } from '../protocol/studio/urls.ts';

/** How the calls of a workspace are authorized. */
export type Authorization =
  /** An API key for each endpoint, sent by this client. */
  | { readonly type: 'apiKey' }
  /** The gateway adds the API key; this client sends none. */
  | {
      readonly type: 'gateway';
      /** The named value that holds the key, where it is known; */
      readonly namedValue?: string;
      /** those of several keys, by endpoint id. */
      readonly namedValues?: Readonly<Record<string, string>>;
    }
  /** A Microsoft account's token for this scope. */
  | { readonly type: 'microsoft'; readonly scope: string }
  /** A header of one's own whose value is a secret. */
  | { readonly type: 'header'; readonly name: string };

export interface Workspace {
  readonly name: string;
  readonly workspaceId: string;
  readonly baseUrl: string;
  readonly managementUrl?: string;
  readonly subscriptionKeyHeader?: string;
  readonly auth: Authorization;
  readonly style: ServiceAddress['style'];
  readonly services: readonly WebService[];
  /** The workspace of the local service: not in settings, cannot be edited. */
  readonly local: boolean;
  /** Of the local service alone, as last seen: another window may start or stop it. */
  readonly state?: 'starting' | 'running' | 'stopped';
}

export interface WebService {
  readonly name: string;
  readonly serviceId?: string;
  readonly endpoints: readonly EndpointEntry[];
  /** Listed by the management API, not in settings: it has an id, and no endpoints until they are listed. */
  readonly discovered?: boolean;
}

export interface EndpointEntry {
  readonly name: string;
  readonly endpointId: string;
  /** Of a discovered endpoint, as last listed. */
  readonly facts?: EndpointFacts;
}

/** What the management API says of an endpoint, without secrets. */
export interface EndpointFacts {
  readonly creationTime?: string;
  readonly throttleLevel?: string;
  readonly maxConcurrentCalls?: number;
  readonly diagnosticsTraceLevel?: string;
  /** URL of the pages that the service has for people. */
  readonly helpLocation?: string;
  /** The names of what can be replaced, such as trained models. */
  readonly resources: readonly string[];
}

/** One endpoint with all that is needed to call it, except its secrets. */
export interface Endpoint {
  readonly workspace: Workspace;
  readonly service: WebService;
  readonly name: string;
  readonly endpointId: string;
  readonly address: ServiceAddress;
  /** `service` or, where a service has several endpoints, `service/endpoint`: what `find` takes. */
  readonly label: string;
  readonly facts?: EndpointFacts;
}
