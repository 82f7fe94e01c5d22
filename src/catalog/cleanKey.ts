/**
 * Takes what people paste around a key away: the name of a header, the scheme, quotes, line ends and spaces. No key
 * has any of them inside.
 */
export function cleanKey(text: string): string {
  const afterScheme = /^.*\bbearer\s+(.*)$/is.exec(text)?.[1] ?? text;
  return afterScheme
    .replace(/^[\s"'`]*[\w-]+["'`]?\s*:\s/, '')
    .replaceAll(/["'`,;\s\u200b-\u200d\ufeff]/g, '');
}
