import * as vscode from 'vscode';
import { Failure } from '../protocol/failure.ts';
import { defaultSubscriptionKeyHeader } from '../protocol/apim/errors.ts';
import { jobUrl } from '../protocol/studio/urls.ts';
import { failureOfAnswer } from '../protocol/studio/errors.ts';
import type { HttpClient } from '../transport/httpClient.ts';
import { abortable } from '../shared/abortable.ts';
import { secretReference, writeSecretReference } from '../shared/secretReference.ts';
import { cleanKey } from './cleanKey.ts';
import { microsoftToken } from './microsoftToken.ts';
import type { CatalogSecrets } from './secrets.ts';
import type { Endpoint, Workspace } from './model.ts';

/** No job has this id: asking for it tells whether the keys are accepted, and changes nothing. */
const noSuchJob = '0'.repeat(32);
const probeTimeoutMs = 10_000;

export interface AuthorizeOptions {
  readonly interactive: boolean;
  /** Closes the prompt. */
  readonly signal?: AbortSignal;
}

/** The key of an endpoint, or of the gateway before it. */
export type StoredKey = 'credential' | 'subscriptionKey';

type Headers = Record<string, string>;

/** The API key of an endpoint whose workspace has a token that fetches it; undefined for any other. */
type FetchKey = (endpoint: Endpoint) => Promise<string | undefined>;

/** Asks for keys, tries them, keeps them, and puts them into the headers of calls. */
export class Keys {
  readonly #secrets: CatalogSecrets;
  readonly #http: () => Promise<HttpClient>;
  readonly #fetchKey: FetchKey;
  readonly #fetching = new Map<string, Promise<string | undefined>>();

  constructor(secrets: CatalogSecrets, http: () => Promise<HttpClient>, fetchKey: FetchKey) {
    this.#secrets = secrets;
    this.#http = http;
    this.#fetchKey = fetchKey;
  }

  async authorize(endpoint: Endpoint, options: AuthorizeOptions): Promise<Headers> {
    return {
      ...(await this.#subscriptionKeyHeader(endpoint, options)),
      ...(await this.#credentialHeader(endpoint, options)),
    };
  }

  /**
   * Headers with each reference to a secret of the workspace replaced by the secret.
   * @throws Failure (`MissingSecret`) when one is not stored, and is not asked for or not given.
   */
  async fillSecrets(
    workspace: Workspace,
    headers: Readonly<Record<string, string>>,
    { interactive, signal }: AuthorizeOptions,
  ): Promise<Headers> {
    const filled: Headers = {};
    for (const [header, value] of Object.entries(headers)) {
      const reference = secretReference(value);
      if (reference === undefined) {
        filled[header] = value;
        continue;
      }
      const stored = await this.#secrets.named(workspace, reference.name);
      const secret =
        stored ?? (interactive ? await this.askForNamed(workspace, reference.name, signal) : undefined);
      if (secret === undefined) throw interactive ? dismissed() : missingSecret(workspace, reference.name);
      filled[header] = reference.prefix + secret;
    }
    return filled;
  }

  /** Asks for the secret that requests to this workspace call by this name, and stores it. */
  async askForNamed(workspace: Workspace, name: string, signal?: AbortSignal): Promise<string | undefined> {
    return this.#askUntilAccepted({
      prompt: vscode.l10n.t('Secret "{0}" for {1}', name, new URL(workspace.baseUrl).host),
      placeHolder: vscode.l10n.t('Stands in documents as {0}', writeSecretReference({ prefix: '', name })),
      clean: cleanValue,
      probe: () => Promise.resolve(undefined),
      signal,
      store: (value) => this.#secrets.storeNamed(workspace, name, value),
    });
  }

  /** Stores a secret under this name, or under the next free one where another secret has it; gives the name. */
  async storeNamed(workspace: Workspace, wanted: string, value: string): Promise<string> {
    const secret = cleanValue(value);
    for (let count = 1; ; count++) {
      const name = count === 1 ? wanted : `${wanted}-${String(count)}`;
      const stored = await this.#secrets.named(workspace, name);
      if (stored !== undefined && stored !== secret) continue;
      await this.#secrets.storeNamed(workspace, name, secret);
      return name;
    }
  }

