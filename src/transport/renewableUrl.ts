import type { HttpAnswer } from './httpClient.ts';

const longestRefusal = 64 * 1024;

/** Makes a URL with a new SAS for the same blob; the signal is that of the whole reading of it. */
export type RenewUrl = (signal: AbortSignal | undefined) => Promise<string>;

/**
 * The URL of a blob whose SAS may run out while it is read. Those whose requests are refused share a new one, so only
 * `ended`, the end of the whole reading, stops the asking for it, and one of them who gives up does not.
 */
export class RenewableUrl {
  readonly #renew: RenewUrl | undefined;
  readonly #ended: AbortSignal | undefined;
  #url: string;
  #renewing: Promise<string> | undefined;

  constructor(url: string, renew: RenewUrl | undefined, ended: AbortSignal | undefined) {
    this.#url = url;
    this.#renew = renew;
    this.#ended = ended;
  }

  /** Sends a request to the URL, and once again to a new one when it is refused (403). */
  async send(request: (url: string) => Promise<HttpAnswer>): Promise<HttpAnswer> {
    const url = this.#url;
    const answer = await request(url);
    if (answer.status !== 403 || this.#renew === undefined) return answer;
    await answer.text(longestRefusal).catch(() => undefined);
    return request(await this.#fresh(url, this.#renew));
  }

  /** Requests that are refused at the same time share one new URL. */
  async #fresh(refused: string, renew: RenewUrl): Promise<string> {
    if (this.#url !== refused) return this.#url;
    this.#renewing ??= renew(this.#ended).finally(() => (this.#renewing = undefined));
    this.#url = await this.#renewing;
    return this.#url;
  }
}
