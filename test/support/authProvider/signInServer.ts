import { createServer } from 'node:http';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { sendJson } from '../../../src/local-service/httpAnswer.ts';
import { closeAtOnce, listenOnLoopback } from '../loopback.ts';

/** An account that tests sign in with. */
export interface TestAccount {
  readonly id: string;
  /** Its name, such as an e-mail address. */
  readonly label: string;
  readonly homeTenant: string;
  /** Whether it is signed in from the start. */
  readonly signedIn?: boolean;
  /** Tenants that it has to sign in to by hand first. */
  readonly lockedTenants?: readonly string[];
}

/** The extension that gives VS Code the accounts of a `SignInServer`. */
export const authProvider = dirname(fileURLToPath(import.meta.url));

/** Microsoft's side of signing in: which accounts there are and which tokens they get. */
export class SignInServer {
  /** Every token that was given out. */
  readonly tokens: string[] = [];
  /** Ids of accounts that get no token at the moment. */
  readonly failing = new Set<string>();
  readonly #accounts: readonly TestAccount[];
  readonly #issue: (tenantId: string, account: string) => string;
  readonly #signedIn: Set<string>;
  readonly #unlocked = new Set<string>();
  readonly #server = createServer((request, response) => {
    const { searchParams } = new URL(request.url ?? '/', this.#url);
    const asked = { account: searchParams.get('account'), tenantId: searchParams.get('tenant') };
    if (asked.account !== null && this.failing.has(asked.account))
      sendJson(response, 503, 'The account service does not answer.');
    else sendJson(response, 200, request.method === 'POST' ? this.#signIn(asked) : this.#sessions(asked));
  });
  #url = '';

  /** `issue` gives the token of an account for a tenant. */
  constructor(accounts: readonly TestAccount[], issue: (tenantId: string, account: string) => string) {
    this.#accounts = accounts;
    this.#issue = issue;
    this.#signedIn = new Set(accounts.filter(({ signedIn }) => signedIn === true).map(({ id }) => id));
  }

  /** What the test host is to have in its environment. */
  async listen(): Promise<Record<string, string>> {
    this.#url = `http://127.0.0.1:${await listenOnLoopback(this.#server)}`;
    return { AZURE_SIGN_IN_SERVER: this.#url };
  }

  /** Nobody gets a token of an account until it signs in again. */
  signOut(id: string): void {
    this.#signedIn.delete(id);
  }

  close(): Promise<void> {
    return closeAtOnce(this.#server);
  }

  #sessions({ account, tenantId }: Asked): readonly object[] {
    return this.#accounts
      .filter(({ id }) => this.#signedIn.has(id) && (account === null || id === account))
      .filter(
        ({ id, lockedTenants = [] }) =>
          tenantId === null || !lockedTenants.includes(tenantId) || this.#unlocked.has(`${id} ${tenantId}`),
      )
      .map((each) => this.#session(each, tenantId));
  }

  /** Signs an account in: the one that is named, else the next one that is not. */
  #signIn({ account, tenantId }: Asked): readonly object[] {
    const found =
      this.#accounts.find(({ id }) => (account === null ? !this.#signedIn.has(id) : id === account)) ??
      this.#accounts[0];
    if (found === undefined) return [];
    this.#signedIn.add(found.id);
    if (tenantId !== null) this.#unlocked.add(`${found.id} ${tenantId}`);
    return [this.#session(found, tenantId)];
  }

  #session({ id, label, homeTenant }: TestAccount, tenantId: string | null): object {
    const accessToken = this.#issue(tenantId ?? homeTenant, label);
    this.tokens.push(accessToken);
    return { id: `${id} ${tenantId ?? homeTenant}`, accessToken, account: { id, label } };
  }
}

interface Asked {
  readonly account: string | null;
  readonly tenantId: string | null;
}
