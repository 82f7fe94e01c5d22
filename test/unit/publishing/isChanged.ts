import { Failure } from '../../../src/protocol/failure.ts';

/** Whether an error says that somebody else has written meanwhile. */
export function isChanged(error: unknown): boolean {
  return error instanceof Failure && error.code === 'ResourceChanged';
}
