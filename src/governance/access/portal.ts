import * as v from 'valibot';
import type { InstanceAccess } from '../../azure/index.ts';
import { parseArm, text } from '../../protocol/apim/arm.ts';

const portalSchema = v.object({ properties: v.object({ developerPortalStatus: text }) });

/** `Enabled` or `Disabled`, where the instance says. Source: azure-rest-api-specs apimdeployment.json. */
export async function developerPortalOf(
  { arm, id }: InstanceAccess,
  signal: AbortSignal,
): Promise<string | undefined> {
  const { body } = await arm.get(id, { signal });
  return parseArm(portalSchema, body).properties.developerPortalStatus;
}
