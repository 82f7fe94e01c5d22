import { readFileSync } from 'node:fs';
import { asObject, type JsonObject } from '../../../src/protocol/json.ts';

/** The text of a body in `test/fixtures/classic`. */
export function fixtureText(name: string): string {
  return readFileSync(new URL(`../../fixtures/classic/${name}`, import.meta.url), 'utf8');
}

/** The same, parsed. */
export function fixture(name: string): unknown {
  const value: unknown = JSON.parse(fixtureText(name));
  return value;
}

/** The body with which Azure answers 200 in one of the examples of `test/fixtures/apim-governance`. */
export function governanceBody(name: string): unknown {
  const file = new URL(`../../fixtures/apim-governance/${name}.json`, import.meta.url);
  const example: unknown = JSON.parse(readFileSync(file, 'utf8'));
  return asObject(asObject(asObject(example).responses)['200']).body;
}

/** The resource with which an instance answers 200 in one of the examples of `test/fixtures/apim`. */
export function apimFixture(name: string): { readonly properties: JsonObject } {
  const file = new URL(`../../fixtures/apim/ApiManagement${name}.json`, import.meta.url);
  const example: unknown = JSON.parse(readFileSync(file, 'utf8'));
  const { body } = asObject(asObject(asObject(example).responses)['200']);
  return { properties: asObject(asObject(body).properties) };
}
