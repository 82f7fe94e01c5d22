import * as vscode from 'vscode';
import { Failure } from '../protocol/failure.ts';
import { microsoftSession } from '../shared/microsoftSession.ts';

/**
 * The token of a Microsoft account. `silent` takes the session that is there and rejects with `MissingApiKey` without
 * one; `ask` lets the user sign in, `again` with another account too. Rejects with `Cancelled` or `SignInFailed`.
 */
export async function microsoftToken(scope: string, how: 'silent' | 'ask' | 'again'): Promise<string> {
  const session = await microsoftSession({ provider: 'microsoft', scope }, options[how]);
  if (session !== undefined) return session.accessToken;
  throw new Failure({
    code: 'MissingApiKey',
    origin: 'client',
    sentence: vscode.l10n.t(
      'Nobody is signed in with Microsoft for {0}. Send a request in the editor once.',
      scope,
    ),
  });
}

const options = {
  silent: { silent: true },
  ask: { createIfNone: true },
  again: { createIfNone: true, clearSessionPreference: true },
} as const satisfies Record<string, vscode.AuthenticationGetSessionOptions>;
