import { ArmClient } from '../../../src/azure/armClient.ts';
import type { InstanceAccess } from '../../../src/azure/instanceAccess.ts';
import type { Arm } from '../../support/arm/index.ts';
import type { Bench } from '../transport/servers.ts';

/** The first instance of an emulated ARM, as features get it. */
export function accessTo(arm: Arm, bench: Bench): InstanceAccess {
  const http = bench.client();
  const token = arm.token();
  return {
    id: arm.instances[0] ?? '',
    arm: new ArmClient({
      http: () => Promise.resolve(http),
      baseUrl: arm.url,
      token: () => Promise.resolve(token),
      pollPauseMs: 1,
    }),
  };
}
