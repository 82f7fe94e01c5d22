import type { ResourceType } from '../resources.ts';
import { SERVICE } from './paths.ts';

/** Kept and given back; the gateway goes by the `serviceUrl` of an API. */
export const backends: ResourceType = {
  path: `${SERVICE}/backends/{backend}`,
  required: ['url', 'protocol'],
};
