/**
 * What JSON leaves as it is but an editor, a compiler or a reader may take for something else: line ends of other
 * alphabets, marks without width or that turn the direction of writing, controls.
 */
const treacherous =
  /[\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/gu;

/** A literal in double quotes that JavaScript, Python, C# and R read alike. */
export function quoted(text: string): string {
  return JSON.stringify(text).replaceAll(treacherous, unicodeEscape);
}

function unicodeEscape(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

/** As `quoted`, for R, which has no text with a NUL in it. */
export function quotedForR(text: string): string {
  return quoted(wellFormed(text.replaceAll('\0', '')));
}

/** A word for bash: plain where it can be, in single quotes, or with escapes where it has line ends or controls. */
export function shellQuoted(text: string): string {
  const clean = wellFormed(text.replaceAll('\0', ''));
  if (/^[\w./:=@%+,-]+$/.test(clean)) return clean;

  if (!/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/.test(clean)) return `'${clean.replaceAll("'", `'\\''`)}'`;
  const escaped = clean
    .replaceAll('\\', '\\\\')
    .replaceAll("'", "\\'")
    .replaceAll('\n', '\\n')
    .replaceAll('\r', '\\r')
    .replaceAll('\t', '\\t')

    .replaceAll(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g, bytesEscape);
  return `$'${escaped}'`;
}

/** Octal has a fixed length of three digits, where what follows a hexadecimal escape might be taken for a part of it. */
function bytesEscape(character: string): string {
  return [...new TextEncoder().encode(character)]
    .map((byte) => `\\${byte.toString(8).padStart(3, '0')}`)
    .join('');
}

/** A here-document that hands its text on as it is; a line end follows the text. */
export function hereDocument(text: string): string {
  const lines = text.replaceAll('\0', '').split('\n');
  let end = 'JSON';
  while (lines.includes(end)) end += '_';
  return `<<'${end}'\n${lines.join('\n')}\n${end}`;
}

/** Text that stays within a comment of one line. */
export function commentText(text: string): string {
  return text
    .replaceAll(/[\u0000-\u001f]+/g, ' ')
    .replaceAll(treacherous, ' ')
    .trim();
}

/** The lines of a text, each but the last with its line end. */
export function linesOf(text: string): string[] {
  return text.split(/(?<=\n)/);
}

/** Text that has a form in UTF-8: halves of a character become the replacement character. */
export function wellFormed(text: string): string {
  return text.replaceAll(/\p{Surrogate}/gu, '\ufffd');
}
