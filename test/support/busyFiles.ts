import files from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';

/** Has Node refuse to rename over a file for the first time, as Windows does while somebody reads that file. */
export async function withFilesInUse<T>(action: () => Promise<T>): Promise<T> {
  const { rename } = files;
  const refused = new Set<unknown>();
  files.rename = async (from, to) => {
    if (!refused.has(from)) {
      refused.add(from);
      throw Object.assign(new Error('EPERM: operation not permitted'), { code: 'EPERM' });
    }
    await rename(from, to);
  };
  syncBuiltinESMExports();
  try {
    return await action();
  } finally {
    files.rename = rename;
    syncBuiltinESMExports();
  }
}
