/**
 * A process that saves a file and stands still in the middle of it, so that a test can kill it there. Takes the folder of
 * the records and the target, and prints a line when it has got there.
 */
import { writeFile } from 'node:fs/promises';
import { FileSaver } from '../../src/shared/fileSaver.ts';

const [records = '', target = ''] = process.argv.slice(2);
await new FileSaver(records).save(target, false, async (temporary) => {
  await writeFile(temporary, 'half');
  console.log('half');
  // Something has to keep the process alive.
  await new Promise(() => setInterval(() => undefined, 1_000_000));
});
