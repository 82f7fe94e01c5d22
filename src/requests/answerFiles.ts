import { randomUUID } from 'node:crypto';
import { mkdir, readdir, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * What a window leaves behind when it dies is removed after a week. A window that still shows a file makes it younger
 * with each large answer that comes.
 */
const longestLifeMs = 7 * 24 * 60 * 60 * 1000;

/** Files with answers that are too large for the memory; each belongs to the call that made it. */
export class AnswerFiles {
  readonly #folder: string;
  /** Of this window's calls. */
  readonly #live = new Set<string>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** The path of a file that is not there yet. It is kept until it is removed. */
  async newPath(): Promise<string> {
    await mkdir(this.#folder, { recursive: true });
    await this.#removeLeftovers().catch(() => undefined);
    await this.#refresh();
    const path = join(this.#folder, `answer-${randomUUID()}.json`);
    this.#live.add(path);
    return path;
  }

  async remove(path: string): Promise<void> {
    this.#live.delete(path);
    await rm(path, { force: true }).catch(() => undefined);
  }

  /** Tells other windows that the files of this one are in use. */
  async #refresh(): Promise<void> {
    const now = new Date();
    await Promise.all([...this.#live].map((path) => utimes(path, now, now).catch(() => undefined)));
  }

  async #removeLeftovers(): Promise<void> {
    for (const name of await readdir(this.#folder)) {
      const path = join(this.#folder, name);
      if (this.#live.has(path)) continue;
      if (Date.now() - (await stat(path)).mtimeMs > longestLifeMs) await this.remove(path);
    }
  }
}
