/** Measures the extension beside references: `npm run bench [-- --only NAME] [-- --json FILE]`. */
import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import type { Measurement } from './measurement.ts';

const rows: Readonly<Record<string, () => Promise<readonly Measurement[]>>> = {
  activation: async () => (await import('./activation.ts')).run(),
  size: async () => (await import('./size.ts')).run(),
  rrs: async () => (await import('./rrsLatency.ts')).run(),
  transfers: async () => (await import('./transfers.ts')).run(),
  table: async () => (await import('./table.ts')).run(),
  editor: async () => (await import('./editor.ts')).run(),
  explorer: async () => (await import('./explorer.ts')).run(),
  tracker: async () => (await import('./tracker.ts')).run(),
};

const { values } = parseArgs({ options: { only: { type: 'string' }, json: { type: 'string' } } });
const chosen = Object.entries(rows).filter(([name]) => values.only === undefined || values.only === name);
if (chosen.length === 0) {
  console.error(`There is no row "${values.only ?? ''}". There are: ${Object.keys(rows).join(', ')}.`);
  process.exit(2);
}

const measured: Measurement[] = [];
for (const [, run] of chosen) {
  for (const measurement of await run()) {
    measured.push(measurement);
    console.log(line(measurement));
  }
}
if (values.json !== undefined) await writeFile(values.json, `${JSON.stringify(measured, undefined, 2)}\n`);

function line({ name, value, unit, reference, ratio, budget, withinBudget }: Measurement): string {
  const figure = `${value.toFixed(value < 100 ? 2 : 0)} ${unit}`;
  const compared = ratio === undefined ? reference : `${reference}, ratio ${ratio.toFixed(2)}`;
  return `${name.padEnd(28)} ${figure.padStart(12)}   ${compared}   budget ${budget}: ${withinBudget ? 'kept' : 'MISSED'}`;
}
