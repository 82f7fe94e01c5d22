import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import * as esbuild from 'esbuild';
import type * as tables from '../../../../src/results/table/index.ts';
import { temporaryFolder } from '../../../support/batch.ts';
import { MemorySource } from './tables.ts';

describe('the bundled table', () => {
  it('finds its worker beside the folders of parts and chunks', async () => {
    const folder = await temporaryFolder();
    try {
      await writeFile(join(folder.path, 'package.json'), '{ "type": "module" }');
      await esbuild.build({
        entryPoints: {
          'parts/table': 'src/results/table/index.ts',
          tableWorker: 'src/results/table/worker.ts',
        },
        outdir: folder.path,
        bundle: true,
        platform: 'node',
        format: 'esm',
      });
      const file = pathToFileURL(join(folder.path, 'parts', 'table.js'));
      const built = (await import(file.href)) as typeof tables;
      const table = await built.openTable(new MemorySource('a,b\n1,2\n'));
      assert.equal(await table.index(), 2);
      await table.close();
    } finally {
      await folder.remove();
    }
  });
});
