import type { JsonObject } from '../../../src/protocol/json.ts';
import type { Arm } from '../../support/arm/index.ts';
import type { LoggedCall } from '../../support/arm/gateway/loggedCall.ts';
import type { ArmCaller } from './armCaller.ts';

/** What an example asks for, with names of its parameters in braces, and what there is besides what it names. */
export interface Asked {
  readonly method: string;
  readonly path: string;
  /** Paths below the instance with the properties of what has to be there. */
  readonly needs?: Readonly<Record<string, JsonObject>>;
  /** What went through the gateway. */
  readonly calls?: readonly LoggedCall[];
  /** The collection of the instance where the items of the list are kept as well. */
  readonly keptIn?: string;
  /** Whether it lists what Azure has, of which the emulator has some. */
  readonly isCatalogue?: boolean;
  /** Does what only use brings about; gives the parameters that came of it. */
  readonly before?: (arm: Arm, caller: ArmCaller, parameters: JsonObject) => Promise<JsonObject>;
  /** Whether it is asked once more, as all that is written or deleted is. */
  readonly asksAgain?: boolean;
  /** The tier of the instance. */
  readonly tier?: string;
}

export const service =
  '/subscriptions/{subscriptionId}/resourceGroups/{resourceGroupName}/providers/Microsoft.ApiManagement/service';

/** Asks for something below an instance, or for the instance. */
export function instance(method: string, path: string, more: Omit<Asked, 'method' | 'path'> = {}): Asked {
  return { method, path: `${service}/{serviceName}${path === '' ? '' : `/${path}`}`, ...more };
}
