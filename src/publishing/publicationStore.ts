import { join } from 'node:path';
import { replaceFile } from '../local-service/replaceFile.ts';
import { RecordStore } from '../shared/recordStore.ts';
import { parsePublicationRecord, type PublicationRecord } from './publicationRecord.ts';

/** The records of publications. */
export class PublicationStore extends RecordStore<PublicationRecord> {
  constructor(globalStoragePath: string) {
    super(join(globalStoragePath, 'publications'), parsePublicationRecord, replaceFile);
  }
}
