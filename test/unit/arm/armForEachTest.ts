import { type Arm, type ArmOptions, startArm } from '../../support/arm/index.ts';
import { ArmCaller } from './armCaller.ts';

/** Gives each test of a suite an emulated Azure Resource Manager of its own, and somebody who asks it. */
export function armForEachTest(use: (arm: Arm, caller: ArmCaller) => void, options?: ArmOptions): void {
  let arm: Arm;
  beforeEach(async () => {
    arm = await startArm(options);
    use(arm, new ArmCaller(arm));
  });
  afterEach(() => arm.close());
}
