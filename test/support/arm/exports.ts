import { randomBytes } from 'node:crypto';

/** Documents that were exported: who has the link may read one, without a token, as with a blob's shared access. */
export class Exports {
  readonly #texts = new Map<string, string>();

  /** Keeps a document; gives the link to it. @param origin where the emulator listens */
  add(origin: string, name: string, text: string): string {
    const link = new URL(`/api-export/${encodeURIComponent(name)}`, origin);
    link.searchParams.set('sig', randomBytes(24).toString('base64url'));
    this.#texts.set(`${link.pathname}${link.search}`, text);
    return link.href;
  }

  /** The document at a link; undefined for all other URLs. */
  at({ pathname, search }: URL): string | undefined {
    return this.#texts.get(`${pathname}${search}`);
  }
}
