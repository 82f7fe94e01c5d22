import { isAbsolute, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Failure } from '../protocol/failure.ts';

/**
 * The path that a program names: a `file:` URI of this machine, or a path, relative to `folder` unless it is absolute.
 * Throws a `Failure` (`InvalidArguments`) that names the `member` it was given as.
 */
export function localPath(member: string, given: string, folder: string | undefined): string {
  if (/^file:/i.test(given)) {
    try {
      return fileURLToPath(given);
    } catch {
      throw invalid(`"${member}": ${given} is no file URI of this machine.`);
    }
  }
  // A single letter before the colon is a drive.
  if (/^[a-z][a-z\d+.-]+:\/\//i.test(given)) {
    throw invalid(
      `"${member}": ${given.split('?')[0] ?? ''} is no file. Give a path; an input that is a blob is given as an object.`,
    );
  }
  if (isAbsolute(given)) return given;
  if (folder === undefined) throw invalid(`"${member}": ${given} is relative, and no folder is open.`);
  return join(folder, given);
}

function invalid(sentence: string): Failure {
  return new Failure({ code: 'InvalidArguments', origin: 'client', sentence });
}
