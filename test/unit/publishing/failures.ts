import { Failure } from '../../../src/protocol/failure.ts';

/** Whether an error says that somebody else has written meanwhile. */
export const isChanged = hasCode('ResourceChanged');

/** Whether an error is a failure with this code. */
export function hasCode(code: string) {
  return (error: unknown): boolean => error instanceof Failure && error.code === code;
}
