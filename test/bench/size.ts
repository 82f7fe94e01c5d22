import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { projectRoot } from '../support/host/folders.ts';
import type { Measurement } from './measurement.ts';

const mainBudget = 30_000;
const packageBudget = 1_500_000;

/** What activation loads, and what people download; `npm run package` makes the latter. */
export async function run(): Promise<readonly Measurement[]> {
  return [await mainBundle(), ...(await packedExtension())];
}

async function mainBundle(): Promise<Measurement> {
  const bytes = await loadedAtActivation(join(projectRoot, 'dist', 'extension.js'), new Set());
  return {
    name: 'main bundle',
    value: bytes / 1000,
    unit: 'kB',
    reference: 'hexeditor 389 kB, httpYac 3 100 kB, REST Client 4 800 kB',
    ratio: bytes / 389_000,
    budget: '30 kB',
    withinBudget: bytes <= mainBudget,
  };
}

/** The bundle and every chunk that it imports statically, in bytes. */
async function loadedAtActivation(path: string, seen: Set<string>): Promise<number> {
  if (seen.has(path)) return 0;
  seen.add(path);
  const text = await readFile(path, 'utf8');
  let bytes = Buffer.byteLength(text);
  for (const [, specifier = ''] of text.matchAll(
    /(?:^|;|\})import(?:[^"'();]*from)?\s*["'](\.[^"']+)["']/gm,
  )) {
    bytes += await loadedAtActivation(join(path, '..', specifier), seen);
  }
  return bytes;
}

async function packedExtension(): Promise<readonly Measurement[]> {
  const [name] = (await readdir(projectRoot)).filter((each) => each.endsWith('.vsix')).sort();
  if (name === undefined) {
    console.error('No .vsix: run "npm run package" first to measure it.');
    return [];
  }
  const { size } = await stat(join(projectRoot, name));
  return [
    {
      name: '.vsix',
      value: size / 1_000_000,
      unit: 'MB',
      reference: 'Azurite, undici and the storage SDK packed 0.7 MB, mssql 6 MB',
      ratio: size / 6_000_000,
      budget: '1.5 MB',
      withinBudget: size <= packageBudget,
    },
  ];
}
