import type { JsonObject } from '../../../src/protocol/json.ts';
import { ArmError } from './wire.ts';
import type { Answer, Call, Route } from './wire.ts';

const NAMESPACE = 'Microsoft.ApiManagement';

/** In which subscriptions API Management may be used. Source: azure-rest-api-specs resources 2024-07-01. */
export class Registrations {
  /** How many looks a registration still takes; none for a subscription that is registered. */
  readonly #looksLeft = new Map<string, number>();
  readonly #looks: () => number;

  /** @param looks how often one has to look before a subscription is registered */
  constructor(looks: () => number) {
    this.#looks = looks;
  }

  /** Makes a subscription one in which nobody has used API Management yet. */
  withdraw(subscriptionId: string): void {
    this.#looksLeft.set(subscriptionId.toLowerCase(), Infinity);
  }

  /** @throws ArmError where nobody asked for the registration */
  check(subscriptionId: string): void {
    if (this.#state(subscriptionId) === 'NotRegistered')
      throw new ArmError(
        409,
        'MissingSubscriptionRegistration',
        `The subscription is not registered for ${NAMESPACE}.`,
      );
  }

  /** @param regions the names that people read */
  routes(regions: readonly string[]): readonly Route[] {
    const path = `/subscriptions/{subscriptionId}/providers/${NAMESPACE}`;
    return [
      { method: 'GET', path, answer: (call) => this.#look(call, regions) },
      {
        method: 'POST',
        path: `${path}/register`,
        answer: (call) => {
          const id = subscriptionOf(call);
          if (this.#state(id) === 'NotRegistered') this.#looksLeft.set(id, this.#looks());
          return { status: 200, body: this.#view(id, regions) };
        },
      },
    ];
  }

  #look(call: Call, regions: readonly string[]): Answer {
    const id = subscriptionOf(call);
    const body = this.#view(id, regions);
    const left = this.#looksLeft.get(id);
    if (left !== undefined) this.#looksLeft.set(id, left - 1);
    return { status: 200, body };
  }

  #state(subscriptionId: string): 'NotRegistered' | 'Registering' | 'Registered' {
    const left = this.#looksLeft.get(subscriptionId.toLowerCase()) ?? 0;
    if (left === Infinity) return 'NotRegistered';
    return left > 0 ? 'Registering' : 'Registered';
  }

  #view(subscriptionId: string, locations: readonly string[]): JsonObject {
    return {
      id: `/subscriptions/${subscriptionId}/providers/${NAMESPACE}`,
      namespace: NAMESPACE,
      registrationState: this.#state(subscriptionId),
      registrationPolicy: 'RegistrationRequired',
      resourceTypes: [{ resourceType: 'service', locations, apiVersions: ['2024-05-01', '2022-08-01'] }],
    };
  }
}

function subscriptionOf({ parameters }: Call): string {
  return parameters.subscriptionId?.toLowerCase() ?? '';
}
