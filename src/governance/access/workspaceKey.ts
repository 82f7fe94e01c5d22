import * as vscode from 'vscode';
import type { Catalog } from '../../catalog/index.ts';
import type { OpenInstance } from '../../instances/index.ts';
import { instanceSchema, parseArm } from '../../protocol/apim/arm.ts';
import { Failure } from '../../protocol/failure.ts';
import { readKey } from './subscriptionKeys.ts';
import { type AccessTools, choose, tell, waitFor } from './tools.ts';

/** Keeps the key of a subscription as that of a workspace which is called through the instance. */
export async function useSubscriptionKey(
  tools: AccessTools,
  catalog: Pick<Catalog, 'workspaces' | 'commands'>,
  target: unknown,
): Promise<void> {
  const title = vscode.l10n.t('Use subscription key for a workspace');
  const chosen = await choose(tools, target, 'subscription', title, ({ words = [] }) =>
    words.includes('active'),
  );
  if (chosen === undefined) return;
  const { access, node } = chosen;
  const names = await workspacesBehind(access, catalog);
  const placeHolder = vscode.l10n.t('Workspace that is called through {0}', access.name);
  const workspace = await vscode.window.showQuickPick(names, { title, placeHolder });
  if (workspace === undefined) return;
  await catalog.commands.setSubscriptionKey({ workspace, key: await readKey(chosen, 'primary') });
  tell(vscode.l10n.t('{0} is called with the primary key of {1}.', workspace, node.label));
}

async function workspacesBehind(
  access: OpenInstance,
  catalog: Pick<Catalog, 'workspaces'>,
): Promise<readonly string[]> {
  const { body } = await waitFor(access, (signal) => access.arm.get(access.id, { signal }));
  const { gatewayUrl } = parseArm(instanceSchema, body).properties;
  const origin = URL.parse(gatewayUrl ?? '')?.origin;
  const behind = catalog.workspaces().filter(({ baseUrl }) => URL.parse(baseUrl)?.origin === origin);
  if (origin !== undefined && behind.length > 0) return behind.map(({ name }) => name);
  throw new Failure({
    code: 'NothingToPick',
    origin: 'client',
    sentence: vscode.l10n.t(
      'No workspace is called through {0} yet. "Add gateway from API Management…" adds one.',
      access.name,
    ),
  });
}
