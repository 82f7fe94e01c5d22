import type { ArmClient } from './armClient.ts';

/** An API Management instance that can be called. */
export interface InstanceAccess {
  readonly arm: ArmClient;
  /** The instance's path below Azure Resource Manager. */
  readonly id: string;
}
