import type { JsonObject } from '../../../src/protocol/json.ts';
import { pageOf } from './paging.ts';
import type { Paging } from './paging.ts';
import { ArmError } from './wire.ts';
import type { Answer, Call, Route } from './wire.ts';

const NAMESPACE = 'Microsoft.ApiManagement';
const API_VERSIONS = ['2024-07-01', '2022-12-01', '2017-01-01', '2016-04-01'];

/** A provider of resources that the emulator knows by name only. */
export interface ProviderInit {
  readonly namespace: string;
  /** One that needs a registration has none in any subscription. */
  readonly registrationPolicy: 'RegistrationRequired' | 'RegistrationFree';
  readonly resourceTypes: readonly (JsonObject & { readonly resourceType: string })[];
}

/** Resource types of other providers that the emulator has. */
const OTHERS: Readonly<Record<string, readonly string[]>> = {
  'Microsoft.MachineLearning': ['workspaces', 'webServices'],
  'Microsoft.Insights': ['metrics', 'metricDefinitions', 'diagnosticSettings'],
  'Microsoft.Resources': [
    ...['subscriptions', 'resourceGroups', 'subscriptions/resourceGroups'],
    ...['providers', 'subscriptions/providers', 'subscriptions/locations'],
  ],
};

/** Which providers there are, and in which subscriptions they may be used. Source: azure-rest-api-specs resources 2024-07-01. */
export class Registrations {
  /** How many looks a registration still takes; none for a subscription that is registered. By ids of providers. */
  readonly #looksLeft = new Map<string, number>();
  readonly #providers = new Map<string, ProviderInit>();
  readonly #unregistered = new Set<string>();
  readonly #looks: () => number;

  /**
   * @param looks how often one has to look before a subscription is registered
   * @param locations the names of the regions that people read
   */
  constructor(looks: () => number, locations: readonly string[]) {
    this.#looks = looks;
    const typeOf = (resourceType: string): ProviderInit['resourceTypes'][number] => ({
      resourceType,
      locations,
      apiVersions: API_VERSIONS,
      aliases: [],
      capabilities: 'SupportsTags, SupportsLocation',
    });
    this.#keep({
      namespace: NAMESPACE,
      registrationPolicy: 'RegistrationRequired',
      resourceTypes: [{ ...typeOf('service'), apiVersions: ['2024-05-01', '2022-08-01'] }],
    });
    for (const [namespace, types] of Object.entries(OTHERS))
      this.#keep({
        namespace,
        registrationPolicy: 'RegistrationFree',
        resourceTypes: types.map(typeOf),
      });
  }

  /** Adds a provider that nobody has registered yet. */
  add(provider: ProviderInit): void {
    this.#keep(provider);
    this.#unregistered.add(provider.namespace.toLowerCase());
  }

  /** Makes a subscription one in which nobody has used API Management yet. */
  withdraw(subscriptionId: string): void {
    this.#looksLeft.set(providerId(subscriptionId, NAMESPACE), Infinity);
  }

  /** @throws ArmError where nobody asked for the registration */
  check(subscriptionId: string): void {
    if (this.#state(subscriptionId, NAMESPACE) === 'NotRegistered')
      throw new ArmError(
        409,
        'MissingSubscriptionRegistration',
        `The subscription is not registered for ${NAMESPACE}.`,
      );
  }

  routes(paging: Paging): readonly Route[] {
    const path = '/subscriptions/{subscriptionId}/providers';
    return [
      {
        method: 'GET',
        path,
        answer: (call) => {
          const views = [...this.#providers.values()].map((provider) => this.#view(call, provider));
          return pageOf(views, call, paging);
        },
      },
      { method: 'GET', path: `${path}/{namespace}`, answer: (call) => this.#look(call) },
      {
        method: 'POST',
        path: `${path}/{namespace}/register`,
        answer: (call) => {
          const provider = this.#providerOf(call);
          const { subscriptionId = '' } = call.parameters;
          if (this.#state(subscriptionId, provider.namespace) === 'NotRegistered')
            this.#looksLeft.set(providerId(subscriptionId, provider.namespace), this.#looks());
          return { status: 200, body: this.#view(call, provider) };
        },
      },
    ];
  }

  #keep(provider: ProviderInit): void {
    this.#providers.set(provider.namespace.toLowerCase(), provider);
  }

  #look(call: Call): Answer {
    const provider = this.#providerOf(call);
    const body = this.#view(call, provider);
    const id = providerId(call.parameters.subscriptionId, provider.namespace);
    const left = this.#looksLeft.get(id);
    if (left !== undefined) this.#looksLeft.set(id, left - 1);
    return { status: 200, body };
  }

  /** @throws ArmError 404 */
  #providerOf({ parameters: { namespace = '' } }: Call): ProviderInit {
    const provider = this.#providers.get(namespace.toLowerCase());
    if (!provider) throw new ArmError(404, 'InvalidResourceNamespace', `There is no provider ${namespace}.`);
    return provider;
  }

  #state(subscriptionId: string, namespace: string): 'NotRegistered' | 'Registering' | 'Registered' {
    const initially = this.#unregistered.has(namespace.toLowerCase()) ? Infinity : 0;
    const left = this.#looksLeft.get(providerId(subscriptionId, namespace)) ?? initially;
    if (left === Infinity) return 'NotRegistered';
    return left > 0 ? 'Registering' : 'Registered';
  }

  #view({ parameters: { subscriptionId = '' } }: Call, provider: ProviderInit): JsonObject {
    const { namespace, registrationPolicy, resourceTypes } = provider;
    return {
      id: `/subscriptions/${subscriptionId}/providers/${namespace}`,
      namespace,
      registrationState:
        registrationPolicy === 'RegistrationFree' ? 'Registered' : this.#state(subscriptionId, namespace),
      registrationPolicy,
      resourceTypes,
    };
  }
}

function providerId(subscriptionId = '', namespace = ''): string {
  return `/subscriptions/${subscriptionId}/providers/${namespace}`.toLowerCase();
}
