import { randomBytes } from 'node:crypto';

import type { JsonObject } from '../../../src/protocol/json.ts';
import { asObject } from '../../../src/protocol/json.ts';
import { locationsOf } from './locations.ts';
import { pageOf } from './paging.ts';
import { existing } from './resources.ts';
import type { Context } from './resources.ts';
import { ArmError } from './wire.ts';
import type { Answer, Call, Route } from './wire.ts';

export interface TenantInit {
  readonly tenantId: string;
  readonly displayName: string;
  /** Names of the accounts that are members; every account when absent. */
  readonly accounts?: readonly string[];
  readonly subscriptions: readonly {
    readonly subscriptionId: string;
    readonly displayName: string;
    readonly resourceGroups?: readonly string[];
  }[];
}

interface Session {
  readonly tenantId: string;
  readonly account: string;
}

/** Who may ask: accounts, tenants and the subscriptions in them. Source: azure-docs resources, 2022-12-01. */
export class Directory {
  readonly #tenants: readonly TenantInit[];
  readonly #sessions = new Map<string, Session>();
  readonly #expired = new Set<string>();

  constructor(tenants: readonly TenantInit[]) {
    this.#tenants = tenants;
  }

  /** An access token of an account for a tenant, as a sign-in would give it. */
  issue(tenantId: string, account: string): string {
    const token = randomBytes(24).toString('base64url');
    this.#sessions.set(token, { tenantId, account });
    return token;
  }

  /** Lets a token run out. */
  expire(token: string): void {
    this.#sessions.delete(token);
    this.#expired.add(token);
  }

  /** Whom a token was given to. */
  accountOf(authorization: string | undefined): string | undefined {
    return this.#sessions.get(bearerOf(authorization) ?? '')?.account;
  }

  /** Whether the bearer may ask for a path. @throws ArmError 401 with a challenge, 404 */
  admit(authorization: string | undefined, path: string): void {
    const session = this.#sessionOf(authorization);
    const subscriptionId = /^\/subscriptions\/([^/]+)/i.exec(path)?.[1]?.toLowerCase();
    if (subscriptionId === undefined) return;
    const tenant = this.#tenants.find(({ subscriptions }) =>
      subscriptions.some((subscription) => subscription.subscriptionId.toLowerCase() === subscriptionId),
    );
    if (!tenant)
      throw new ArmError(404, 'SubscriptionNotFound', `There is no subscription ${subscriptionId}.`);
    if (tenant.tenantId !== session.tenantId)
      throw challenge(
        'InvalidAuthenticationTokenTenant',
        'The token is for another tenant.',
        tenant.tenantId,
      );
    if (!isMember(tenant, session.account))
      throw new ArmError(
        403,
        'AuthorizationFailed',
        `${session.account} is no member of ${tenant.displayName}.`,
      );
  }

  routes(context: Context): readonly Route[] {
    const group = '/subscriptions/{subscriptionId}/resourceGroups/{resourceGroup}';
    return [
      { method: 'GET', path: '/tenants', answer: (call) => this.#listTenants(context, call) },
      { method: 'GET', path: '/subscriptions', answer: (call) => this.#listSubscriptions(context, call) },
      {
        method: 'GET',
        path: '/subscriptions/{subscriptionId}/locations',
        answer: ({ path }) => ({
          status: 200,
          body: { value: locationsOf(path.slice(0, path.lastIndexOf('/'))) },
        }),
      },
      {
        method: 'GET',
        path: '/subscriptions/{subscriptionId}/resourceGroups',
        answer: (call) => pageOf(context.store.in(call.path).map(viewOfGroup), call, context.paging),
      },
      {
        method: 'GET',
        path: group,
        answer: ({ path }) => ({ status: 200, body: viewOfGroup(existing(context, path)) }),
      },
      {
        method: 'HEAD',
        path: group,
        answer: ({ path }) => ({ status: context.store.get(path) ? 204 : 404 }),
      },
      { method: 'PUT', path: group, answer: (call) => putGroup(context, call) },
    ];
  }

  #sessionOf(authorization: string | undefined): Session {
    const token = bearerOf(authorization);
    const home = this.#tenants[0]?.tenantId ?? 'common';
    if (token === undefined) throw challenge('AuthenticationFailed', 'The request has no token.', home);
    if (this.#expired.has(token))
      throw challenge('ExpiredAuthenticationToken', 'The token has run out.', home);
    const session = this.#sessions.get(token);
    if (!session) throw challenge('InvalidAuthenticationToken', 'The token is not valid.', home);
    return session;
  }

  #listTenants(context: Context, call: Call): Answer {
    const { account } = this.#sessionOf(call.headers.authorization?.toString());
    const mine = this.#tenants.filter((tenant) => isMember(tenant, account));
    const views = mine.map(({ tenantId, displayName }) => ({
      id: `/tenants/${tenantId}`,
      tenantId,
      countryCode: 'US',
      displayName,
      domains: [],
      tenantCategory: 'Home',
      tenantType: 'AAD',
    }));
    return pageOf(views, call, context.paging);
  }

  /** Only those of the tenant that the token is for. */
  #listSubscriptions(context: Context, call: Call): Answer {
    const { tenantId } = this.#sessionOf(call.headers.authorization?.toString());
    const { subscriptions = [] } = this.#tenants.find((tenant) => tenant.tenantId === tenantId) ?? {};
    const views = subscriptions.map(({ subscriptionId, displayName }) => ({
      id: `/subscriptions/${subscriptionId}`,
      subscriptionId,
      tenantId,
      displayName,
      state: 'Enabled',
      authorizationSource: 'RoleBased',
      subscriptionPolicies: {
        locationPlacementId: 'Public_2014-09-01',
        quotaId: 'PayAsYouGo_2014-09-01',
        spendingLimit: 'Off',
      },
    }));
    return pageOf(views, call, context.paging);
  }
}

function bearerOf(authorization: string | undefined): string | undefined {
  return /^Bearer (.+)$/i.exec(authorization ?? '')?.[1];
}

function isMember({ accounts }: TenantInit, account: string): boolean {
  return accounts?.includes(account) ?? true;
}

function putGroup({ store }: Context, { path, body }: Call): Answer {
  const { location, tags = {} } = asObject(body);
  if (typeof location !== 'string') throw ArmError.invalid([['location', 'location must be given.']]);
  const status = store.get(path) ? 200 : 201;
  return { status, body: viewOfGroup(store.put(resourceGroup(path, location, asObject(tags)))) };
}

/** A resource group as the store takes it. */
export function resourceGroup(
  id: string,
  location = 'southcentralus',
  tags: JsonObject = {},
): Parameters<Context['store']['put']>[0] {
  const properties = { provisioningState: 'Succeeded' };
  return { id, properties, members: { location, tags } };
}

function viewOfGroup({
  id,
  name,
  type,
  members,
  properties,
}: ReturnType<Context['store']['put']>): JsonObject {
  return { id, name, type, ...members, properties };
}

/** Source: azure-docs authenticate-api and the challenges that ARM sends. */
function challenge(code: string, message: string, tenantId: string): ArmError {
  const authority = `authorization_uri="https://login.microsoftonline.com/${tenantId}"`;
  const headers = { 'WWW-Authenticate': `Bearer ${authority}, error="invalid_token"` };
  return new ArmError(401, code, message, { headers });
}
