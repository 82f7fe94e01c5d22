import type { InstanceAccess } from '../../azure/index.ts';
import { childPath, parseArm } from '../../protocol/apim/arm.ts';
import { userName, userSchema, type User } from '../../protocol/apim/people.ts';

/** What a user is called; his id where he is not there any more. `userId` may be that or a path that ends with it. */
export async function nameOfUser(
  access: InstanceAccess,
  userId: string,
  signal: AbortSignal,
): Promise<string> {
  const name = userId.split('/').at(-1) ?? userId;
  const user = await findUser(access, name, signal);
  return user === undefined ? name : userName(user);
}

/** Undefined for one who is not there any more. */
export async function findUser(
  { arm, id }: InstanceAccess,
  name: string,
  signal: AbortSignal,
): Promise<User | undefined> {
  const reply = await arm.find(childPath(id, 'users', name), { signal });
  return reply && parseArm(userSchema, reply.body);
}
