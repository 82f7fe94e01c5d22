import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { replaceFile } from '../local-service/replaceFile.ts';
import { openMarkersFolder } from '../shared/openMarkers.ts';
import { publicationsFolder } from './openPublications.ts';
import { parsePublicationRecord, type PublicationRecord } from './publicationRecord.ts';

/** The records of publications, a file each, so that a window that dies loses nothing of what it has begun. */
export class PublicationStore {
  readonly #folder: string;
  readonly #markers: string;

  constructor(globalStoragePath: string) {
    this.#folder = publicationsFolder(globalStoragePath);
    this.#markers = openMarkersFolder(this.#folder);
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

  /** Those that were begun and not ended. */
  async open(): Promise<readonly PublicationRecord[]> {
    return (await this.list()).filter(({ ended }) => !ended);
  }

  /** The record as it is now; undefined when it is gone. */
  async find(id: string): Promise<PublicationRecord | undefined> {
    return (await this.list()).find((each) => each.id === id);
  }

  /** Resolves when it is on the disk. The marker is there before an open record and goes after that of an ended one. */
  async save(record: PublicationRecord): Promise<void> {
    await mkdir(this.#markers, { recursive: true, mode: 0o700 });
    if (!record.ended) await writeFile(this.#marker(record.id), '', { mode: 0o600 });
    const path = this.#path(record.id);
    await writeFile(`${path}.tmp`, JSON.stringify(record, undefined, 2), { mode: 0o600, flush: true });
    await replaceFile(`${path}.tmp`, path);
    if (record.ended) await rm(this.#marker(record.id), { force: true });
  }

  async remove(id: string): Promise<void> {
    await rm(this.#path(id), { force: true });
    await rm(this.#marker(id), { force: true });
  }

  #marker(id: string): string {
    return join(this.#markers, id);
  }

  #path(id: string): string {
    return join(this.#folder, `${id}.json`);
  }
}
