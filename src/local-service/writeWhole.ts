import { randomBytes } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';
import { replaceFile } from './replaceFile.ts';

/** Writes a file so that whoever reads it finds the old text or the new one, whole. A failure leaves the old one. */
export async function writeWhole(path: string, text: string, mode: number): Promise<void> {
  const temporary = `${path}.${randomBytes(6).toString('hex')}.tmp`;
  try {
    await writeFile(temporary, text, { mode });
    await replaceFile(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}
