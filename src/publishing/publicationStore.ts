import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { replaceFile } from '../local-service/replaceFile.ts';
import { parsePublicationRecord, type PublicationRecord } from './publicationRecord.ts';

/** The records of publications, a file each, so that a window that dies loses nothing of what it has begun. */
export class PublicationStore {
  readonly #folder: string;

  constructor(globalStoragePath: string) {
    this.#folder = join(globalStoragePath, 'publications');
  }

  /** Newest first; files that are no records are left alone. */
  async list(): Promise<readonly PublicationRecord[]> {
    const names = await readdir(this.#folder).catch(() => []);
    const texts = await Promise.all(
      names
        .filter((name) => name.endsWith('.json'))
        .map((name) => readFile(join(this.#folder, name), 'utf8').catch(() => '')),
    );
    return texts
      .flatMap((text) => parsePublicationRecord(text) ?? [])
      .toSorted((a, b) => (a.startedAt < b.startedAt ? 1 : -1));
  }

  /** Resolves when it is on the disk. */
  async save(record: PublicationRecord): Promise<void> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    const path = this.#path(record.id);
    await writeFile(`${path}.tmp`, JSON.stringify(record, undefined, 2), { mode: 0o600, flush: true });
    await replaceFile(`${path}.tmp`, path);
  }

  async remove(id: string): Promise<void> {
    await rm(this.#path(id), { force: true });
  }

  #path(id: string): string {
    return join(this.#folder, `${id}.json`);
  }
}
