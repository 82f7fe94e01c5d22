import { STATUS_CODES } from 'node:http';

import type { GatewayCall } from '../../../../src/local-service/gateway.ts';
import { quotaSpent, rateExceeded, GatewayRefusal } from '../../../../src/local-service/gatewayRefusal.ts';
import type { JsonObject } from '../../../../src/protocol/json.ts';
import { childrenOf, type PolicyElement, textOf } from '../../../../src/protocol/apim/policyXml.ts';
import type { Counters } from './counters.ts';
import type { Step } from './effectivePolicy.ts';
import type { Trace } from './traces.ts';

export interface JourneyInit {
  readonly call: GatewayCall;
  /** Id of the subscription with which the call came. */
  readonly subscription: string;
  readonly serviceUrl: string;
  readonly namedValues: ReadonlyMap<string, string>;
  readonly counters: Counters;
  /** Takes what each policy did into the trace of the call. */
  readonly note: Trace['note'];
}

const APPLIED = 'The policy was applied.';

/** What a policy answers in the place of the backend. */
export interface Returned {
  readonly status: number;
  /** By lower-case name. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
}

/** A call on its way through the policies of a gateway. */
export class Journey {
  readonly #init: JourneyInit;
  /** Headers as they go on to the backend, by lower-case name. */
  readonly headers: Map<string, string>;
  /** Headers of the answer, by lower-case name; the backend's join those that limits have left. */
  readonly answerHeaders = new Map<string, string>();
  #returned: Returned | undefined;
  #serviceUrl: string;
  readonly #query: URLSearchParams;
  readonly #path: string;

  constructor(init: JourneyInit) {
    this.#init = init;
    const [path = '', search = ''] = init.call.target.split(/\?(.*)/s);
    this.#path = path;
    this.#query = new URLSearchParams(search);
    this.#serviceUrl = init.serviceUrl;
    const given = Object.entries(init.call.request.headers);
    this.headers = new Map(given.map(([name, value]) => [name, value?.toString() ?? '']));
    this.headers.delete('apim-debug-authorization');
  }

  /** Where the call goes. */
  get url(): string {
    const query = this.#query.toString();
    return `${this.#serviceUrl.replace(/\/$/, '')}${this.#path}${query === '' ? '' : `?${query}`}`;
  }

  /**
   * Goes through policies of the section `inbound`, up to one that answers: then there is its answer.
   * @throws GatewayRefusal
   */
  inbound(steps: readonly Step[]): Returned | undefined {
    for (const { element, document } of steps) {
      this.#inbound(element, document);
      if (this.#returned) break;
    }
    return this.#returned;
  }

  /** Goes through policies of the section `outbound`, on the answer's headers. @throws GatewayRefusal */
  outbound(steps: readonly Step[]): void {
    for (const { element } of steps) {
      if (element.name !== 'set-header') throw notEmulated(element);
      this.#set(element, this.answerHeaders);
      this.#init.note('outbound', element.name, { message: APPLIED });
    }
  }

  #inbound(element: PolicyElement, document: string): void {
    const { name, attributes } = element;
    let data: unknown = { message: APPLIED };
    if (name === 'cors') data = this.#passWithoutOrigin(element);
    else if (name === 'set-header') this.#set(element, this.headers);
    else if (name === 'set-query-parameter') this.#setQuery(element);
    else if (name === 'set-backend-service') this.#serviceUrl = this.#value(attributes['base-url'] ?? '');
    else if (name === 'rate-limit') this.#limitRate(element, document);
    else if (name === 'quota') this.#limitCalls(element, document);
    else if (name === 'choose') this.#choose(element, document);
    else if (name === 'return-response') {
      this.#returned = this.#returnedBy(element);
      data = { message: APPLIED, response: returnedView(this.#returned) };
    } else throw notEmulated(element);
    this.#init.note('inbound', name, data);
  }

  /** Calls that come from no page are none of its business, others are beyond the emulator. @throws GatewayRefusal */
  #passWithoutOrigin(element: PolicyElement): string {
    if (this.headers.has('origin')) throw notEmulated(element);
    return 'The call has no header Origin, so the policy was not applied.';
  }

  /** Limits are for subscriptions: who calls without one is not counted. */
  #limitRate(element: PolicyElement, document: string): void {
    if (this.#init.subscription === '') return;
    const counter = this.#counter(element, document);
    const wait = counter.take();
    const remaining = element.attributes['remaining-calls-header-name'];
    if (remaining !== undefined) this.answerHeaders.set(remaining.toLowerCase(), String(counter.left));
    if (wait > 0) throw rateExceeded(wait);
  }

  #limitCalls(element: PolicyElement, document: string): void {
    if (this.#init.subscription === '' || element.attributes.calls === undefined) return;
    const wait = this.#counter(element, document).take();
    if (wait > 0) throw quotaSpent(wait);
  }

  #counter({ name, attributes }: PolicyElement, document: string): ReturnType<Counters['counter']> {
    const calls = Number(this.#value(attributes.calls ?? ''));
    const seconds = Number(this.#value(attributes['renewal-period'] ?? ''));
    return this.#init.counters.counter(`${document} ${name} ${this.#init.subscription}`, { calls, seconds });
  }

  #choose(element: PolicyElement, document: string): void {
    const chosen = childrenOf(element).find(
      ({ name, attributes }) => name === 'otherwise' || this.#holds(attributes.condition ?? ''),
    );
    if (chosen) this.inbound(childrenOf(chosen).map((inner) => ({ element: inner, document })));
  }

  /** Knows one kind of condition: whether a parameter of the template has a value, in some of the ways to write that. */
  #holds(condition: string): boolean {
    return condition
      .replace(/^@\((.*)\)$/s, '$1')
      .split(' || ')
      .some((each) => this.#isParameter(each, condition));
  }

  #isParameter(expression: string, condition: string): boolean {
    const asked =
      /^context\.Request\.MatchedParameters(?:\["([^"]+)"\]|\.GetValueOrDefault\("([^"]+)", ""\))(?: == "([^"]*)"|\.Equals\("([^"]*)"(, StringComparison\.OrdinalIgnoreCase)?\))$/.exec(
        expression,
      );
    if (!asked) throw new GatewayRefusal(500, `The emulator cannot evaluate ${condition}.`);
    const [, name = '', nameOrDefault = name, equal, equals, ignoringCase] = asked;
    const spelled = (text = ''): string => (ignoringCase === undefined ? text : text.toLowerCase());
    return spelled(this.#init.call.parameters.get(nameOrDefault)) === spelled(equal ?? equals);
  }

