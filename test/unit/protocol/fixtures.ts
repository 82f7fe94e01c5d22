import { readFileSync } from 'node:fs';

/** The text of a body in `test/fixtures/classic`. */
export function fixtureText(name: string): string {
  return readFileSync(new URL(`../../fixtures/classic/${name}`, import.meta.url), 'utf8');
}

/** The same, parsed. */
export function fixture(name: string): unknown {
  const value: unknown = JSON.parse(fixtureText(name));
  return value;
}
