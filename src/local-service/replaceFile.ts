import { rename } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';

const TRIES = 7;
const FIRST_PAUSE_MS = 10;

/** What Windows says while another process reads the file that is to be replaced. */
const BUSY: ReadonlySet<unknown> = new Set(['EACCES', 'EBUSY', 'EPERM']);

/**
 * Renames a file over another one. Where that is refused because somebody is reading the other one, it is tried again
 * for half a second; `renameFile` is Node's own.
 */
export async function replaceFile(from: string, to: string, renameFile = rename): Promise<void> {
  for (let number = 1; ; number++) {
    try {
      await renameFile(from, to);
      return;
    } catch (error) {
      const busy = error instanceof Error && 'code' in error && BUSY.has(error.code);
      if (!busy || number === TRIES) throw error;
      await delay(FIRST_PAUSE_MS * 2 ** (number - 1));
    }
  }
}
