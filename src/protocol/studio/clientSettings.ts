import { Failure } from '../failure.ts';
import { asObject, asText, tryParseJson, type JsonObject } from '../json.ts';
import { regions } from './regions.ts';
import { parseId } from './urls.ts';

/** A workspace as another client of Studio (classic) has it in its settings. */
export interface ClientSettings {
  readonly workspaceId: string;
  readonly token: string;
  /** Absent where the settings name none, or a region that is not known. */
  readonly managementUrl?: string;
}

/**
 * Reads the settings file of the R client (`~/.azureml/settings.json`; RevolutionAnalytics/AzureML
 * `vignettes/getting_started.Rmd`) or of the PowerShell client (`config.json`; hning86/azuremlps README.md).
 */
export function parseClientSettings(text: string): ClientSettings | Failure {
  const file = asObject(tryParseJson(text.replace(/^\uFEFF/, '')));
  const { workspace } = file;
  return workspace === undefined ? ofPowerShell(file) : ofR(asObject(workspace));
}

function ofR(workspace: JsonObject): ClientSettings | Failure {
  const { id, authorization_token, api_endpoint, management_endpoint } = workspace;
  const apiHost = URL.parse(asText(api_endpoint) ?? '')?.host;
  const region = regions.find(({ studioApiHost }) => studioApiHost === apiHost);
  return settingsOf(id, authorization_token, asText(management_endpoint) ?? urlOf(region));
}

function ofPowerShell({ WorkspaceId, AuthorizationToken, Location }: JsonObject): ClientSettings | Failure {
  const location = plain(asText(Location) ?? '');
  const region = regions.find(({ displayName }) => plain(displayName) === location);
  return settingsOf(WorkspaceId, AuthorizationToken, urlOf(region));
}

function settingsOf(
  id: unknown,
  authorizationToken: unknown,
  managementUrl: string | undefined,
): ClientSettings | Failure {
  const workspaceId = parseId(asText(id) ?? '');
  const token = asText(authorizationToken)?.trim() ?? '';
  if (workspaceId !== undefined && token !== '')
    return { workspaceId, token, ...(managementUrl !== undefined && { managementUrl }) };
  return new Failure({
    code: 'NotClientSettings',
    origin: 'client',
    sentence:
      'This file has no workspace id and authorization token as settings.json of the R client or config.json of the PowerShell client has them.',
  });
}

function urlOf(region: { readonly managementHost: string } | undefined): string | undefined {
  return region && `https://${region.managementHost}`;
}

/** Locations are written with and without spaces. */
function plain(location: string): string {
  return location.replaceAll(/\s/g, '').toLowerCase();
}
