import type { InstanceAccess } from '../../azure/index.ts';
import { childPath, parseArm } from '../../protocol/apim/arm.ts';
import { userName, userSchema } from '../../protocol/apim/people.ts';

/** What a user is called; his id where he is not there any more. `userId` may be that or a path that ends with it. */
export async function nameOfUser(
  { arm, id }: InstanceAccess,
  userId: string,
  signal: AbortSignal,
): Promise<string> {
  const name = userId.split('/').at(-1) ?? userId;
  const reply = await arm.find(childPath(id, 'users', name), { signal });
  return reply === undefined ? name : userName(parseArm(userSchema, reply.body));
}
