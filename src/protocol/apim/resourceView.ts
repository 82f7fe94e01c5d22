import { asObject, isJsonObject, jsonText, type JsonObject } from '../json.ts';
import { Failure } from '../failure.ts';
import { redactText, redactUrl } from '../redaction.ts';
import { isSameBaseUrl } from '../studio/urls.ts';
import { maskedPolicy, textsIn } from './maskedPolicy.ts';
import { parsePolicy, samePolicy, writePolicy } from './policyXml.ts';
import type { PlannedResource } from './publication.ts';
import { SecretMasks } from './secretMasks.ts';

/**
 * What of a resource that exists is of the plan's concern: the members that the plan writes, in its order, with their
 * values there. A policy comes in the plan's own spelling, and types whole: what they leave out says something too.
 */
export function comparable(planned: PlannedResource, existing: JsonObject): JsonObject {
  const wanted = planned.body?.properties ?? {};
  const properties = asObject(existing.properties);
  if (planned.kind === 'schema') return schemaProperties(wanted, properties);
  const present = isPolicy(planned) ? policyProperties(String(wanted.value), properties) : properties;
  return membersOf(wanted, present);
}

/** The members of a plan that are not like those of `comparable`. */
export function differing(wanted: JsonObject, existing: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(wanted).filter(([name, value]) => jsonText(value) !== jsonText(existing[name])),
  );
}

/** Whether a resource is as the plan wants it; a secret, which cannot be read, is left out of it. */
export function isAsPlanned(planned: PlannedResource, existing: JsonObject): boolean {
  return jsonText(comparable(planned, existing)) === jsonText(planned.body?.properties ?? {});
}

/** For all that is shown of a plan and of what is there instead: what the plan says itself is no secret. */
export function masksFor(plan: readonly PlannedResource[]): SecretMasks {
  return new SecretMasks(
    plan.flatMap((planned) => {
      const properties = planned.body?.properties ?? {};
      return isPolicy(planned) ? textsIn(String(properties.value)) : stringsIn(properties);
    }),
  );
}

export type Held = 'what is planned' | 'something else';

/**
 * What a person compares, without secrets: a policy as XML, anything else as JSON. `holds`, of a named value, says which
 * secret is in it.
 */
export function viewOf(
  planned: PlannedResource,
  properties: JsonObject,
  masks: SecretMasks,
  holds: Held = 'what is planned',
): string {
  if (isPolicy(planned)) return `${maskedPolicy(String(properties.value), masks)}\n`;
  const shown = asObject(maskedMember('', properties, masks));
  const value = masks.of(`${planned.path} ${holds}`);
  return `${JSON.stringify(planned.kind === 'namedValue' ? { ...shown, value } : shown, undefined, 2)}\n`;
}

/** Members with what a call may send, such as the key of a function in a parameter. */
const EXAMPLES: ReadonlySet<string> = new Set([
  'default',
  'defaultValue',
  'example',
  'sample',
  'value',
  'values',
]);

function maskedMember(name: string, value: unknown, masks: SecretMasks): unknown {
  if (Array.isArray(value)) return value.map((each: unknown) => maskedMember(name, each, masks));
  if (isJsonObject(value))
    return Object.fromEntries(
      Object.entries(value).map(([key, each]) => [
        key,
        maskedMember(EXAMPLES.has(name) ? name : key, each, masks),
      ]),
    );
  if (typeof value !== 'string') return value;
  if (name === 'serviceUrl') return redactUrl(value, (secret) => masks.of(secret));
  return EXAMPLES.has(name) ? masks.of(value) : redactText(value);
}

function stringsIn(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(stringsIn) : [];
}

export function isPolicy({ kind }: PlannedResource): boolean {
  return kind === 'apiPolicy' || kind === 'productPolicy';
}

/** One that cannot be read differs from any other. */
function policyProperties(wanted: string, { value }: JsonObject): JsonObject {
  return { format: 'rawxml', value: inSpellingOf(wanted, String(value)) };
}

function inSpellingOf(wanted: string, present: string): string {
  const one = parsePolicy(wanted);
  const other = parsePolicy(present);
  if (one instanceof Failure || other instanceof Failure) return present;
  return samePolicy(one, other) ? wanted : writePolicy(other);
}

function schemaProperties(wanted: JsonObject, { contentType, document }: JsonObject): JsonObject {
  const { definitions } = asObject(document);
  const inOrder = orderedLike(asObject(wanted.document).definitions, definitions ?? null);
  return { contentType, document: { definitions: inOrder } };
}

/** The order of members says nothing. */
function orderedLike(wanted: unknown, present: unknown): unknown {
  if (Array.isArray(wanted) && Array.isArray(present))
    return present.map((each: unknown, index) => orderedLike(wanted[index], each));
  if (!isJsonObject(wanted) || !isJsonObject(present)) return present;
  const names = new Set([
    ...Object.keys(wanted).filter((name) => Object.hasOwn(present, name)),
    ...Object.keys(present),
  ]);
  return Object.fromEntries([...names].map((name) => [name, orderedLike(wanted[name], present[name])]));
}

function membersOf(wanted: JsonObject, present: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.keys(wanted).map((name) => [name, memberLike(wanted[name], present[name], name)]),
  );
}

function memberLike(wanted: unknown, present: unknown, name: string): unknown {
  if (isEmpty(wanted) && (present === undefined || present === null)) return wanted;
  if (isJsonObject(wanted) && isJsonObject(present)) return membersOf(wanted, present);
  if (Array.isArray(wanted) && Array.isArray(present)) return listLike(wanted, present, name);
  if (name === 'serviceUrl' && isSameBaseUrl(String(wanted), String(present))) return wanted;
  // An instance answers with the whole id of what it was given relative to itself.
  const isScope = name === 'scope' && typeof wanted === 'string' && typeof present === 'string';
  if (isScope && present.toLowerCase().endsWith(wanted.toLowerCase())) return wanted;
  return present ?? null;
}

/** A list is written as a whole or not at all: one that is another is shown with what would go with it. */
function listLike(wanted: readonly unknown[], present: readonly unknown[], name: string): readonly unknown[] {
  const inOrder = present.map((each, index) => memberLike(wanted[index], each, name));
  return jsonText(inOrder) === jsonText(wanted) ? inOrder : present;
}

function isEmpty(value: unknown): boolean {
  return value === '' || (Array.isArray(value) && value.length === 0);
}
