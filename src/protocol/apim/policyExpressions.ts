/** A comment or a literal of C#, as far as policy expressions have them. */
const TOKEN = /\/\/[^\n]*|\/\*[^]*?\*\/|(?:@\$?|\$@)"(?:[^"]|"")*"|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'/gs;

/** What a person has written out in an expression: the text of each literal and comment. */
export function writtenOut(expression: string): readonly string[] {
  return [...expression.matchAll(TOKEN)].map(([token]) => inside(token));
}

/** The expression with something else in place of each of them. */
export function withWrittenOut(expression: string, replace: (text: string) => string): string {
  return expression.replaceAll(TOKEN, (token) => {
    const text = inside(token);
    const end = token.endsWith('*/') ? '*/' : token.startsWith('/') ? '' : token.slice(-1);
    return token.slice(0, token.length - text.length - end.length) + replace(text) + end;
  });
}

function inside(token: string): string {
  if (token.startsWith('//')) return token.slice(2);
  if (token.startsWith('/*')) return token.slice(2, -2);
  return token.slice(token.search(/["']/) + 1, -1);
}
