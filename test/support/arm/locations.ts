import type { JsonObject } from '../../../src/protocol/json.ts';

/** The regions that there are, by name. */
export const LOCATIONS: Readonly<Record<string, string>> = {
  southcentralus: 'South Central US',
  westeurope: 'West Europe',
  eastus: 'East US',
  westus: 'West US',
};

/** The regions as a subscription lists them. Source: azure-rest-api-specs resources, 2022-12-01. */
export function locationsOf(subscription: string): readonly JsonObject[] {
  return Object.entries(LOCATIONS).map(([name, displayName]) => {
    const isEurope = displayName.endsWith('Europe');
    return {
      id: `${subscription}/locations/${name}`,
      name,
      type: 'Region',
      displayName,
      regionalDisplayName: `(${isEurope ? 'Europe' : 'US'}) ${displayName}`,
      metadata: {
        regionType: 'Physical',
        regionCategory: 'Recommended',
        geography: isEurope ? 'Europe' : 'United States',
        geographyGroup: isEurope ? 'Europe' : 'US',
        longitude: '0',
        latitude: '0',
        physicalLocation: displayName,
        pairedRegion: [],
      },
      availabilityZoneMappings: [],
    };
  });
}

/** Whether two names are for one region: the name and what people read differ in case and blanks. */
export function isLocation(given: string): boolean {
  return Object.hasOwn(LOCATIONS, given.toLowerCase().replaceAll(' ', ''));
}
