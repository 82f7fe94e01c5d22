import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { QuickInput } from './quickInput.ts';
import type { Workbench } from './workbench.ts';

export interface NewInstance {
  readonly name: string;
  readonly resourceGroup: string;
  readonly tier?: string;
}

/** Answers the questions about a new instance up to the last one, which says what it costs. */
export async function answerCreation(
  quickInput: QuickInput,
  { name, resourceGroup, tier = 'Consumption' }: NewInstance,
): Promise<void> {
  await quickInput.pick('Pay as you go', { placeholder: 'Subscription that pays' });
  await quickInput.enter(name, { message: 'Name of the instance' });
  await quickInput.pick(resourceGroup, { placeholder: 'Resource group' });
  await quickInput.pick(tier, { placeholder: 'Pricing tier' });
  await quickInput.pick('East US', { placeholder: 'Location' });
  await quickInput.enter('Contoso', { message: 'Name of your organisation' });
  await quickInput.accept({ message: 'E-mail of the administrator' });
}

/** The files of instances that are being made or changed. */
export async function workRecords({ host }: Workbench): Promise<readonly string[]> {
  const kept = join(host.userData, 'data/User/globalStorage/azureml-services.azureml-services');
  const names = await readdir(join(kept, 'instances')).catch(() => []);
  return names.filter((name) => name.endsWith('.json'));
}
