import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { projectRoot } from '../support/host/folders.ts';

export interface Manifest extends Record<string, unknown> {
  readonly contributes: { readonly views: Readonly<Record<string, readonly unknown[]>> };
}

/** Copies the built extension to a folder of its own, under a manifest that differs. */
export async function copyExtension(to: string, change: (manifest: Manifest) => object): Promise<string> {
  for (const part of ['dist', 'media'])
    await cp(join(projectRoot, part), join(to, part), { recursive: true });
  await cp(join(projectRoot, 'package.nls.json'), join(to, 'package.nls.json'));
  const manifest = JSON.parse(await readFile(join(projectRoot, 'package.json'), 'utf8')) as Manifest;
  await writeFile(join(to, 'package.json'), JSON.stringify(change(manifest)));
  return to;
}
