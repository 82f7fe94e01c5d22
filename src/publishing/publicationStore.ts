import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { replaceFile } from '../local-service/replaceFile.ts';
import { openMarkersFolder } from '../shared/openMarkers.ts';
import { RecordStore } from '../shared/recordStore.ts';
import { publicationsFolder } from './openPublications.ts';
import { isSameApi, parsePublicationRecord, type PublicationRecord } from './publicationRecord.ts';

/** The records of publications. */
export class PublicationStore extends RecordStore<PublicationRecord> {
  readonly #markers: string;

  constructor(globalStoragePath: string) {
    const folder = publicationsFolder(globalStoragePath);
    super(folder, parsePublicationRecord, replaceFile);
    this.#markers = openMarkersFolder(folder);
  }

  /** Those that were begun and not ended. */
  async open(): Promise<readonly PublicationRecord[]> {
    return (await this.list()).filter(({ ended }) => !ended);
  }

  /** What was published of the API of a record, as it is now. */
  async ofSameApi(record: PublicationRecord): Promise<readonly PublicationRecord[]> {
    return (await this.list()).filter((each) => isSameApi(each, record));
  }

  /** Resolves when it is on the disk. The marker is there before an open record and goes after that of an ended one. */
  override async save(record: PublicationRecord): Promise<void> {
    await mkdir(this.#markers, { recursive: true, mode: 0o700 });
    if (!record.ended) await writeFile(this.#marker(record.id), '', { mode: 0o600 });
    await super.save(record);
    if (record.ended) await rm(this.#marker(record.id), { force: true });
  }

  override async remove(id: string): Promise<boolean> {
    const removed = await super.remove(id);
    await rm(this.#marker(id), { force: true });
    return removed;
  }

  #marker(id: string): string {
    return join(this.#markers, id);
  }
}
