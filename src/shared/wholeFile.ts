import { randomBytes } from 'node:crypto';
import { link, lstat, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { Failure } from '../protocol/failure.ts';

/** Writes a new file at a path that nobody has; rejects when it is not complete. */
export type WriteFile = (path: string) => Promise<unknown>;

/**
 * Writes a file under a temporary name beside its target and renames it when it is complete, so that the target is the
 * whole file or what it was before. Rejects with `TargetExists`, `FolderNotFound` or `NotWritten`; then the temporary file
 * is gone too.
 */
export async function writeAtomically(target: string, overwrite: boolean, write: WriteFile): Promise<void> {
  await checkTarget(target, overwrite);
  const temporary = temporaryBeside(target);
  try {
    await write(temporary);
    await (overwrite ? rename(temporary, target) : renameToNew(temporary, target));
  } catch (error) {
    throw failureOf(target, error);
  } finally {
    await rm(temporary, { force: true }).catch(() => undefined);
  }
}

function temporaryBeside(target: string): string {
  const name = `.${basename(target).slice(0, 100)}.${randomBytes(4).toString('hex')}.part`;
  return join(dirname(target), name);
}

/** Whether a path has the name of a temporary file of `writeAtomically`. */
export function isTemporary(path: string): boolean {
  return /^\..+\.[\da-f]{8}\.part$/s.test(basename(path));
}

/** Fails before a long download rather than after it. */
async function checkTarget(target: string, overwrite: boolean): Promise<void> {
  const folder = await stat(dirname(target)).catch(() => undefined);
  if (folder?.isDirectory() !== true) {
    throw failure('FolderNotFound', `The folder ${dirname(target)} does not exist. Choose another one.`);
  }
  const existing = await lstat(target).catch(() => undefined);
  if (existing?.isDirectory() === true)
    throw failure('TargetExists', `${target} is a folder. Choose a file name.`);
  if (existing !== undefined && !overwrite) throw exists(target);
}

/** A rename would replace a file that has appeared meanwhile; a link does not. */
async function renameToNew(temporary: string, target: string): Promise<void> {
  try {
    await link(temporary, target);
  } catch (error) {
    if (codeOf(error) === 'EEXIST') throw exists(target);
    if ((await lstat(target).catch(() => undefined)) !== undefined) throw exists(target);
    // A file system without links.
    await rename(temporary, target);
  }
}

/** The last part of a name from a server, fit to be a file's name on any system. */
export function safeFileName(name: string, fallback: string): string {
  const last = name.split(/[\\/]/).pop() ?? '';
  const cleaned = last
    .replaceAll(/[\u0000-\u001f<>:"|?*]/g, '_')
    .replace(/[. ]+$/, '')
    .slice(-150);
  if (cleaned === '' || /^\.+$/.test(cleaned)) return fallback;
  return /^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/i.test(cleaned) ? `_${cleaned}` : cleaned;
}

function failureOf(target: string, error: unknown): unknown {
  if (error instanceof Failure) return error;
  switch (codeOf(error)) {
    case 'ABORT_ERR':
      return failure('Cancelled', `${target} was not written: it was cancelled.`, error);
    case 'ENOSPC':
    case 'EDQUOT':
      return failure('DiskFull', `There is no room for ${target}. Make room, or choose another disk.`, error);
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return failure(
        'NotWritten',
        `${target} may not be written. Close it where it is open, or choose another place.`,
        error,
      );
    case undefined:
      return error;
    default: {
      const why = error instanceof Error ? error.message : String(error);
      return failure('NotWritten', `${target} cannot be written: ${why}`, error);
    }
  }
}

function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return undefined;
  return error.code;
}

function exists(target: string): Failure {
  return failure(
    'TargetExists',
    `${target} exists already. Choose another name, or allow it to be overwritten.`,
  );
}

function failure(code: string, sentence: string, cause?: unknown): Failure {
  return new Failure({ code, origin: 'client', sentence, cause });
}