  /**
   * Asks for an API key, or for the value of the header that the workspace has instead, and stores it once the service
   * accepts it, or the user wants it stored all the same.
   */
  async askForCredential(endpoint: Endpoint, signal?: AbortSignal): Promise<string | undefined> {
    const { auth, baseUrl } = endpoint.workspace;
    const { host } = new URL(baseUrl);
    const subscription = await this.storedSubscriptionKey(endpoint.workspace);
    const own = auth.type === 'header';
    return this.#askUntilAccepted({
      prompt: own
        ? vscode.l10n.t('Value of the header {0} for {1}', auth.name, host)
        : vscode.l10n.t('API key of the web service {0} at {1}', endpoint.label, host),
      placeHolder: own ? '' : vscode.l10n.t('The primary or secondary key of the endpoint'),
      clean: own ? cleanValue : cleanKey,
      probe: (key) =>
        this.#probe(
          endpoint,
          { ...subscription, ...credentialHeader(endpoint, key) },
          own ? undefined : 'service',
        ),
      store: (key) => this.#secrets.storeCredential(endpoint, key),
      signal,
    });
  }

  /** Gets the API key of a discovered endpoint from the management API and stores it; undefined for any other. */
  fetch(endpoint: Endpoint): Promise<string | undefined> {
    const id = JSON.stringify(endpoint.address);
    const fetching = this.#fetching.get(id) ?? this.#fetchAndStore(endpoint);
    this.#fetching.set(id, fetching);
    return fetching.finally(() => this.#fetching.delete(id));
  }

  /**
   * The API key as the management API has it now, else as the user enters it; stored. Undefined when dismissed. Where
   * nobody can be asked, the one that is stored already, or `MissingApiKey`.
   */
  async renew(endpoint: Endpoint, options: AuthorizeOptions): Promise<string | undefined> {
    const fetched = await this.#fetched(endpoint, options);
    if (fetched !== undefined) return fetched;
    return options.interactive ? this.askForCredential(endpoint) : this.key(endpoint, 'credential');
  }

  /** Asks for a gateway's subscription key; tried on the endpoint, if there is one. */
  async askForSubscriptionKey(
    workspace: Workspace,
    sample: Endpoint | undefined,
    signal?: AbortSignal,
  ): Promise<string | undefined> {
    return this.#askUntilAccepted({
      prompt: vscode.l10n.t(
        'Subscription key of the gateway {0} for workspace {1}',
        new URL(workspace.baseUrl).host,
        workspace.name,
      ),
      placeHolder: vscode.l10n.t('Sent as {0}', subscriptionKeyHeaderOf(workspace)),
      clean: cleanKey,
      probe: async (key) =>
        sample === undefined ? undefined : await this.#probe(sample, keyHeader(workspace, key), 'gateway'),
      store: (key) => this.#secrets.storeSubscriptionKey(workspace, key),
      signal,
    });
  }

  /**
   * The key itself that an endpoint, or the gateway before it, is called with.
   * @throws Failure (`MissingApiKey`, `MissingSubscriptionKey`)
   */
  async key(endpoint: Endpoint, which: StoredKey): Promise<string> {
    if (which === 'subscriptionKey') {
      const key = await this.#secrets.subscriptionKey(endpoint.workspace);
      if (key === undefined) throw missingSubscriptionKey(endpoint.workspace);
      return key;
    }
    const key = (await this.#secrets.credential(endpoint)) ?? (await this.fetch(endpoint));
    if (key === undefined) throw missingCredential(endpoint);
    return key;
  }

  async storeCredential(endpoint: Endpoint, key: string): Promise<void> {
    const clean = endpoint.workspace.auth.type === 'header' ? cleanValue : cleanKey;
    await this.#secrets.storeCredential(endpoint, clean(key));
  }

  async storeSubscriptionKey(workspace: Workspace, key: string): Promise<void> {
    await this.#secrets.storeSubscriptionKey(workspace, cleanKey(key));
  }

  /** The header with the subscription key that is stored, if one is and the workspace has a gateway. */
  async storedSubscriptionKey(workspace: Workspace): Promise<Headers> {
    if (workspace.subscriptionKeyHeader === '') return {};
    const stored = await this.#secrets.subscriptionKey(workspace);
    return stored === undefined ? {} : keyHeader(workspace, stored);
  }

  /** Which credentials an address wants, told from its answer to a call without any; undefined when it cannot be told. */
  async whatIsWanted(
    endpoint: Endpoint,
    signal: AbortSignal,
    subscriptionKey?: string,
  ): Promise<'apiKey' | 'subscriptionKey' | undefined> {
    const given = subscriptionKey === undefined ? {} : keyHeader(endpoint.workspace, subscriptionKey);
    try {
      const refusal = await this.#ask(endpoint, given, signal);
      if (refusal?.status !== 401) return undefined;
      return refusal.origin === 'gateway' ? 'subscriptionKey' : 'apiKey';
    } catch {
      return undefined;
    }
  }

  /** Resolves with what the endpoint refuses, with the keys that are stored; undefined when it accepts them. */
  async check(endpoint: Endpoint): Promise<Failure | undefined> {
    try {
      const headers = await this.authorize(endpoint, { interactive: false });
      const refusal = await this.#ask(endpoint, headers);
      return refusal?.status === 404 ? undefined : refusal;
    } catch (error) {
      if (error instanceof Failure) return error;
      throw error;
    }
  }

  async #subscriptionKeyHeader(
    endpoint: Endpoint,
    { interactive, signal }: AuthorizeOptions,
  ): Promise<Headers> {
    const { workspace } = endpoint;
    if (workspace.subscriptionKeyHeader === '') return {};
    const stored = await this.#secrets.subscriptionKey(workspace);
    if (stored !== undefined) return keyHeader(workspace, stored);
    if (workspace.subscriptionKeyHeader === undefined) return {};
    const asked = interactive ? await this.askForSubscriptionKey(workspace, endpoint, signal) : undefined;
    if (asked !== undefined) return keyHeader(workspace, asked);
    throw interactive ? dismissed() : missingSubscriptionKey(workspace);
  }

  async #credentialHeader(endpoint: Endpoint, options: AuthorizeOptions): Promise<Headers> {
    const { auth } = endpoint.workspace;
    if (auth.type === 'gateway') return {};
    if (auth.type === 'microsoft')
      return bearer(await this.#microsoftToken(endpoint.workspace, auth.scope, options));
    const stored =
      (await this.#secrets.credential(endpoint)) ??
      (await abortable(this.#fetched(endpoint, options), options.signal));
    if (stored !== undefined) return credentialHeader(endpoint, stored);
    const asked = options.interactive ? await this.askForCredential(endpoint, options.signal) : undefined;
    if (asked !== undefined) return credentialHeader(endpoint, asked);
    throw options.interactive ? dismissed() : missingCredential(endpoint);
  }

  /** Both scope and address may come from the settings of a folder, so the user is asked before the first token goes there. */
  async #microsoftToken(
    workspace: Workspace,
    scope: string,
    { interactive, signal }: AuthorizeOptions,
  ): Promise<string> {
    if (!(await this.#secrets.allowsMicrosoftToken(workspace, scope))) {
      if (!interactive) throw microsoftTokenNotAllowed(workspace, scope);
      if (!(await abortable(askToSendMicrosoftToken(workspace, scope), signal))) throw dismissed();
      await this.#secrets.allowMicrosoftToken(workspace, scope);
    }
    return abortable(microsoftToken(scope, interactive ? 'ask' : 'silent'), signal);
  }

  async #fetchAndStore(endpoint: Endpoint): Promise<string | undefined> {
    if (endpoint.workspace.auth.type !== 'apiKey') return undefined;
    const key = await this.#fetchKey(endpoint);
    if (key !== undefined) await this.#secrets.storeCredential(endpoint, key);
    return key;
  }

  /** A person who is there can type a key that could not be fetched. */
  async #fetched(endpoint: Endpoint, { interactive }: AuthorizeOptions): Promise<string | undefined> {
    try {
      return await this.fetch(endpoint);
    } catch (error) {
      if (!interactive || !(error instanceof Failure)) throw error;
      void vscode.window.showWarningMessage(
        vscode.l10n.t('The API key could not be fetched. {0}', error.sentence),
      );
      return undefined;
    }
  }

  async #askUntilAccepted(question: KeyQuestion): Promise<string | undefined> {
    for (;;) {
      const typed = await askOnce(question);
      if (typed === undefined) return undefined;
      const key = question.clean(typed);
      const decision = await abortable(decide(question, key), question.signal);
      if (decision === 'stop') return undefined;
      if (decision === 'again') continue;
      await question.store(key);
      return key;
    }
  }

  /**
   * What speaks against a key: that the party which it is for refuses it (absent: any party does), or that it could
   * not be tried, because there is no way through. An unknown job is what an accepted key brings.
   */
  async #probe(
    endpoint: Endpoint,
    headers: Headers,
    keyOf: 'service' | 'gateway' | undefined,
  ): Promise<Failure | undefined> {
    try {
      const refusal = await this.#ask(endpoint, headers);
      const status = refusal?.status ?? 0;
      if (status === 401) return refusal?.origin === (keyOf ?? refusal?.origin) ? refusal : undefined;
      return status === 403 || status === 429 || status >= 500 ? refusal : undefined;
    } catch (error) {
      if (error instanceof Failure) return error;
      throw error;
    }
  }

  async #ask(endpoint: Endpoint, headers: Headers, signal?: AbortSignal): Promise<Failure | undefined> {
    const url = jobUrl(endpoint.address, noSuchJob);
    const http = await this.#http();
    const answer = await http.send({
      method: 'GET',
      url,
      headers,
      timeoutMs: probeTimeoutMs,
      peer: 'service',
      ...(signal !== undefined && { signal }),
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
  readonly clean: (text: string) => string;
  readonly probe: (key: string) => Promise<Failure | undefined>;
  readonly store: (key: string) => Promise<void>;
  readonly signal: AbortSignal | undefined;
}

async function askOnce({ prompt, placeHolder, clean, signal }: KeyQuestion): Promise<string | undefined> {
  if (signal?.aborted === true) return undefined;
  const closing = new vscode.CancellationTokenSource();
  const close = (): void => closing.cancel();
  signal?.addEventListener('abort', close, { once: true });
  try {
    const validateInput = (text: string): string | undefined => notEmpty(clean(text));
    return await vscode.window.showInputBox(
      { prompt, placeHolder, password: true, ignoreFocusOut: true, validateInput },
      closing.token,
    );
  } finally {
    signal?.removeEventListener('abort', close);
    closing.dispose();
  }
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
  const choice = await vscode.window.showWarningMessage(text, enterAgain, storeAnyway);
  if (choice === storeAnyway) return 'store';
  return choice === enterAgain ? 'again' : 'stop';
}

async function askToSendMicrosoftToken({ name, baseUrl }: Workspace, scope: string): Promise<boolean> {
  const { host } = new URL(baseUrl);
  const allow = vscode.l10n.t('Allow for {0}', host);
  const choice = await vscode.window.showWarningMessage(
    vscode.l10n.t('Send a token of your Microsoft account to {0}?', host),
    {
      modal: true,
      detail: vscode.l10n.t(
        'The workspace {0} wants one with the scope {1}. Until it expires, that host can do what the token allows.',
        name,
        scope,
      ),
    },
    allow,
  );
  return choice === allow;
}

function bearer(key: string): Headers {
  return { Authorization: `Bearer ${key}` };
}

function credentialHeader({ workspace }: Endpoint, key: string): Headers {
  return workspace.auth.type === 'header' ? { [workspace.auth.name]: key } : bearer(key);
}

/** A workspace that names none has a gateway as soon as a key is stored for it; an empty name means no gateway. */
function subscriptionKeyHeaderOf({ subscriptionKeyHeader }: Workspace): string {
  return subscriptionKeyHeader || defaultSubscriptionKeyHeader;
}

function keyHeader(workspace: Workspace, key: string): Headers {
  return { [subscriptionKeyHeaderOf(workspace)]: key };
}

/** The value of a header of one's own may have spaces and quotes inside. */
function cleanValue(text: string): string {
  return text.replaceAll(/[\r\n]+/g, '').trim();
}

function notEmpty(text: string): string | undefined {
  return text.trim() === '' ? vscode.l10n.t('Paste or type the key.') : undefined;
}

function missingSubscriptionKey(workspace: Workspace): Failure {
  const sentence = vscode.l10n.t(
    'No subscription key is stored for the gateway {0} of workspace "{1}". Set it.',
    new URL(workspace.baseUrl).host,
    workspace.name,
  );
  return new Failure({ code: 'MissingSubscriptionKey', origin: 'client', sentence });
}

function missingSecret(workspace: Workspace, name: string): Failure {
  const sentence = vscode.l10n.t(
    'No secret "{0}" is stored for workspace "{1}" at {2}. Set it with "Set secret…".',
    name,
    workspace.name,
    new URL(workspace.baseUrl).host,
  );
  return new Failure({ code: 'MissingSecret', origin: 'client', sentence });
}

function microsoftTokenNotAllowed({ baseUrl }: Workspace, scope: string): Failure {
  const sentence = vscode.l10n.t(
    'Nobody has allowed yet to send Microsoft tokens for {0} to {1}. Send a request in the editor once.',
    scope,
    new URL(baseUrl).host,
  );
  return new Failure({ code: 'MissingApiKey', origin: 'client', sentence });
}

function missingCredential({ workspace, label }: Endpoint): Failure {
  const { host } = new URL(workspace.baseUrl);
  const sentence =
    workspace.auth.type === 'header'
      ? vscode.l10n.t('No value is stored for the header {0} of {1}. Set it.', workspace.auth.name, host)
      : vscode.l10n.t('No API key is stored for {0} at {1}. Set it.', `"${label}"`, host);
  return new Failure({ code: 'MissingApiKey', origin: 'client', sentence });
}

function dismissed(): Failure {
  return new Failure({ code: 'Cancelled', origin: 'client', sentence: vscode.l10n.t('No key was given.') });
}
