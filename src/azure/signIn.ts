import * as vscode from 'vscode';
import { Failure } from '../protocol/failure.ts';
import { microsoftSession } from '../shared/microsoftSession.ts';
import type { Account, Place } from '../shared/azurePlace.ts';
import type { Cloud } from './cloud.ts';

/** The Microsoft accounts of VS Code. Tokens are asked for anew each time: VS Code keeps and renews them. */
export class SignIn {
  readonly #cloud: () => Cloud;

  constructor(cloud: () => Cloud) {
    this.#cloud = cloud;
  }

  /** Every account that somebody has signed in to, for this extension or for another one. */
  async accounts(): Promise<readonly Account[]> {
    const accounts = await vscode.authentication.getAccounts(this.#cloud().provider);
    return accounts.map(({ id, label }) => ({ id, label }));
  }

  /**
   * An access token for Azure Resource Manager. `silent` rejects with `SignInNeeded` where the user would be asked for
   * something, otherwise he is. `challenge` is what the last token was refused with.
   */
  async token({ account, tenantId }: Place, how: 'silent' | 'ask', challenge?: string): Promise<string> {
    const { provider, scope } = this.#cloud();
    const claims = challenge !== undefined && /\bclaims=/.test(challenge) ? challenge : undefined;
    const request = {
      provider,
      scope,
      ...(tenantId !== undefined && { tenantId }),
      ...(claims !== undefined && { challenge: claims }),
    };
    const session = await microsoftSession(request, {
      account,
      ...(how === 'silent' ? { silent: true } : { createIfNone: true }),
    });
    if (session !== undefined) return session.accessToken;
    throw new Failure({
      code: 'SignInNeeded',
      origin: 'client',
      sentence: vscode.l10n.t('Azure ML is not signed in there as {0} yet.', account.label),
    });
  }

  /** Lets the user sign in and choose an account: one that is there, or with `other` any. */
  async ask(other = false): Promise<Account> {
    const { provider, scope } = this.#cloud();
    const detail = vscode.l10n.t('Azure ML lists what your subscriptions have for it.');
    const session = await microsoftSession(
      { provider, scope },
      { createIfNone: { detail }, clearSessionPreference: other },
    );
    if (session !== undefined) return { id: session.account.id, label: session.account.label };
    throw new Failure({
      code: 'SignInFailed',
      origin: 'client',
      sentence: vscode.l10n.t('Nobody was signed in with Microsoft.'),
    });
  }
}
