import { mkdir, readdir, readFile, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

export interface KeptRecord {
  readonly id: string;
  /** ISO 8601. */
  readonly startedAt: string;
}

/** Records of what goes on in Azure, a file each, so that a window that dies loses nothing of what it has begun. */
export class RecordStore<T extends KeptRecord> {
  readonly #folder: string;
  readonly #parse: (text: string) => T | undefined;
  readonly #replaceFile: (from: string, to: string) => Promise<void>;

  /** `replaceFile` renames a file over another one that may be being read. */
  constructor(
    folder: string,
    parse: (text: string) => T | undefined,
    replaceFile: (from: string, to: string) => Promise<void>,
  ) {
    this.#folder = folder;
    this.#parse = parse;
    this.#replaceFile = replaceFile;
  }

  /** Newest first; files that are no records are left alone. */
  async list(): Promise<readonly T[]> {
    const names = await readdir(this.#folder).catch(() => []);
    const texts = await Promise.all(
      names
        .filter((name) => name.endsWith('.json'))
        .map((name) => readFile(join(this.#folder, name), 'utf8').catch(() => '')),
    );
    return texts
      .flatMap((text) => this.#parse(text) ?? [])
      .toSorted((a, b) => (a.startedAt < b.startedAt ? 1 : -1));
  }

  /** The record as it is now; undefined when it is gone. */
  async find(id: string): Promise<T | undefined> {
    return (await this.list()).find((each) => each.id === id);
  }

  /** Resolves when it is on the disk. */
  async save(record: T): Promise<void> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    const path = this.#path(record.id);
    await writeFile(`${path}.tmp`, JSON.stringify(record, undefined, 2), { mode: 0o600, flush: true });
    await this.#replaceFile(`${path}.tmp`, path);
  }

  /** Saves it again; one that another window has removed stays away. */
  async update(record: T): Promise<void> {
    if ((await this.find(record.id)) !== undefined) await this.save(record);
  }

  /** False where somebody else, such as another window, has removed it already. */
  async remove(id: string): Promise<boolean> {
    return unlink(this.#path(id)).then(
      () => true,
      () => false,
    );
  }

  #path(id: string): string {
    return join(this.#folder, `${id}.json`);
  }
}
