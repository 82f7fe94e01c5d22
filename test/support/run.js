/**
 * Runs a TypeScript program of this folder: `node test/support/run.js host/start.ts ARGUMENTS`. Plain
 * JavaScript, so that a Node that is too old is told so and does not stumble over types.
 */
import { pathToFileURL } from 'node:url';
import { resolve } from 'node:path';

const needed = 24;
const major = Number.parseInt(process.versions.node, 10);
if (major < needed) {
  console.error(
    [
      `This needs Node ${needed}, and ${process.version} is running it.`,
      `The project brings its own Node ${needed} for its npm scripts (the development dependency "node"), so:`,
      '  1. Run it through npm ("npm start", "npm test"), not with a node of your own.',
      '  2. If you did, that Node was not installed, because npm was told to run no install scripts.',
      '     Run "npm rebuild node" (with "--ignore-scripts=false" if your npm is set to ignore scripts)',
      `     or install Node ${needed} on this machine, then try again.`,
    ].join('\n'),
  );
  process.exit(1);
}

const [program] = process.argv.splice(2, 1);
if (program === undefined) throw new Error('Name the program to run.');
await import(pathToFileURL(resolve(import.meta.dirname, program)).href);
