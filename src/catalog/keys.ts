import * as vscode from 'vscode';
import { Failure } from '../protocol/failure.ts';
import { jobUrl } from '../protocol/studio/urls.ts';
import { failureOfAnswer } from '../protocol/studio/errors.ts';
import type { HttpClient } from '../transport/httpClient.ts';
import { type CatalogSecrets, cleanKey } from './secrets.ts';
import type { Endpoint, Workspace } from './model.ts';

export const defaultSubscriptionKeyHeader = 'Ocp-Apim-Subscription-Key';

/** No job has this id: asking for it tells whether the keys are accepted, and changes nothing. */
const noSuchJob = '0'.repeat(32);
const probeTimeoutMs = 10_000;

export interface AuthorizeOptions {
  readonly interactive: boolean;
}

type Headers = Record<string, string>;

/** Asks for keys, tries them, keeps them, and puts them into the headers of calls. */
export class Keys {
  readonly #secrets: CatalogSecrets;
  readonly #http: () => Promise<HttpClient>;
  readonly #onStored: (workspace: Workspace) => void;

  constructor(
    secrets: CatalogSecrets,
    http: () => Promise<HttpClient>,
    onStored: (workspace: Workspace) => void,
  ) {
    this.#secrets = secrets;
    this.#http = http;
    this.#onStored = onStored;
  }

  async authorize(endpoint: Endpoint, options: AuthorizeOptions): Promise<Headers> {
    return {
      ...(await this.#subscriptionKeyHeader(endpoint.workspace, options)),
      ...(await this.#credentialHeader(endpoint, options)),
    };
  }

  /** Asks for an API key and stores it once the service accepts it, or the user wants it stored all the same. */
  async askForApiKey(endpoint: Endpoint): Promise<string | undefined> {
    const subscriptionKey = await this.#secrets.subscriptionKey(endpoint.workspace);
    const subscription = subscriptionKey === undefined ? {} : keyHeader(endpoint.workspace, subscriptionKey);
    return this.#askUntilAccepted({
      prompt: vscode.l10n.t(
        'API key of the web service {0} at {1}',
        endpoint.label,
        new URL(endpoint.workspace.baseUrl).host,
      ),
      placeHolder: vscode.l10n.t('The primary or secondary key of the endpoint'),
      probe: (key) => this.#probe(endpoint, { ...subscription, ...bearer(key) }, 'service'),
      store: (key) => this.storeApiKey(endpoint, key),
    });
  }

  /** Asks for a gateway's subscription key; tried on the first endpoint of the workspace, if it has one. */
  async askForSubscriptionKey(
    workspace: Workspace,
    sample: Endpoint | undefined,
  ): Promise<string | undefined> {
    return this.#askUntilAccepted({
      prompt: vscode.l10n.t(
        'Subscription key of the gateway {0} for workspace {1}',
        new URL(workspace.baseUrl).host,
        workspace.name,
      ),
      placeHolder: vscode.l10n.t(
        'Sent as {0}',
        workspace.subscriptionKeyHeader ?? defaultSubscriptionKeyHeader,
      ),
      probe: async (key) =>
        sample === undefined ? undefined : await this.#probe(sample, keyHeader(workspace, key), 'gateway'),
      store: (key) => this.storeSubscriptionKey(workspace, key),
    });
  }

  async storeApiKey(endpoint: Endpoint, key: string): Promise<void> {
    await this.#secrets.storeApiKey(endpoint, cleanKey(key));
    this.#onStored(endpoint.workspace);
  }

  async storeSubscriptionKey(workspace: Workspace, key: string): Promise<void> {
    await this.#secrets.storeSubscriptionKey(workspace, cleanKey(key));
    this.#onStored(workspace);
  }

  /** Which credentials an address wants, told from its answer to a call without any; undefined when it cannot be told. */
  async whatIsWanted(
    endpoint: Endpoint,
    signal: AbortSignal,
  ): Promise<'apiKey' | 'subscriptionKey' | undefined> {
    try {
      const refusal = await this.#ask(endpoint, {}, signal);
      if (refusal?.status !== 401) return undefined;
      return refusal.origin === 'gateway' ? 'subscriptionKey' : 'apiKey';
    } catch {
      return undefined;
    }
  }

  /** Resolves with what the endpoint refuses, with the keys that are stored; undefined when it accepts them. */
  async check(endpoint: Endpoint, signal: AbortSignal): Promise<Failure | undefined> {
    try {
      const headers = await this.authorize(endpoint, { interactive: false });
      const refusal = await this.#ask(endpoint, headers, signal);
      return refusal?.status === 404 ? undefined : refusal;
    } catch (error) {
      if (error instanceof Failure) return error;
      throw error;
    }
  }

  async #subscriptionKeyHeader(workspace: Workspace, { interactive }: AuthorizeOptions): Promise<Headers> {
    const stored = await this.#secrets.subscriptionKey(workspace);
    if (stored !== undefined) return keyHeader(workspace, stored);
    if (workspace.subscriptionKeyHeader === undefined) return {};
    const asked = interactive ? await this.askForSubscriptionKey(workspace, undefined) : undefined;
    if (asked !== undefined) return keyHeader(workspace, asked);
    throw interactive ? dismissed() : missing('MissingSubscriptionKey', workspace);
  }

  async #credentialHeader(endpoint: Endpoint, options: AuthorizeOptions): Promise<Headers> {
    const { workspace } = endpoint;
    switch (workspace.auth.type) {
      case 'gateway':
        return {};
      case 'microsoft':
        return bearer(await microsoftToken(workspace.auth.scope, options));
      case 'header':
        return this.#ownHeader(workspace, workspace.auth.name, options);
      case 'apiKey': {
        const stored = await this.#secrets.apiKey(endpoint);
        if (stored !== undefined) return bearer(stored);
        const asked = options.interactive ? await this.askForApiKey(endpoint) : undefined;
        if (asked !== undefined) return bearer(asked);
        throw options.interactive ? dismissed() : missing('MissingApiKey', workspace, endpoint);
      }
    }
  }

  async #ownHeader(workspace: Workspace, name: string, { interactive }: AuthorizeOptions): Promise<Headers> {
    const stored = await this.#secrets.headerValue(workspace, name);
    if (stored !== undefined) return { [name]: stored };
    if (!interactive) throw missing('MissingApiKey', workspace);
    const value = await this.askForHeader(workspace, name);
    if (value === undefined) throw dismissed();
    return { [name]: value };
  }

  async askForHeader(workspace: Workspace, name: string): Promise<string | undefined> {
    const value = await vscode.window.showInputBox({
      prompt: vscode.l10n.t('Value of the header {0} for {1}', name, new URL(workspace.baseUrl).host),
      password: true,
      ignoreFocusOut: true,
      validateInput: notEmpty,
    });
    if (value === undefined) return undefined;
    await this.#secrets.storeHeaderValue(workspace, name, value.trim());
    this.#onStored(workspace);
    return value.trim();
  }

  async #askUntilAccepted(question: KeyQuestion): Promise<string | undefined> {
    for (;;) {
      const typed = await vscode.window.showInputBox({
        prompt: question.prompt,
        placeHolder: question.placeHolder,
        password: true,
        ignoreFocusOut: true,
        validateInput: (text) => notEmpty(cleanKey(text)),
      });
      if (typed === undefined) return undefined;
      const key = cleanKey(typed);
      const decision = await decide(question, key);
      if (decision === 'stop') return undefined;
      if (decision === 'again') continue;
      await question.store(key);
      return key;
    }
  }

  /** What speaks against a key: a refusal by the party that it is for, or that the party could not be reached. */
  async #probe(
    endpoint: Endpoint,
    headers: Headers,
    keyOf: 'service' | 'gateway',
  ): Promise<Failure | undefined> {
    try {
      const refusal = await this.#ask(endpoint, headers, AbortSignal.timeout(probeTimeoutMs));
      return refusal?.status === 401 && refusal.origin === keyOf ? refusal : undefined;
    } catch (error) {
      if (error instanceof Failure) return error;
      throw error;
    }
  }

  async #ask(endpoint: Endpoint, headers: Headers, signal: AbortSignal): Promise<Failure | undefined> {
    const url = jobUrl(endpoint.address, noSuchJob);
    const http = await this.#http();
    const answer = await http.send({
      method: 'GET',
      url,
      headers,
      signal,
      timeoutMs: probeTimeoutMs,
      peer: 'service',
    });
    const bodyText = await answer.text(100_000);
    if (answer.status < 400) return undefined;
    const { status, headers: answered } = answer;
    return failureOfAnswer({
      status,
      headers: answered,
      bodyText,
      url,
      method: 'GET',
      requestKind: 'jobStatus',
    });
  }
}

