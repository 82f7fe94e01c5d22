import { Refusal } from './mistakes.ts';

export type JsonObject = Readonly<Record<string, unknown>>;

/** The request's body as a JSON object. @throws Refusal */
export function parseBody(bytes: Buffer): JsonObject {
  const text = bytes.toString('utf8').replace(/^\uFEFF/, '');
  if (text.trim() === '') throw new Refusal('bodyMissing');
  return requireObject(parseJson(text), 'The body');
}

/** @throws Refusal */
export function requireObject(value: unknown, member: string): JsonObject {
  if (!isObject(value)) throw new Refusal('bodyShapeWrong', { member, expected: 'a JSON object' });
  return value;
}

/** An absent or null member is an empty object: serializers of .NET send unset members as null. @throws Refusal */
export function optionalObject(body: JsonObject, member: string): JsonObject {
  const value = body[member] ?? undefined;
  return value === undefined ? {} : requireObject(value, member);
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Refusal('bodyNotJson', { reason: error instanceof Error ? error.message : String(error) });
  }
}
