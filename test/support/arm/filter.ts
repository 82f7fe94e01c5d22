import { asObject } from '../../../src/protocol/json.ts';
import type { JsonObject } from '../../../src/protocol/json.ts';
import { ArmError } from './wire.ts';

type Value = string | number | boolean;

const OPERATORS: Readonly<Record<string, (one: Value, other: Value) => boolean>> = {
  eq: (one, other) => one === other,
  ne: (one, other) => one !== other,
  ge: (one, other) => one >= other,
  gt: (one, other) => one > other,
  le: (one, other) => one <= other,
  lt: (one, other) => one < other,
};

/**
 * Whether an item is meant by a `$filter`: comparisons that are joined by `and`, which is what the lists' clients send.
 * Source: azure-rest-api-specs apimanagement 2024-05-01, the tables at `$filter`.
 * @param fields the properties that the list can be filtered by
 * @throws ArmError 400
 */
export function filterOf(text: string, fields: readonly string[]): (item: unknown) => boolean {
  const conditions = text.split(/ and (?=(?:[^']*'[^']*')*[^']*$)/).map((part) => condition(part, fields));
  return (item) => {
    const { properties, ...members } = asObject(item);
    const all = { ...members, ...asObject(properties) };
    return conditions.every((holds) => holds(all));
  };
}

function condition(text: string, fields: readonly string[]): (item: JsonObject) => boolean {
  const [, field = '', operator = '', literal = ''] = /^\s*(\w+)\s+(\w\w)\s+(.+?)\s*$/.exec(text) ?? [];
  const compare = OPERATORS[operator];
  const wanted = valueOf(literal);
  if (!compare || wanted === undefined || !fields.includes(field))
    throw new ArmError(400, 'InvalidFilter', `$filter is not something that this list knows: ${text}.`);
  return (item) => {
    const value = item[field];
    if (typeof value === 'string' && literal.startsWith('datetime'))
      return compare(Date.parse(value), wanted);
    return typeof value === typeof wanted && compare(value as Value, wanted);
  };
}

/** A time is the number of its milliseconds. */
function valueOf(literal: string): Value | undefined {
  const [, isTime, text] = /^(datetime)?'((?:[^']|'')*)'$/.exec(literal) ?? [];
  if (text !== undefined) {
    if (isTime === undefined) return text.replaceAll("''", "'");
    const time = Date.parse(/(?:Z|[+-]\d\d:\d\d)$/.test(text) ? text : `${text}Z`);
    return Number.isNaN(time) ? undefined : time;
  }
  if (literal === 'true' || literal === 'false') return literal === 'true';
  return /^-?\d+(?:\.\d+)?$/.test(literal) ? Number(literal) : undefined;
}
