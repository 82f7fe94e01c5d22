import { isDeepStrictEqual } from 'node:util';
import { elementsIn, type Owned, type PolicySection, withChanged, withInserted } from './policyEdits.ts';
import { rangeEnds } from './policyValues.ts';
import {
  childrenOf,
  element,
  parsePolicy,
  type PlacedElement,
  type PolicyElement,
  textOf,
} from './policyXml.ts';

/** How many calls are let through in a stretch of time; numbers are texts, because a named value may stand for one. */
export interface RateFields {
  readonly calls: string;
  /** In seconds. */
  readonly period: string;
  /** What is counted by, an expression; absent: by subscription. */
  readonly counterKey?: string;
}

/** How much is let through in a longer time; one of calls and bandwidth at least. */
export interface QuotaFields {
  readonly calls?: string;
  /** In kilobytes. */
  readonly bandwidth?: string;
  /** In seconds; 0 for ever. */
  readonly period: string;
  /** As with rates. */
  readonly counterKey?: string;
}

/** A token that every call must bring. */
export interface TokenFields {
  /** Of the OpenID configurations that have the keys; a token of any of them will do. */
  readonly configUrls: readonly string[];
  readonly audiences: readonly string[];
  readonly header: string;
  /** The word ahead of the token, which must be there. */
  readonly scheme?: string;
}

/** Who may call, or who may not. */
export interface AddressFields {
  readonly action: 'allow' | 'forbid';
  /** An address, or two with a hyphen between. */
  readonly addresses: readonly string[];
}

export const headerActions = ['override', 'skip', 'append', 'delete'] as const;
export type HeaderAction = (typeof headerActions)[number];

/** A header that is set on the way. */
export interface HeaderFields {
  readonly name: string;
  readonly action: HeaderAction;
  /** None where it is deleted. */
  readonly values: readonly string[];
}

/** One kind of element that is described by fields. */
export interface PolicyField<T> {
  readonly section: PolicySection;
  readonly read: (element: PolicyElement) => T | undefined;
  readonly write: (fields: T) => PolicyElement;
  readonly owned: Owned;
}

/**
 * In which order policies of fields stand in a section: who is let in comes before what he is counted for, and the
 * headers are last, because one of them may take the place of the token that is looked at.
 */
const ORDER = [
  ['cors', 'base'],
  ['ip-filter'],
  ['validate-jwt'],
  ['rate-limit', 'rate-limit-by-key'],
  ['quota', 'quota-by-key'],
  ['set-header'],
];

/** Source: azure-docs rate-limit-policy.md, rate-limit-by-key-policy.md. */
export const rateField: PolicyField<RateFields> = {
  section: 'inbound',
  read: ({ name, attributes }) =>
    name === 'rate-limit' || name === 'rate-limit-by-key'
      ? {
          calls: attributes.calls ?? '',
          period: attributes['renewal-period'] ?? '',
          ...counterOf(attributes),
        }
      : undefined,
  write: ({ calls, period, counterKey }) =>
    element(counterKey === undefined ? 'rate-limit' : 'rate-limit-by-key', {
      calls,
      'renewal-period': period,
      'counter-key': counterKey,
    }),
  owned: { attributes: ['calls', 'renewal-period', 'counter-key'], children: [] },
};

/** Source: azure-docs quota-policy.md, quota-by-key-policy.md. */
export const quotaField: PolicyField<QuotaFields> = {
  section: 'inbound',
  read: ({ name, attributes: { calls, bandwidth, ...attributes } }) =>
    name === 'quota' || name === 'quota-by-key'
      ? {
          ...(calls !== undefined && { calls }),
          ...(bandwidth !== undefined && { bandwidth }),
          period: attributes['renewal-period'] ?? '',
          ...counterOf(attributes),
        }
      : undefined,
  write: ({ calls, bandwidth, period, counterKey }) =>
    element(counterKey === undefined ? 'quota' : 'quota-by-key', {
      calls,
      bandwidth,
      'renewal-period': period,
      'counter-key': counterKey,
    }),
  owned: { attributes: ['calls', 'bandwidth', 'renewal-period', 'counter-key'], children: [] },
};

/** Source: azure-docs validate-jwt-policy.md, which has the order of the children. */
export const tokenField: PolicyField<TokenFields> = {
  section: 'inbound',
  read: (token) =>
    token.name === 'validate-jwt'
      ? {
          configUrls: childrenOf(token).flatMap(({ name, attributes: { url = '' } }) =>
            name === 'openid-config' ? [url] : [],
          ),
          audiences: childrenOf(childNamed(token, 'audiences') ?? element('audiences')).map(textOf),
          header: token.attributes['header-name'] ?? '',
          ...schemeIn(token.attributes['require-scheme']),
        }
      : undefined,
  write: ({ configUrls, audiences, header, scheme }) =>
    element('validate-jwt', { 'header-name': header, 'require-scheme': scheme }, [
      ...configUrls.map((url) => element('openid-config', { url })),
      ...(audiences.length === 0
        ? []
        : [
            element(
              'audiences',
              {},
              audiences.map((each) => element('audience', {}, [each])),
            ),
          ]),
    ]),
  owned: {
    // Only one of the three places of a token may be named.
    attributes: ['header-name', 'query-parameter-name', 'token-value', 'require-scheme'],
    children: ['openid-config', 'audiences'],
    order: [
      ...['openid-config', 'issuer-signing-keys', 'decryption-keys'],
      ...['audiences', 'issuers', 'required-claims'],
    ],
  },
};

