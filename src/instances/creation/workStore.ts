import { replaceFile } from '../../local-service/replaceFile.ts';
import { RecordStore } from '../../shared/recordStore.ts';
import { workFolder } from './openWork.ts';
import { parseWorkRecord, type WorkRecord } from './workRecord.ts';

/** The records of instances that are being made or changed. */
export class WorkStore extends RecordStore<WorkRecord> {
  constructor(globalStoragePath: string) {
    super(workFolder(globalStoragePath), parseWorkRecord, replaceFile);
  }
}
