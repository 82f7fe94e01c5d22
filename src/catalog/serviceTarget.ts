import * as vscode from 'vscode';
import { endpointsOf } from './endpoints.ts';
import type { Catalog } from './index.ts';
import type { Endpoint } from './model.ts';
import { Failure } from '../protocol/failure.ts';
import type { ServiceSchema } from '../protocol/studio/serviceSchema.ts';
import { sentenceOf } from '../shared/reportFailure.ts';
import type { Credential, TargetState, UnreadSchema } from '../shared/requestEditorContract.ts';

const missingCodes: ReadonlySet<string> = new Set(['UnknownWorkspace', 'UnknownService']);

/** As a document names a service: see `Catalog.find`. */
export interface Address {
  readonly workspace: string;
  readonly service: string;
}

/** Finds out what the workspace and service of a document stand for, and says so again when that changes. */
export class ServiceTarget implements vscode.Disposable {
  readonly #catalog: Catalog;
  readonly #changed = new vscode.EventEmitter<TargetState>();
  readonly onDidChange = this.#changed.event;
  #state: TargetState = { kind: 'finding' };
  #endpoint: Endpoint | undefined;
  #address: Address | undefined;
  #latest = 0;

  constructor(catalog: Catalog) {
    this.#catalog = catalog;
  }

  get state(): TargetState {
    return this.#state;
  }

  get endpoint(): Endpoint | undefined {
    return this.#endpoint;
  }

  /** Does nothing when the address is the one already looked up. */
  async lookUp(address: Address): Promise<void> {
    if (this.#address?.workspace === address.workspace && this.#address.service === address.service) return;
    this.#address = address;
    this.#set({ kind: 'finding' });
    await this.refresh();
  }

  /** Looks again after a change of keys or services. The local service may have been stopped, and stays so. */
  async refreshAfterCatalog(): Promise<void> {
    const address = this.#address;
    const local = this.#catalog.workspaces().find(({ name, local }) => local && name === address?.workspace);
    if (!address || !local) return this.refresh();
    const known = endpointsOf(local).find(({ label, service, endpointId }) =>
      [label, service.name, endpointId].includes(address.service),
    );
    if (known) await this.refresh({ known });
  }

  /** Looks again; the `known` endpoint saves asking the catalog, which starts the local service. */
  async refresh(options: { readonly reloadSchema?: boolean; readonly known?: Endpoint } = {}): Promise<void> {
    const address = this.#address;
    if (!address) return;
    const ticket = ++this.#latest;
    const isCurrent = (): boolean => ticket === this.#latest;
    let endpoint: Endpoint;
    let credentials: Credential[];
    try {
      endpoint = options.known ?? (await this.#catalog.find(address.workspace, address.service));
      credentials = await this.#credentials(endpoint);
    } catch (error) {
      if (isCurrent()) this.#lose(error);
      return;
    }
    if (!isCurrent()) return;
    this.#endpoint = endpoint;
    const found = { kind: 'found', address: endpoint.address, label: endpoint.label, credentials } as const;
    const known = this.#state.kind === 'found' ? this.#state.schema : 'loading';
    this.#set({ ...found, schema: options.reloadSchema ? 'loading' : known });
    const schema = await this.#schemaOf(endpoint, options.reloadSchema ?? false);
    if (isCurrent()) this.#set({ ...found, schema });
  }

  dispose(): void {
    this.#latest++;
    this.#changed.dispose();
  }

  #lose(error: unknown): void {
    this.#endpoint = undefined;
    const isLocal = this.#catalog
      .workspaces()
      .some(({ name, local }) => local && name === this.#address?.workspace);
    const isMissing = error instanceof Failure && missingCodes.has(error.code);
    this.#set({ kind: 'unknown', sentence: sentenceOf(error), canBeAdded: isMissing && !isLocal });
  }

  /** A target whose schema cannot be loaded can be called all the same. */
  async #schemaOf(endpoint: Endpoint, refresh: boolean): Promise<ServiceSchema | 'none' | UnreadSchema> {
    try {
      return (await this.#catalog.schema(endpoint, { refresh })) ?? 'none';
    } catch (error) {
      return { unread: sentenceOf(error) };
    }
  }

  #set(state: TargetState): void {
    this.#state = state;
    this.#changed.fire(state);
  }

  async #credentials(endpoint: Endpoint): Promise<Credential[]> {
    const { auth, subscriptionKeyHeader } = endpoint.workspace;
    const { filled, missing } = await this.#outcome(endpoint);
    const header = auth.type === 'header' ? auth.name : 'Authorization';
    const row = (kind: Credential['kind'], name: string, missingCode: string): Credential => {
      if (filled.includes(name)) return { kind, header: name, stored: true };
      return missing === missingCode ? { kind, header: name, stored: false } : { kind, header: name };
    };
    const subscription = subscriptionKeyHeader || filled.find((name) => name !== header);
    return [
      row(auth.type, header, 'MissingApiKey'),
      ...(subscription === undefined ? [] : [row('subscriptionKey', subscription, 'MissingSubscriptionKey')]),
    ];
  }

  /** The headers that a call would get, by name, or the code with which it would be refused. */
  async #outcome(endpoint: Endpoint): Promise<{ filled: readonly string[]; missing?: string }> {
    if (endpoint.workspace.auth.type === 'microsoft') return { filled: [] };
    try {
      return { filled: Object.keys(await this.#catalog.authorize(endpoint, { interactive: false })) };
    } catch (error) {
      return error instanceof Failure ? { filled: [], missing: error.code } : { filled: [] };
    }
  }
}
