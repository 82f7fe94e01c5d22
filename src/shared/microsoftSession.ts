import * as vscode from 'vscode';
import { Failure } from '../protocol/failure.ts';

export interface SessionRequest {
  readonly provider: 'microsoft' | 'microsoft-sovereign-cloud';
  /** What the token is for; said when nobody was signed in. */
  readonly scope: string;
  readonly tenantId?: string;
  /** The `WWW-Authenticate` header of an answer that wants more than the last token showed. */
  readonly challenge?: string;
}

/**
 * A session of VS Code's Microsoft provider; undefined when `options` are silent and there is none. Rejects with
 * `Cancelled` or `SignInFailed`.
 */
export async function microsoftSession(
  { provider, scope, tenantId, challenge }: SessionRequest,
  options: vscode.AuthenticationGetSessionOptions,
): Promise<vscode.AuthenticationSession | undefined> {
  const scopes = [scope, ...(tenantId === undefined ? [] : [`VSCODE_TENANT:${tenantId}`])];
  const wanted = challenge === undefined ? scopes : { wwwAuthenticate: challenge, fallbackScopes: scopes };
  try {
    return await vscode.authentication.getSession(provider, wanted, options);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    // A directory that wants an administrator's consent says so too, which the user has to hear.
    const gaveUp = /cancel|did not consent/i.test(why);
    throw new Failure({
      code: gaveUp ? 'Cancelled' : 'SignInFailed',
      origin: 'client',
      sentence: vscode.l10n.t('Nobody was signed in with Microsoft: {0} (for {1})', why, scope),
      cause: error,
    });
  }
}
