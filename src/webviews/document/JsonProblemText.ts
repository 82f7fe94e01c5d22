import type { JsonProblem } from '../../shared/requestEditorContract.ts';
import type { DocumentStrings } from '../../shared/documentStrings.ts';
import { fill } from '../controls/fill.ts';

export function problemText(strings: DocumentStrings, { code, line, column }: JsonProblem): string {
  const known: Readonly<Record<string, string>> = strings.problems;
  const what = Object.hasOwn(known, code) ? known[code] : undefined;
  return fill(strings.problemAt, line, column, what ?? strings.problemUnknown);
}
