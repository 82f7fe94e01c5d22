import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The project's root folder, which is the extension's folder too. */
export const projectRoot = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..');

/** What the tests download, unpack and keep between runs; ignored by git, safe to delete. */
export const cacheFolder = join(projectRoot, '.vscode-test');

/** What a test run makes for people to look at: bundles, screenshots, logs; ignored by git. */
export const outFolder = join(projectRoot, 'out');
