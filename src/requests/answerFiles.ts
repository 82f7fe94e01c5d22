import { randomUUID } from 'node:crypto';
import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** What a window leaves behind when it dies is removed after a day; another window may still show what is younger. */
const longestLifeMs = 24 * 60 * 60 * 1000;

/** Files with answers that are too large for the memory; each belongs to the call that made it. */
export class AnswerFiles {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** The path of a file that is not there yet. */
  async newPath(): Promise<string> {
    await mkdir(this.#folder, { recursive: true });
    await this.#removeLeftovers().catch(() => undefined);
    return join(this.#folder, `answer-${randomUUID()}.json`);
  }

  async remove(path: string): Promise<void> {
    await rm(path, { force: true }).catch(() => undefined);
  }

  async #removeLeftovers(): Promise<void> {
    for (const name of await readdir(this.#folder)) {
      const path = join(this.#folder, name);
      if (Date.now() - (await stat(path)).mtimeMs > longestLifeMs) await this.remove(path);
    }
  }
}
