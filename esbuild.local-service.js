import { thirdPartyNotices } from './esbuild.notices.js';

/** Parts of Azurite's dependencies that its blob server never calls, and what stands in for them. */
const stubs = [
  // Telemetry, which is never initialised here.
  { filter: /^applicationinsights$/, contents: 'module.exports = {};' },
  // Encodings of request bodies that a blob service does not parse.
  { filter: /^iconv-lite$/, contents: 'module.exports = { encodingExists: () => false };' },
  // The debug log, which is never switched on here.
  { filter: /\/WinstonLoggerStrategy$/, contents: 'exports.default = class {};' },
];

/** @type {import('esbuild').Plugin} */
const stubPlugin = {
  name: 'stub',
  setup(build) {
    for (const [index, { filter, contents }] of stubs.entries()) {
      build.onResolve({ filter }, () => ({ path: String(index), namespace: 'stub' }));
      build.onLoad({ filter: new RegExp(`^${index}$`), namespace: 'stub' }, () => ({ contents }));
    }
  },
};

/**
 * The local service as one file that runs alone: an ES module with Azurite's blob server and the storage
 * SDK in it, and beside it the licences of everything bundled.
 * @param {{ minify: boolean }} options
 * @returns {import('esbuild').BuildOptions}
 */
export function localServiceBuild({ minify }) {
  return {
    entryPoints: { 'local-service': 'src/local-service/main.ts' },
    outdir: 'dist',
    bundle: true,
    minify,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    legalComments: 'none',
    logLevel: 'warning',
    banner: {
      js: [
        "import{createRequire as createRequireHere}from'node:module';",
        'const require=createRequireHere(import.meta.url);',
      ].join(''),
    },
    define: { __filename: 'import.meta.filename', __dirname: 'import.meta.dirname' },
    plugins: [stubPlugin, thirdPartyNotices('ThirdPartyNotices.local-service.txt')],
  };
}
