import { asObject, isJsonObject, jsonText, type JsonObject } from '../json.ts';
import { Failure } from '../failure.ts';
import { maskedPolicy } from './maskedPolicy.ts';
import { parsePolicy, samePolicy, writePolicy } from './policyXml.ts';
import type { PlannedResource } from './publication.ts';

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

/** What a person compares, without secrets: a policy as XML, anything else as JSON. */
export function viewOf(planned: PlannedResource, properties: JsonObject): string {
  if (isPolicy(planned)) return `${maskedPolicy(String(properties.value))}\n`;
  const shown = planned.kind === 'namedValue' ? { ...properties, value: '***' } : properties;
  return `${JSON.stringify(shown, undefined, 2)}\n`;
}

export function isPolicy({ kind }: PlannedResource): boolean {
  return kind === 'apiPolicy' || kind === 'productPolicy';
}

/** One that cannot be read differs from any other, and is shown as it is. */
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
