import type { Catalog, Endpoint } from '../catalog/index.ts';
import type { Cell, ServiceSchema } from '../protocol/studio/serviceSchema.ts';
import { secretReference } from '../shared/secretReference.ts';
import { mayBeSecret } from '../shared/secretValues.ts';

/** Values of global parameters by their names. */
export type ParameterValues = Readonly<Record<string, Cell>>;

export interface Parameters {
  /** As they are sent. */
  readonly globalParameters: ParameterValues;
  /** As a document or an earlier job has them: with references in place of secrets. What was typed is not here. */
  readonly writtenParameters: ParameterValues;
}

/** Without those that the service has no more, for which it would refuse the job. */
export function knownParameters(schema: ServiceSchema | undefined, values: ParameterValues): ParameterValues {
  if (schema === undefined) return values;
  const names = new Set(schema.globalParameters.map(({ name }) => name));
  return Object.fromEntries(Object.entries(values).filter(([name]) => names.has(name)));
}

/** Puts secrets in the place of their references. Rejects with `MissingSecret` or `Cancelled`. */
export async function filledParameters(
  catalog: Pick<Catalog, 'fillSecrets'>,
  endpoint: Endpoint,
  written: ParameterValues,
  interactive: boolean,
): Promise<Parameters> {
  const texts: Record<string, string> = {};
  for (const [name, value] of Object.entries(written)) if (typeof value === 'string') texts[name] = value;
  const filled = await catalog.fillSecrets(endpoint, texts, { interactive });
  return { globalParameters: { ...written, ...filled }, writtenParameters: written };
}

/**
 * What may be kept with a job. A text is kept as it was written down, and only then: one that a person typed or a program
 * passed may be a secret.
 */
export function keptParameters({
  globalParameters = {},
  writtenParameters = {},
}: Partial<Parameters>): Record<string, Cell> {
  const written = new Map(Object.entries(writtenParameters));
  return Object.fromEntries(
    Object.entries(globalParameters).flatMap(([name, sent]) => {
      const value = typeof sent === 'string' ? written.get(name) : sent;
      return value !== undefined && mayBeKept(name, value) ? [[name, value]] : [];
    }),
  );
}

function mayBeKept(name: string, value: Cell): boolean {
  const text = String(value);
  return secretReference(text) !== undefined || !mayBeSecret(name, text);
}
