import * as v from 'valibot';
import { Failure } from '../protocol/failure.ts';

/** A text that says something. */
export const text = v.pipe(v.string('a text is expected'), v.trim(), v.nonEmpty('it is empty'));

/**
 * The argument object of a command that another program called, checked against its schema. Throws a `Failure`
 * (`InvalidArguments`) that names the command and the field.
 */
export function parseArguments<S extends v.GenericSchema>(
  command: string,
  schema: S,
  argument: unknown,
): v.InferOutput<S> {
  const result = v.safeParse(schema, argument);
  if (result.success) return result.output;
  const [issue] = result.issues;
  const field = v.getDotPath(issue);
  throw new Failure({
    code: 'InvalidArguments',
    origin: 'client',
    sentence:
      field === null
        ? `${command} takes one object: ${issue.message}.`
        : `${command} cannot use its argument "${field}": ${issue.message}.`,
  });
}
