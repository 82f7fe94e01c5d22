import type { QuickInput } from './quickInput.ts';

/** Answers a batch job's question for the data of an input with a file of this machine. */
export async function giveInputFile(quickInput: QuickInput, path: string, input = 'input1'): Promise<void> {
  await quickInput.pick('From this computer…', { placeholder: `Where is the data for ${input}?` });
  await quickInput.enterPath(path, { title: `file for ${input}` });
}
