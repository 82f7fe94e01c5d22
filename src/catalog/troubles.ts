import type { Endpoint } from './model.ts';

/** What last went wrong at an endpoint and is not mended yet: a key that is wrong, a host that does not answer. */
export interface Trouble {
  readonly kind: 'key' | 'subscriptionKey' | 'unreachable';
  /** There is no key; otherwise it is not accepted. */
  readonly missing: boolean;
  readonly sentence: string;
}

/** Troubles by endpoint, for as long as the window lives. */
export class Troubles {
  readonly #byEndpoint = new Map<string, Trouble>();
  readonly #onChange: () => void;

  constructor(onChange: () => void) {
    this.#onChange = onChange;
  }

  of(workspace: string, endpointId: string): Trouble | undefined {
    return this.#byEndpoint.get(key(workspace, endpointId));
  }

  set(endpoint: Endpoint, trouble: Trouble | undefined): void {
    const id = key(endpoint.workspace.name, endpoint.endpointId);
    if (this.#byEndpoint.get(id)?.sentence === trouble?.sentence) return;
    if (trouble === undefined) this.#byEndpoint.delete(id);
    else this.#byEndpoint.set(id, trouble);
    this.#onChange();
  }

  /** Those of one workspace, or all of them: what was changed may have mended them. */
  clear(workspace?: string): void {
    for (const id of this.#byEndpoint.keys())
      if (workspace === undefined || id.startsWith(`${workspace}\n`)) this.#byEndpoint.delete(id);
  }
}

function key(workspace: string, endpointId: string): string {
  return `${workspace}\n${endpointId}`;
}
