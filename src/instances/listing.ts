import type { Listed, Pages } from './listed.ts';

/** The pages of a list that were asked for up to now. */
export class Listing {
  readonly #pages: Pages;
  readonly #fewest: number;
  #items: readonly Listed[] = [];
  #next: Promise<void> | undefined;
  #ended = false;

  /** @param fewest how many are listed at once, if there are that many */
  constructor(pages: Pages, fewest: number) {
    this.#pages = pages;
    this.#fewest = fewest;
  }

  /** What was listed, after the first pages have come. */
  async items(): Promise<readonly Listed[]> {
    if (this.#items.length === 0) await this.more();
    return this.#items;
  }

  get hasMore(): boolean {
    return !this.#ended;
  }

  /** Asks for further pages. */
  more(): Promise<void> {
    this.#next ??= this.#read().finally(() => {
      this.#next = undefined;
    });
    return this.#next;
  }

  async #read(): Promise<void> {
    const enough = this.#items.length + this.#fewest;
    while (!this.#ended && this.#items.length < enough) {
      const { done, value } = await this.#pages.next();
      this.#ended = done === true;
      this.#items = [...this.#items, ...(value ?? [])];
    }
  }
}
