import type { Store } from '../store.ts';
import { newKey } from './subscriptions.ts';

/** What the guide's readers find in an instance of a classic tier: two products, who may see them, and the all-access subscription. */
export function putPresets(store: Store, instance: string): void {
  put('users/1', {
    firstName: 'Administrator',
    lastName: '',
    email: 'owner@example.com',
    state: 'active',
    registrationDate: new Date().toISOString(),
    identities: [{ provider: 'Azure', id: 'owner@example.com' }],
  });
  for (const [id, displayName] of BUILT_IN_GROUPS)
    put(`groups/${id}`, {
      displayName,
      description: `${displayName}, as the system has them.`,
      builtIn: true,
      type: 'system',
    });
  put('products/starter', {
    displayName: 'Starter',
    description: '5 calls in a minute, 100 in a week.',
    terms: '',
    subscriptionRequired: true,
    approvalRequired: false,
    subscriptionsLimit: 1,
    state: 'published',
  });
  put('products/starter/policies/policy', { value: STARTER_POLICY });
  put('products/unlimited', {
    displayName: 'Unlimited',
    description: 'No limits; an administrator has to approve.',
    terms: '',
    subscriptionRequired: true,
    approvalRequired: true,
    subscriptionsLimit: 1,
    state: 'published',
  });
  for (const [id] of BUILT_IN_GROUPS) {
    put(`products/starter/groups/${id}`, {});
    put(`products/unlimited/groups/${id}`, {});
  }
  put('subscriptions/master', {
    ownerId: `${instance}/users/1`,
    scope: `${instance}/`,
    displayName: 'Built-in all-access subscription',
    state: 'active',
    createdDate: new Date().toISOString(),
    primaryKey: newKey(),
    secondaryKey: newKey(),
  });

  function put(path: string, properties: Readonly<Record<string, unknown>>): void {
    store.put({ id: `${instance}/${path}`, properties });
  }
}

/** Nobody can know their ids: they are told by their names. */
const BUILT_IN_GROUPS = [
  ['5600b59375ff190048020001', 'Administrators'],
  ['5600b59375ff190048020002', 'Developers'],
  ['5600b59375ff190048020003', 'Guests'],
] as const;

const STARTER_POLICY = [
  '<policies>',
  '  <inbound>',
  '    <rate-limit calls="5" renewal-period="60" />',
  '    <quota calls="100" renewal-period="604800" />',
  '    <base />',
  '  </inbound>',
  '  <backend>',
  '    <base />',
  '  </backend>',
  '  <outbound>',
  '    <base />',
  '  </outbound>',
  '  <on-error>',
  '    <base />',
  '  </on-error>',
  '</policies>',
].join('\r\n');
