/**
 * The beginning of a JSON text, made whole: cut after the last array or object that is complete, with everything closed
 * that is open there. Undefined when nothing is complete yet, or the text is no JSON.
 */
export function completeJson(beginning: string): string | undefined {
  const open: string[] = [];
  let end = 0;
  let closers = '';
  const tokens = /"(?:[^"\\]|\\[^])*"|[[\]{}"]/g;
  for (let match = tokens.exec(beginning); match; match = tokens.exec(beginning)) {
    const [token] = match;
    if (token === '"') break;
    if (token === '[') open.push(']');
    else if (token === '{') open.push('}');
    else if (token === ']' || token === '}') {
      if (open.pop() !== token) return undefined;
      end = tokens.lastIndex;
      closers = open.toReversed().join('');
    }
  }
  return end === 0 ? undefined : beginning.slice(0, end) + closers;
}
