/** The hosts of one region of Studio (classic). */
export interface Region {
  /** Azure's own name of the location. */
  readonly displayName: string;
  readonly scoringHost: string;
  readonly managementHost: string;
  readonly studioHost: string;
  readonly studioApiHost: string;
}

/**
 * Every region whose hosts are known. South Central US scores at a prefixed host and is managed at the
 * unprefixed ones. Source: hning86/azuremlps `code/AzureMLSDK.cs`; the German scoring host is inferred.
 */
export const regions: readonly Region[] = [
  {
    displayName: 'South Central US',
    scoringHost: 'ussouthcentral.services.azureml.net',
    managementHost: 'management.azureml.net',
    studioHost: 'studio.azureml.net',
    studioApiHost: 'studioapi.azureml.net',
  },
  prefixed('West Europe', 'europewest', 'net'),
  prefixed('Southeast Asia', 'asiasoutheast', 'net'),
  prefixed('Japan East', 'japaneast', 'net'),
  prefixed('West Central US', 'uswestcentral', 'net'),
  prefixed('Germany Central', 'germanycentral', 'de'),
];

function prefixed(displayName: string, prefix: string, topLevel: 'net' | 'de'): Region {
  return {
    displayName,
    scoringHost: `${prefix}.services.azureml.${topLevel}`,
    managementHost: `${prefix}.management.azureml.${topLevel}`,
    studioHost: `${prefix}.studio.azureml.${topLevel}`,
    studioApiHost: `${prefix}.studioapi.azureml.${topLevel}`,
  };
}

/** The day on which Microsoft ended Studio (classic). Source: azure-docs `v1/migrate-overview.md`. */
export const retirementDate = '2024-08-31';

/** The whole truth about a retired host and the ways that remain, for any message that names such a host. */
export const retirementSentence =
  `The scoring hosts of Azure ML Studio (classic), *.services.azureml.net, ended on ${retirementDate}. ` +
  'Use the URL of a gateway or of a compatible server, or try the local service.';

const RETIRED = /(?:^|\.)(?:services|management|studio|studioapi)\.azureml\.(?:net|de)$/;

/** Whether a host name (with or without port and trailing dot) was one of Studio (classic)'s own, which have ended. */
export function isRetiredHost(host: string): boolean {
  return RETIRED.test(host.toLowerCase().replace(/:\d+$/, '').replace(/\.$/, ''));
}

/** The scoring host that belongs to a studio, studio API or management host, or `undefined` if it is none of these. */
export function scoringHostOf(host: string): string | undefined {
  const known = regions.find(
    (region) => host === region.studioHost || host === region.managementHost || host === region.studioApiHost,
  );
  if (known) return known.scoringHost;
  const unlisted = /^([a-z\d]+)\.(?:studio|studioapi|management)\.azureml\.(net|de)$/.exec(host);
  return unlisted?.[1] && unlisted[2] ? `${unlisted[1]}.services.azureml.${unlisted[2]}` : undefined;
}
