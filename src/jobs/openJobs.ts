import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** Where the job records are, below the extension's global storage. */
export function jobsFolder(globalStoragePath: string): string {
  return join(globalStoragePath, 'jobs');
}

/** An empty file for each job that has not ended: what start-up looks at instead of the records. */
export function openMarkersFolder(globalStoragePath: string): string {
  return join(jobsFolder(globalStoragePath), 'open');
}

/** Whether jobs have to be followed; reads one small folder. */
export async function hasOpenJobs(globalStoragePath: string): Promise<boolean> {
  try {
    return (await readdir(openMarkersFolder(globalStoragePath))).length > 0;
  } catch {
    return false;
  }
}
