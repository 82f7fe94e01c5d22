import { randomBytes, randomUUID } from 'node:crypto';

import type { JsonObject } from '../../../../src/protocol/json.ts';

export type TraceSection = 'inbound' | 'backend' | 'outbound';

/** What happened to one call. */
export class Trace {
  readonly id = randomUUID();
  readonly entries: Partial<Record<TraceSection, JsonObject[]>> = {};
  readonly #began = performance.now();

  /** @param source the policy or the part of the gateway that did something */
  note(section: TraceSection, source: string, data: unknown): void {
    const passed = new Date(performance.now() - this.#began).toISOString();
    const elapsed = passed.slice(passed.indexOf('T') + 1, -1);
    (this.entries[section] ??= []).push({ source, timestamp: new Date().toISOString(), elapsed, data });
  }
}

interface Credential {
  readonly api: string;
  /** Milliseconds since the epoch. */
  readonly expires: number;
}

/** Who may trace calls, and what was traced. Source: azure-docs api-management-howto-api-inspector.md. */
export class Traces {
  readonly #credentials = new Map<string, Credential>();
  readonly #traces = new Map<string, Trace>();

  /**
   * Gives a token with which calls of an API are traced.
   * @param lifetime in milliseconds
   */
  issue(api: string, lifetime: number): string {
    const expires = Date.now() + lifetime;
    const until = new Date(expires).toISOString().replaceAll(/\D/g, '').slice(0, 14);
    const token = `p=tracing&aid=${api}&ex=${until}&sn=${randomBytes(48).toString('base64')}`;
    this.#credentials.set(token, { api: api.toLowerCase(), expires });
    return token;
  }

  /** Begins a trace; gives the header that says so, or why there is none. */
  begin(token: string, api: string): { readonly trace?: Trace; readonly header: readonly [string, string] } {
    const credential = this.#credentials.get(token);
    if (credential?.api !== api.toLowerCase())
      return { header: ['Apim-Debug-Authorization-WrongAPI', 'true'] };
    if (credential.expires <= Date.now()) return { header: ['Apim-Debug-Authorization-Expired', 'true'] };
    const trace = new Trace();
    this.#traces.set(trace.id, trace);
    return { trace, header: ['Apim-Trace-Id', trace.id] };
  }

  get(id: string): Trace | undefined {
    return this.#traces.get(id);
  }
}
