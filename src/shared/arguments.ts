import * as v from 'valibot';
import { Failure } from '../protocol/failure.ts';

/** The argument of a command that a program called; throws a `Failure` (`InvalidArguments`) that names the member. */
export function parseArguments<const S extends v.GenericSchema>(
  command: string,
  schema: S,
  call: unknown,
): v.InferOutput<S> {
  const parsed = v.safeParse(schema, call);
  if (parsed.success) return parsed.output;
  const [issue] = parsed.issues;
  const member = v.getDotPath(issue);
  throw new Failure({
    code: 'InvalidArguments',
    origin: 'client',
    sentence: `${command} cannot be called like this: ${member === null ? '' : `"${member}": `}${issue.message}.`,
  });
}
