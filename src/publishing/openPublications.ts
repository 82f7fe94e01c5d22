import { join } from 'node:path';
import { hasOpenMarkers } from '../shared/openMarkers.ts';

/** Where the records of publications are, below the extension's global storage. */
export function publicationsFolder(globalStoragePath: string): string {
  return join(globalStoragePath, 'publications');
}

/** Whether a publication was begun and not ended. */
export function hasOpenPublications(globalStoragePath: string): Promise<boolean> {
  return hasOpenMarkers(publicationsFolder(globalStoragePath));
}
