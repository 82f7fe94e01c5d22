import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';

const LICENSE_FILE = /^(licen[cs]e|copying|notice)(\.(md|txt|apache2|mit|bsd))?$/i;

/**
 * Writes the licence texts of all packages that a build bundles into one file beside its output.
 * @param {string} file the name in the output folder
 * @returns {import('esbuild').Plugin}
 */
export function thirdPartyNotices(file) {
  return {
    name: 'third-party-notices',
    setup(build) {
      build.initialOptions.metafile = true;
      build.onEnd(async ({ errors, metafile }) => {
        if (errors.length > 0 || metafile === undefined) return;
        const root = build.initialOptions.absWorkingDir ?? process.cwd();
        const folders = [...new Set(Object.keys(metafile.inputs).flatMap(packageFolder))].sort();
        const notices = await Promise.all(folders.map((folder) => notice(join(root, folder))));
        await writeFile(
          resolve(root, build.initialOptions.outdir ?? '.', file),
          [...new Set(notices)].join('\n'),
        );
      });
    },
  };
}

/** The package that an input belongs to, as a path; none for our own sources. */
function packageFolder(input) {
  const match = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(input);
  return match ? [match[1]] : [];
}

async function notice(folder) {
  const { name, version, license, author } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
  const files = (await readdir(folder)).filter((file) => LICENSE_FILE.test(file)).sort();
  const texts = await Promise.all(files.map((file) => readFile(join(folder, file), 'utf8')));
  const owner = typeof author === 'string' ? author : (author?.name ?? '');
  const text =
    texts.length > 0 ? texts.map((each) => each.trim()).join('\n\n') : `Licence: ${license}. ${owner}`.trim();
  return `${'='.repeat(80)}\n${name} ${version} (${license})\n\n${text}\n`;
}
