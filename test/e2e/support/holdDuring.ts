import { EventEmitter, once } from 'node:events';
import type { Arm } from '../../support/arm/index.ts';

/** Resolves while a request that matches is about to be looked at; what it resolves with lets that go on. */
export async function holdDuring(arm: Arm, match: RegExp, begin: () => Promise<void>): Promise<() => void> {
  const gate = new EventEmitter();
  const reached = once(gate, 'reached');
  arm.beforeNext(match, async () => {
    const released = once(gate, 'released');
    gate.emit('reached');
    await released;
  });
  await begin();
  await reached;
  return () => gate.emit('released');
}