/** Source: azure-docs ip-filter-policy.md. */
export const addressField: PolicyField<AddressFields> = {
  section: 'inbound',
  read: (filter) =>
    filter.name === 'ip-filter'
      ? {
          action: filter.attributes.action === 'forbid' ? 'forbid' : 'allow',
          addresses: childrenOf(filter).flatMap((child) => {
            if (child.name === 'address') return [textOf(child)];
            const { from = '', to = '' } = child.attributes;
            return child.name === 'address-range' ? [`${from}-${to}`] : [];
          }),
        }
      : undefined,
  write: ({ action, addresses }) => element('ip-filter', { action }, addresses.map(addressElement)),
  owned: { attributes: ['action'], children: ['address', 'address-range'] },
};

/** Source: azure-docs set-header-policy.md. */
export function headerField(section: PolicySection): PolicyField<HeaderFields> {
  return {
    section,
    read: (header) =>
      header.name === 'set-header'
        ? {
            name: header.attributes.name ?? '',
            action:
              headerActions.find((action) => action === header.attributes['exists-action']) ?? 'override',
            values: childrenOf(header).map(textOf),
          }
        : undefined,
    write: ({ name, action, values }) =>
      element(
        'set-header',
        { name, 'exists-action': action },
        action === 'delete' ? [] : values.map((value) => element('value', {}, value === '' ? [] : [value])),
      ),
    owned: { attributes: ['name', 'exists-action'], children: ['value'] },
  };
}

/** A field as it stands in a document. */
export interface FoundField<T> {
  readonly fields: T;
  readonly element: PlacedElement;
}

/** The elements of a kind directly in its section; what stands under a condition is not described by fields. */
export function fieldsIn<T>(policy: PlacedElement, field: PolicyField<T>): readonly FoundField<T>[] {
  return elementsIn(policy, field.section).flatMap((each) => {
    const fields = field.read(each);
    return fields === undefined ? [] : [{ fields, element: each }];
  });
}

/** An element as somebody has chosen it, by which it is found again in a text that others may have changed since. */
export interface SeenField<T> {
  readonly fields: T;
  /** How many of its kind are ahead of it. */
  readonly nth: number;
}

export function seenIn<T>(policy: PlacedElement, field: PolicyField<T>): readonly SeenField<T>[] {
  return fieldsIn(policy, field).map(({ fields }, nth) => ({ fields, nth }));
}

/** The same element: what says the same, in its place if it can be, or else what is in its place. */
export function foundAgain<T>(
  all: readonly FoundField<T>[],
  { fields, nth }: SeenField<unknown>,
): FoundField<T> | undefined {
  const isSame = (each: FoundField<T> | undefined): boolean => isDeepStrictEqual(each?.fields, fields);
  const there = all[nth];
  return isSame(there) ? there : (all.find(isSame) ?? there);
}

/** The text with an element changed, or with a new one where `old` is absent. Throws `InvalidPolicy`. */
export function withField<T>(
  text: string,
  field: PolicyField<T>,
  fields: T,
  old: PlacedElement | undefined,
): string {
  const wanted = field.write(fields);
  if (old !== undefined) return withChanged(text, old, wanted, field.owned);
  const rank = rankOf(wanted);
  return withInserted(text, field.section, wanted, {
    goesBefore: (other) => rankOf(other) >= 0 && rankOf(other) <= rank,
    goesAfter: (other) =>
      wanted.name === 'validate-jwt' &&
      other.name === 'set-header' &&
      sameName(other.attributes.name, wanted.attributes['header-name']),
  });
}

/** The present text of a policy, read. Throws `InvalidPolicy`. */
export function readPolicy(text: string): PlacedElement {
  const policy = parsePolicy(text);
  if (policy instanceof Error) throw policy;
  return policy;
}

/** The OpenID configuration of a tenant of Microsoft Entra. Source: azure-docs validate-jwt-policy.md. */
export function tenantConfigUrl(tenant: string): string {
  return `https://login.microsoftonline.com/${tenant}/v2.0/.well-known/openid-configuration`;
}

/** The header of the standard has a word ahead of the token. Source: RFC 6750, section 2.1. */
export function schemeOf(header: string): string | undefined {
  return sameName(header, 'Authorization') ? 'Bearer' : undefined;
}

function sameName(one: string | undefined, other: string | undefined): boolean {
  return one?.toLowerCase() === other?.toLowerCase();
}

function schemeIn(scheme: string | undefined): { readonly scheme?: string } {
  return scheme === undefined ? {} : { scheme };
}

function addressElement(text: string): PolicyElement {
  const [from = '', to] = rangeEnds(text);
  return to === undefined ? element('address', {}, [from]) : element('address-range', { from, to });
}

function counterOf(attributes: PolicyElement['attributes']): { readonly counterKey?: string } {
  const { 'counter-key': counterKey } = attributes;
  return counterKey === undefined ? {} : { counterKey };
}

function rankOf({ name }: PolicyElement): number {
  return ORDER.findIndex((names) => names.includes(name));
}

function childNamed(parent: PolicyElement, wanted: string): PolicyElement | undefined {
  return childrenOf(parent).find(({ name }) => name === wanted);
}
