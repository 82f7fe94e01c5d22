import type * as vscode from 'vscode';
import type { ServiceSchema } from '../protocol/studio/serviceSchema.ts';
import type { Feature } from '../shared/feature.ts';
import type { Endpoint, Workspace } from './model.ts';

export type { Authorization, Endpoint, EndpointEntry, WebService, Workspace } from './model.ts';

export interface Catalog extends Feature<'catalog'> {
  /** Settings, discovered services and the local workspace changed, or a key did. */
  readonly onDidChange: vscode.Event<void>;

  /** All workspaces, "Local" first; does not start anything. */
  workspaces(): readonly Workspace[];

  /**
   * The endpoint of a service named `service`, `service/endpoint` or by its endpoint id; starts the local
   * service when the workspace is its own. Rejects with `UnknownWorkspace`, `UnknownService` or `AmbiguousService`.
   */
  find(workspace: string, service: string): Promise<Endpoint>;

  /** Lets the user pick; with one endpoint only there is nothing to ask. Undefined when dismissed. */
  pickEndpoint(title: string): Promise<Endpoint | undefined>;

  /**
   * The headers that authorize a call. Interactive: asks for a missing key, naming host, service and kind of key;
   * otherwise a missing key rejects with `MissingApiKey` or `MissingSubscriptionKey`. A dismissed prompt rejects with
   * `Cancelled`.
   */
  authorize(endpoint: Endpoint, options: { readonly interactive: boolean }): Promise<Record<string, string>>;

  /** Inputs, outputs and parameters of a service, cached; undefined where no `swagger.json` answers. */
  schema(endpoint: Endpoint, options?: { refresh?: boolean; signal?: AbortSignal }): Promise<ServiceSchema | undefined>;

  /**
   * A failed call told about a key that is missing, wrong or expired: marks the endpoint in the tree. Returns the actions
   * (label and what it does) that mend it, for the notification or the editor that shows the failure.
   */
  remedies(endpoint: Endpoint, failure: unknown): readonly Remedy[];
}

export interface Remedy {
  readonly label: string;
  readonly run: () => Promise<void>;
}
