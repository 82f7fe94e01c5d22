import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** Of a folder of records: an empty file for each that has not ended, what start-up looks at instead of the records. */
export function openMarkersFolder(recordsFolder: string): string {
  return join(recordsFolder, 'open');
}

/** Whether anything has not ended; reads one small folder. */
export async function hasOpenMarkers(recordsFolder: string): Promise<boolean> {
  try {
    return (await readdir(openMarkersFolder(recordsFolder))).length > 0;
  } catch {
    return false;
  }
}
