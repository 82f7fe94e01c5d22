/** A process that joins the local service as a window does, and leaves it when its standard input ends. */
import { once } from 'node:events';
import { joinLocalService } from '../../../src/local-service/launcher.ts';

const [dataFolder = '', programPath = '', linger = ''] = process.argv.slice(2);
const handle = await joinLocalService({ dataFolder, programPath, lingerMs: Number(linger) });
process.stdout.write(`${JSON.stringify(handle.description)}\n`);
process.stdin.resume();
await once(process.stdin, 'end');
handle.dispose();
