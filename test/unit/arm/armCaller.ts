import { asArray, asObject, tryParseJson } from '../../../src/protocol/json.ts';
import type { JsonObject } from '../../../src/protocol/json.ts';
import type { Arm } from '../../support/arm/index.ts';

export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly body: JsonObject;
}

/** Asks an emulated ARM as a bare HTTP client does. */
export class ArmCaller {
  readonly arm: Arm;
  /** Id of the first instance. */
  readonly instance: string;
  token: string;

  constructor(arm: Arm) {
    this.arm = arm;
    this.instance = arm.instances[0] ?? '';
    this.token = arm.token();
  }

  /** @param path an absolute path, one below the instance, or a whole URL, which is taken as it is */
  async ask(
    method: string,
    path: string,
    body?: unknown,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Reply> {
    const response = await fetch(this.#url(path), {
      method,
      headers: { Authorization: `Bearer ${this.token}`, ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, body: asObject(tryParseJson(text)) };
  }

  put(path: string, properties: JsonObject, headers: Readonly<Record<string, string>> = {}): Promise<Reply> {
    return this.ask('PUT', path, { properties }, headers);
  }

  /** Asks until an operation has ended; gives the states that its status went through. */
  async follow({ headers }: Reply): Promise<readonly string[]> {
    const url = headers.get('azure-asyncoperation') ?? '';
    const states: string[] = [];
    for (;;) {
      const { body } = await this.ask('GET', url);
      const state = String(asObject(body.properties).status ?? body.status);
      states.push(state);
      if (state !== 'InProgress') return states;
    }
  }

  #url(path: string): string {
    if (path.startsWith('http')) return path;
    const absolute = path.startsWith('/') ? path : `${this.instance}/${path}`;
    const version = absolute.includes('?') ? '&' : '?';
    return `${this.arm.url}${absolute}${version}api-version=2024-05-01`;
  }
}

export function propertiesOf({ body }: Reply): JsonObject {
  return asObject(body.properties);
}

export function errorCode({ body }: Reply): unknown {
  return asObject(body.error).code;
}

/** Names of the resources on a page. */
export function namesOn({ body }: Reply): readonly unknown[] {
  return asArray(body.value).map((item) => asObject(item).name);
}
