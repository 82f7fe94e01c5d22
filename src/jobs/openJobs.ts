import { join } from 'node:path';
import { hasOpenMarkers } from '../shared/openMarkers.ts';

/** Where the job records are, below the extension's global storage. */
export function jobsFolder(globalStoragePath: string): string {
  return join(globalStoragePath, 'jobs');
}

/** Whether jobs have to be followed. */
export function hasOpenJobs(globalStoragePath: string): Promise<boolean> {
  return hasOpenMarkers(jobsFolder(globalStoragePath));
}
