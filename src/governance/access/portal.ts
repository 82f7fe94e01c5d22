import * as v from 'valibot';
import * as vscode from 'vscode';
import type { OpenInstance } from '../../instances/index.ts';
import { parseArm, text } from '../../protocol/apim/arm.ts';
import { Failure } from '../../protocol/failure.ts';
import { waitFor } from './tools.ts';

/** `Enabled` or `Disabled`, where the instance says. Source: azure-rest-api-specs apimdeployment.json. */
const portalSchema = v.object({ properties: v.object({ developerPortalStatus: text }) });

/**
 * Rejects with `NoDeveloperPortal` where the links of mails would lead nowhere: the tiers of the second version begin
 * without a portal. Source: azure-docs api-management-howto-developer-portal.md.
 */
export async function checkPortal(access: OpenInstance): Promise<void> {
  const { body } = await waitFor(access, (signal) => access.arm.get(access.id, { signal }));
  if (parseArm(portalSchema, body).properties.developerPortalStatus !== 'Disabled') return;
  throw new Failure({
    code: 'NoDeveloperPortal',
    origin: 'client',
    sentence: vscode.l10n.t(
      'The developer portal of {0} is not enabled, and that is where the link in the mail leads. Enable it in the Azure portal first. "Add user…" needs no mail.',
      access.name,
    ),
  });
}
