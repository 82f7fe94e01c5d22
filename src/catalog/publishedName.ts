import { freeName } from '../shared/freeName.ts';
import type { Endpoint } from './model.ts';
import type { ServiceEntry } from './settings.ts';

/**
 * Under which name the service of an endpoint stands among those of a workspace in the settings: its own, unless another
 * one has that. Names of services and endpoints are not unique, ids are.
 */
export function publishedName(
  services: Readonly<Record<string, ServiceEntry>> | undefined,
  { service, name, endpointId }: Pick<Endpoint, 'service' | 'name' | 'endpointId'>,
): string {
  return freeName(service.name, ' ', (each) => {
    const entry = services?.[each];
    if (entry === undefined) return false;
    const there = entry.endpoints?.[name];
    const isOtherService =
      entry.serviceId !== undefined &&
      service.serviceId !== undefined &&
      entry.serviceId !== service.serviceId;
    return isOtherService || (there !== undefined && there !== endpointId);
  });
}
