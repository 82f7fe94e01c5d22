import { join } from 'node:path';
import { stopLocalService } from '../../src/local-service/launcher.ts';

/** The extension's global storage below a user data folder: of the server, and of a desktop VS Code. */
const globalStorages = [
  ['data', 'User', 'globalStorage', 'azureml-services.azureml-services'],
  ['User', 'globalStorage', 'azureml-services.azureml-services'],
];

/**
 * Ends the local service that an extension has left behind in a user data folder, and waits for its end: it
 * outlives its last window by a minute, and would write into a folder that is being removed.
 */
export async function endLocalService(userData: string): Promise<void> {
  for (const names of globalStorages) await stopLocalService(join(userData, ...names, 'local-service'));
}
