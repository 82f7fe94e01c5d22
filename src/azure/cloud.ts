import { Failure } from '../protocol/failure.ts';
import { normalizeBaseUrl } from '../protocol/studio/urls.ts';
import { isLoopback } from '../transport/proxies.ts';

/** Where Azure Resource Manager is, and who gives out tokens for it. */
export interface Cloud {
  readonly resourceManagerUrl: string;
  /** The portal in which people look at resources. */
  readonly portalUrl: string;
  /** Of VS Code's authentication providers. */
  readonly provider: 'microsoft' | 'microsoft-sovereign-cloud';
  readonly scope: string;
}

/** The scope that other Azure extensions ask for too, so that consent and tokens are shared with them. */
const scope = 'https://management.core.windows.net/.default';

/** The clouds that have an account system of their own. Source: @azure/ms-rest-azure-env. */
const sovereign: Readonly<Record<string, Pick<Cloud, 'scope' | 'portalUrl'>>> = {
  'management.chinacloudapi.cn': {
    scope: 'https://management.core.chinacloudapi.cn/.default',
    portalUrl: 'https://portal.azure.cn',
  },
  'management.usgovcloudapi.net': {
    scope: 'https://management.core.usgovcloudapi.net/.default',
    portalUrl: 'https://portal.azure.us',
  },
};

/** The cloud behind the setting. Throws a `Failure` (`InvalidSetting`) for what no token may be sent to. */
export function cloudAt(setting: unknown): Cloud {
  const url = typeof setting === 'string' ? normalizeBaseUrl(setting) : undefined;
  if (typeof url !== 'string' || !isSafe(new URL(url))) {
    throw new Failure({
      code: 'InvalidSetting',
      origin: 'client',
      sentence:
        'The setting azuremlServices.azure.resourceManagerUrl is no https URL, so the token of your account is not sent there.',
    });
  }
  const own = sovereign[new URL(url).hostname];
  return own === undefined
    ? { resourceManagerUrl: url, provider: 'microsoft', scope, portalUrl: 'https://portal.azure.com' }
    : { resourceManagerUrl: url, provider: 'microsoft-sovereign-cloud', ...own };
}

function isSafe({ protocol, hostname }: URL): boolean {
  return protocol === 'https:' || isLoopback(hostname);
}
