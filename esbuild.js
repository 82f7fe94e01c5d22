import { rm } from 'node:fs/promises';
import { relative, resolve } from 'node:path';
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

/**
 * What `extension.ts` loads on first use. These are one ES module graph, so that they share their state; the entry is a
 * file of its own, because each file that it would share with them costs a module lookup at activation.
 */
const parts = {
  azure: 'src/azure/index.ts',
  catalog: 'src/catalog/index.ts',
  dashboard: 'src/dashboard/index.ts',
  explorer: 'src/explorer/index.ts',
  fileSaver: 'src/shared/fileSaver.ts',
  governance: 'src/governance/index.ts',
  httpSettings: 'src/shared/httpSettings.ts',
  instances: 'src/instances/index.ts',
  jobDocuments: 'src/jobs/documents/index.ts',
  jobs: 'src/jobs/index.ts',
  monitoring: 'src/monitoring/index.ts',
  policies: 'src/governance/policies/index.ts',
  publishing: 'src/publishing/index.ts',
  reportFailure: 'src/shared/reportFailure.ts',
  requests: 'src/requests/index.ts',
  results: 'src/results/index.ts',
  storage: 'src/storage/index.ts',
  tableEditor: 'src/results/tableEditor.ts',
};

/** @type {esbuild.Plugin} */
const leaveParts = {
  name: 'leave the parts',
  setup: ({ onResolve }) => {
    onResolve({ filter: /^\./ }, ({ kind, path, resolveDir }) => {
      if (kind !== 'dynamic-import') return undefined;
      const file = relative(import.meta.dirname, resolve(resolveDir, path)).replaceAll('\\', '/');
      const [name] = Object.entries(parts).find(([, part]) => part === file) ?? [];
      if (name === undefined) return { errors: [{ text: `${file} is not among the parts in esbuild.js.` }] };
      return { path: `./parts/${name}.js`, external: true };
    });
  },
};

/** @type {esbuild.BuildOptions} */
const node = {
  ...common,
  outdir: 'dist',
  platform: 'node',
  target: 'node22',
  format: 'esm',
  external: ['vscode'],
};

/** @type {esbuild.BuildOptions} */
const entry = { ...node, entryPoints: { extension: 'src/extension.ts' }, plugins: [leaveParts] };

/** @type {esbuild.BuildOptions} */
const extension = {
  ...node,
  entryPoints: Object.fromEntries(Object.entries(parts).map(([name, file]) => [`parts/${name}`, file])),
  splitting: true,
  chunkNames: 'chunks/[name]-[hash]',
  // The `main` of jsonc-parser is UMD, which hides its requires from the bundler.
  mainFields: ['module', 'main'],
  plugins: [thirdPartyNotices('ThirdPartyNotices.extension.txt')],
  // The storage SDK's dependencies call `require`; the name must be one that the minifier does not make.
  banner: {
    js: "import{createRequire as createRequireHere}from'node:module';const require=createRequireHere(import.meta.url);",
  },
};

/**
 * The thread that works on tables: loaded by its name, so it is a file of its own.
 * @type {esbuild.BuildOptions}
 */
const tableWorker = { ...node, entryPoints: { tableWorker: 'src/results/table/worker.ts' } };

/** @type {esbuild.BuildOptions} */
const webviews = {
  ...common,
  entryPoints: {
    dashboard: 'src/webviews/dashboard/main.tsx',
    jobEditor: 'src/webviews/jobEditor/main.tsx',
    monitoring: 'src/webviews/monitoring/main.tsx',
    requestEditor: 'src/webviews/requestEditor/main.tsx',
    table: 'src/webviews/table/main.tsx',
  },
  outdir: 'dist/webviews',
  platform: 'browser',
  target: 'chrome140',
  format: 'iife',
  tsconfig: 'src/webviews/tsconfig.json',
  plugins: [thirdPartyNotices('ThirdPartyNotices.webviews.txt')],
};

const builds = [entry, extension, tableWorker, webviews, localServiceBuild({ minify: !development })];

if (watch) {
  const contexts = await Promise.all(builds.map((options) => esbuild.context(options)));
  await Promise.all(contexts.map((context) => context.watch()));
} else {
  await rm('dist', { recursive: true, force: true });
  await Promise.all(builds.map((options) => esbuild.build(options)));
}
