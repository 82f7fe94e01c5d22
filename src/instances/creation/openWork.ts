import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** Where the records of instances that are being made or changed are, below the extension's global storage. */
export function workFolder(globalStoragePath: string): string {
  return join(globalStoragePath, 'instances');
}

/** Whether there is anything to be followed; reads one small folder. */
export async function hasOpenWork(globalStoragePath: string): Promise<boolean> {
  try {
    return (await readdir(workFolder(globalStoragePath))).some((name) => name.endsWith('.json'));
  } catch {
    return false;
  }
}
