import type { JsonProblem } from '../../shared/requestEditorContract.ts';
import type { RequestEditorStrings } from '../../shared/requestEditorStrings.ts';
import { fill } from './text.ts';

export function problemText(strings: RequestEditorStrings, { code, line, column }: JsonProblem): string {
  const known: Readonly<Record<string, string>> = strings.problems;
  const what = Object.hasOwn(known, code) ? known[code] : undefined;
  return fill(strings.problemAt, line, column, what ?? strings.problemUnknown);
}
