import { asObject, tryParseJson } from '../../../src/protocol/json.ts';
import type { JsonObject } from '../../../src/protocol/json.ts';

/** A request that has a route, as its handler sees it. */
export interface Call {
  readonly method: string;
  /** The decoded path; the id of what is asked for, in the caller's case. */
  readonly path: string;
  /** Values of the braces in the route's path. */
  readonly parameters: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: unknown;
  /** The whole URL, for links to other pages and for operations that go on. */
  readonly url: URL;
}

export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/**
 * One row of the table by which requests find their handler. Handlers are synchronous: what one reads and writes
 * is whole, whatever else goes on.
 */
export interface Route {
  readonly method: 'GET' | 'HEAD' | 'PUT' | 'PATCH' | 'POST' | 'DELETE';
  /**
   * With names in braces for segments that vary: `/subscriptions/{subscriptionId}`; `/{+resource}` at its beginning is
   * for as many as there are.
   */
  readonly path: string;
  readonly answer: (call: Call) => Answer;
}

export interface ErrorDetail {
  readonly code: string;
  readonly target: string;
  readonly message: string;
}

/** A refusal in ARM's error envelope. Source: azure-rest-api-specs common-types v5 `ErrorResponse`. */
export class ArmError extends Error {
  readonly status: number;
  readonly code: string;
  readonly details: readonly ErrorDetail[] | null | undefined;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    status: number,
    code: string,
    message: string,
    more: { details?: readonly ErrorDetail[] | null; headers?: Readonly<Record<string, string>> } = {},
  ) {
    super(message);
    this.status = status;
    this.code = code;
    this.details = more.details;
    this.headers = more.headers ?? {};
  }

  /** One entry for each field that is wrong, as API Management lists them. */
  static invalid(fields: readonly (readonly [target: string, message: string])[]): ArmError {
    const details = fields.map(([target, message]) => ({ code: 'ValidationError', target, message }));
    return new ArmError(400, 'ValidationError', 'One or more fields contain incorrect values:', { details });
  }

  static notFound(id: string): ArmError {
    return new ArmError(404, 'ResourceNotFound', `There is no resource ${id}.`);
  }

  get error(): JsonObject {
    const { code, message, details } = this;
    return { code, message, ...(details === undefined ? {} : { details }) };
  }
}

/** Finds the row for a request. @throws ArmError when no row has the path */
export function findRoute(
  routes: readonly Route[],
  method: string,
  path: string,
): { readonly route: Route; readonly parameters: Readonly<Record<string, string>> } {
  let allowed = false;
  for (const route of routes) {
    const parameters = matchPath(route.path, path);
    if (!parameters) continue;
    if (route.method === method) return { route, parameters };
    allowed = true;
  }
  if (allowed) throw new ArmError(405, 'MethodNotAllowed', `${method} is not possible at ${path}.`);
  throw new ArmError(404, 'InvalidResourceType', `No resource type has the path ${path}.`);
}

/** The properties in a request's body. */
export function propertiesOf(body: unknown): JsonObject {
  return asObject(asObject(body).properties);
}

/** An object without some of its members. */
export function without(object: JsonObject, ...names: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([name]) => !names.includes(name)));
}

/** The body of a request, undefined when there is none. @throws ArmError 400 */
export function parseBody(bytes: Buffer): unknown {
  if (bytes.length === 0) return undefined;
  const value = tryParseJson(bytes.toString('utf8'));
  if (value === undefined)
    throw new ArmError(400, 'InvalidRequestContent', 'The body of the request is not JSON.');
  return value;
}

function matchPath(template: string, path: string): Record<string, string> | undefined {
  const wanted = template.split('/');
  const given = segmentsOf(path, wanted);
  if (wanted.length !== given.length) return undefined;
  const parameters: Record<string, string> = {};
  for (const [index, segment] of wanted.entries()) {
    const value = given[index] ?? '';
    const name = /^\{\+?(\w+)\}$/.exec(segment)?.[1];
    if (name !== undefined && value !== '') parameters[name] = value;
    else if (segment.toLowerCase() !== value.toLowerCase()) return undefined;
  }
  return parameters;
}

/** Of a path, with those in one that a template's first name stands for. */
function segmentsOf(path: string, [, first = '', ...rest]: readonly string[]): readonly string[] {
  const given = path.split('/');
  if (!first.startsWith('{+')) return given;
  const end = given.length - rest.length;
  return ['', given.slice(1, end).join('/'), ...given.slice(end)];
}
