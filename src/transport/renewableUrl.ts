import type { HttpAnswer } from './httpClient.ts';

const longestRefusal = 64 * 1024;

/** Makes a URL with a new SAS for the same blob. */
export type RenewUrl = (signal: AbortSignal | undefined) => Promise<string>;

/** The URL of a blob whose SAS may run out while it is read. */
export class RenewableUrl {
  readonly #renew: RenewUrl | undefined;
  #url: string;
  #renewing: Promise<string> | undefined;

  constructor(url: string, renew: RenewUrl | undefined) {
    this.#url = url;
    this.#renew = renew;
  }

  /** Sends a request to the URL, and once again to a new one when it is refused (403). */
  async send(
    request: (url: string) => Promise<HttpAnswer>,
    signal: AbortSignal | undefined,
  ): Promise<HttpAnswer> {
    const url = this.#url;
    const answer = await request(url);
    if (answer.status !== 403 || this.#renew === undefined) return answer;
    await answer.text(longestRefusal).catch(() => undefined);
    return request(await this.#fresh(url, this.#renew, signal));
  }

  /** Requests that are refused at the same time share one new URL. */
  async #fresh(refused: string, renew: RenewUrl, signal: AbortSignal | undefined): Promise<string> {
    if (this.#url !== refused) return this.#url;
    this.#renewing ??= renew(signal).finally(() => (this.#renewing = undefined));
    this.#url = await this.#renewing;
    return this.#url;
  }
}