interface KeyQuestion {
  readonly prompt: string;
  readonly placeHolder: string;
  readonly probe: (key: string) => Promise<Failure | undefined>;
  readonly store: (key: string) => Promise<void>;
}

async function decide(question: KeyQuestion, key: string): Promise<'store' | 'again' | 'stop'> {
  const objection = await vscode.window.withProgress(
    { location: vscode.ProgressLocation.Window, title: vscode.l10n.t('Trying the key…') },
    () => question.probe(key),
  );
  if (objection === undefined) return 'store';
  const storeAnyway = vscode.l10n.t('Store anyway');
  const enterAgain = vscode.l10n.t('Enter again');
  const text =
    objection.status === 401
      ? vscode.l10n.t('This key was tried and not accepted. {0}', objection.sentence)
      : vscode.l10n.t('The key could not be tried. {0}', objection.sentence);
  const choice = await vscode.window.showWarningMessage(text, storeAnyway, enterAgain);
  if (choice === storeAnyway) return 'store';
  return choice === enterAgain ? 'again' : 'stop';
}

async function microsoftToken(scope: string, { interactive }: AuthorizeOptions): Promise<string> {
  const session = await vscode.authentication.getSession(
    'microsoft',
    [scope],
    interactive ? { createIfNone: true } : { silent: true },
  );
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

function bearer(key: string): Headers {
  return { Authorization: `Bearer ${key}` };
}

function keyHeader(workspace: Workspace, key: string): Headers {
  return { [workspace.subscriptionKeyHeader ?? defaultSubscriptionKeyHeader]: key };
}

function notEmpty(text: string): string | undefined {
  return text.trim() === '' ? vscode.l10n.t('Paste or type the key.') : undefined;
}

function missing(
  code: 'MissingApiKey' | 'MissingSubscriptionKey',
  workspace: Workspace,
  endpoint?: Endpoint,
): Failure {
  const host = new URL(workspace.baseUrl).host;
  const sentence =
    code === 'MissingSubscriptionKey'
      ? vscode.l10n.t(
          'No subscription key is stored for the gateway {0} of workspace "{1}". Set it.',
          host,
          workspace.name,
        )
      : vscode.l10n.t(
          'No API key is stored for {0} at {1}. Set it.',
          endpoint === undefined ? `"${workspace.name}"` : `"${endpoint.label}"`,
          host,
        );
  return new Failure({ code, origin: 'client', sentence });
}

function dismissed(): Failure {
  return new Failure({ code: 'Cancelled', origin: 'client', sentence: vscode.l10n.t('No key was given.') });
}
