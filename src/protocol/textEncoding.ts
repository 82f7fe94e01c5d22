import { isUtf8 } from 'node:buffer';

/** How text is written, by its label for a `TextDecoder`. */
export type TextEncoding = 'utf-8' | 'utf-16le' | 'utf-16be' | 'windows-1252';

/** Of text without a byte order mark, so many bytes are looked at for what makes it UTF-16. */
const lookedAt = 4096;

/**
 * Tells from the first bytes of a text how it is written: UTF-16 by its byte order mark or by the zero bytes that Latin
 * letters have in it, UTF-8 where it can be, else Windows-1252, in which every byte is a character.
 */
export function encodingOf(sample: Uint8Array, isWhole: boolean): TextEncoding {
  const [first, second] = sample;
  if (first === 0xff && second === 0xfe) return 'utf-16le';
  if (first === 0xfe && second === 0xff) return 'utf-16be';
  return (
    unmarkedUtf16(sample.subarray(0, lookedAt)) ??
    (isUtf8(isWhole ? sample : withoutPartialCharacter(sample)) ? 'utf-8' : 'windows-1252')
  );
}

/** Bytes of the UTF-8 byte order mark that the text begins with: 3 or none. */
export function byteOrderMarkLength([first, second, third]: Uint8Array): number {
  return first === 0xef && second === 0xbb && third === 0xbf ? 3 : 0;
}

function unmarkedUtf16(sample: Uint8Array): TextEncoding | undefined {
  let even = 0;
  let odd = 0;
  for (const [i, byte] of sample.entries()) {
    if (byte !== 0) continue;
    if (i % 2 === 0) even += 1;
    else odd += 1;
  }
  const most = sample.length / 4;
  if (odd > most && even === 0) return 'utf-16le';
  return even > most && odd === 0 ? 'utf-16be' : undefined;
}

/** The last character of a part may have lost bytes: at most three, all with the high bit. */
function withoutPartialCharacter(sample: Uint8Array): Uint8Array {
  let end = sample.length;
  while (end > 0 && sample.length - end < 3 && ((sample[end - 1] ?? 0) & 0xc0) === 0x80) end -= 1;
  if (end > 0 && (sample[end - 1] ?? 0) >= 0xc0) end -= 1;
  return sample.subarray(0, end);
}