  #returnedBy(element: PolicyElement): Returned {
    const headers = new Map<string, string>();
    let status = 200;
    let body = '';
    for (const child of childrenOf(element)) {
      if (child.name === 'set-status') {
        status = Number(this.#value(child.attributes.code ?? ''));
        this.#init.note('inbound', child.name, { message: [`The answer has the status ${status}.`] });
      } else if (child.name === 'set-header') this.#set(child, headers);
      else if (child.name === 'set-body') body = this.#value(textOf(child));
      else throw notEmulated(child);
    }
    return { status, headers, body };
  }

  #set(element: PolicyElement, headers: Map<string, string>): void {
    const name = this.#value(element.attributes.name ?? '').toLowerCase();
    const action = element.attributes['exists-action'] ?? 'override';
    const existing = headers.get(name);
    if (action === 'delete') headers.delete(name);
    else if (action === 'append' && existing !== undefined)
      headers.set(name, `${existing},${this.#values(element).join(',')}`);
    else if (action !== 'skip' || existing === undefined) headers.set(name, this.#values(element).join(','));
  }

  #setQuery(element: PolicyElement): void {
    const name = this.#value(element.attributes.name ?? '');
    const action = element.attributes['exists-action'] ?? 'override';
    if (action === 'skip' && this.#query.has(name)) return;
    if (action !== 'append') this.#query.delete(name);
    if (action === 'delete') return;
    for (const value of this.#values(element)) this.#query.append(name, value);
  }

  #values(element: PolicyElement): readonly string[] {
    return childrenOf(element).map((value) => this.#value(textOf(value)));
  }

  /** A text with its named values; expressions are beyond the emulator. @throws GatewayRefusal */
  #value(text: string): string {
    const value = text.replaceAll(/\{\{([\w.-]+)\}\}/g, (_, name: string) => {
      const named = this.#init.namedValues.get(name);
      if (named === undefined) throw new GatewayRefusal(500, `There is no named value ${name}.`);
      return named;
    });
    if (/^@[({]/.test(value)) throw new GatewayRefusal(500, `The emulator cannot evaluate ${value}.`);
    return value;
  }
}

function returnedView({ status, headers }: Returned): JsonObject {
  const code = STATUS_CODES[status] ?? String(status);
  return {
    status: { code, reason: code },
    headers: [...headers].map(([name, value]) => ({ name, value })),
  };
}

/** Better than to pass over a policy that a test counts on. */
function notEmulated({ name }: PolicyElement): GatewayRefusal {
  return new GatewayRefusal(500, `The emulator does not know the policy ${name} here.`);
}
