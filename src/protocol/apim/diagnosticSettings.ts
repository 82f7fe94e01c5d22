import * as v from 'valibot';

/** Source: azure-rest-api-specs monitor, Microsoft.Insights 2021-05-01-preview, diagnosticsSettings_API.json. */
export const diagnosticSettingsApiVersion = '2021-05-01-preview';

const text = v.fallback(v.optional(v.string()), undefined);

export const diagnosticSettingSchema = v.object({
  properties: v.object({
    /** Id of a Log Analytics workspace. */
    workspaceId: text,
    logs: v.fallback(
      v.array(v.object({ category: text, categoryGroup: text, enabled: v.fallback(v.boolean(), false) })),
      [],
    ),
  }),
});

export type DiagnosticSetting = Readonly<v.InferOutput<typeof diagnosticSettingSchema>>;

/**
 * The name of the Log Analytics workspace that the gateway's logs go to, if they go to any. Source: azure-docs
 * azure-monitor, supported logs of Microsoft.ApiManagement/service.
 */
export function workspaceOfGatewayLogs(settings: readonly DiagnosticSetting[]): string | undefined {
  const isCollecting = settings.find(
    ({ properties: { workspaceId, logs } }) =>
      workspaceId !== undefined &&
      logs.some(
        ({ category, categoryGroup, enabled }) =>
          enabled && (category === 'GatewayLogs' || categoryGroup === 'allLogs'),
      ),
  );
  return isCollecting?.properties.workspaceId?.split('/').at(-1);
}
