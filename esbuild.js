import { rm } from 'node:fs/promises';
import * as esbuild from 'esbuild';
import { localServiceBuild } from './esbuild.local-service.js';
import { thirdPartyNotices } from './esbuild.notices.js';

const watch = process.argv.includes('--watch');
const development = watch || process.argv.includes('--development');

/** @type {esbuild.BuildOptions} */
const common = {
  bundle: true,
  minify: !development,
  sourcemap: development ? 'linked' : false,
  legalComments: 'none',
  logLevel: 'warning',
};

/** The extension is one ES module graph: what `activate` does not need loads as a chunk on first use. */
/** @type {esbuild.BuildOptions} */
const extension = {
  ...common,
  entryPoints: { extension: 'src/extension.ts' },
  outdir: 'dist',
  platform: 'node',
  target: 'node22',
  format: 'esm',
  splitting: true,
  chunkNames: 'chunks/[name]-[hash]',
  external: ['vscode'],
  // The `main` of jsonc-parser is UMD, which hides its requires from the bundler.
  mainFields: ['module', 'main'],
  plugins: [thirdPartyNotices('ThirdPartyNotices.extension.txt')],
  // The storage SDK's dependencies call `require`; the name must be one that the minifier does not make.
  banner: {
    js: "import{createRequire as createRequireHere}from'node:module';const require=createRequireHere(import.meta.url);",
  },
};

/** @type {esbuild.BuildOptions} */
const webviews = {
  ...common,
  entryPoints: { requestEditor: 'src/webviews/requestEditor/main.tsx' },
  outdir: 'dist/webviews',
  platform: 'browser',
  target: 'chrome140',
  format: 'iife',
  tsconfig: 'src/webviews/tsconfig.json',
  plugins: [thirdPartyNotices('ThirdPartyNotices.webviews.txt')],
};

const builds = [extension, webviews, localServiceBuild({ minify: !development })];

if (watch) {
  const contexts = await Promise.all(builds.map((options) => esbuild.context(options)));
  await Promise.all(contexts.map((context) => context.watch()));
} else {
  await rm('dist', { recursive: true, force: true });
  await Promise.all(builds.map((options) => esbuild.build(options)));
}
