import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Where a secret was found, and how it was written there. */
export interface Leak {
  readonly place: string;
  readonly secret: string;
  readonly spelling: string;
}

/** Looks for secrets in whatever spelling: raw, URL-encoded, in base64, escaped for JSON. */
export class SecretScan {
  readonly #needles: readonly { readonly secret: string; readonly spelling: string; readonly text: string }[];

  /** @param secrets by what they are, for the report */
  constructor(secrets: Readonly<Record<string, string>>) {
    this.#needles = Object.entries(secrets).flatMap(([secret, value]) =>
      Object.entries(spellingsOf(value)).map(([spelling, text]) => ({ secret, spelling, text })),
    );
  }

  text(place: string, text: string): Leak[] {
    return [
      ...this.#needles
        .filter((needle) => text.includes(needle.text))
        .map(({ secret, spelling }) => ({ place, secret, spelling })),
      ...(unknownSignature.test(text) ? [{ place, secret: 'a signature', spelling: 'parameter' }] : []),
    ];
  }

  /** Reads every file below a folder except those that are named by their whole path. */
  async folder(folder: string, except: readonly string[] = []): Promise<Leak[]> {
    const leaks: Leak[] = [];
    for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
      const path = join(entry.parentPath, entry.name);
      if (!entry.isFile() || except.includes(path)) continue;
      leaks.push(...this.text(path, await readFile(path, 'latin1')));
    }
    return leaks;
  }
}

/** Signatures that the test has not seen itself; a masked one has no letters. */
const unknownSignature = /\bsig(?:=|%3D|\\u003d)[\w%+/-]{20,}/i;

/** The ways in which a secret gets into a file. */
export function spellingsOf(secret: string): Record<string, string> {
  const encoded = encodeURIComponent(secret);
  return {
    raw: secret,
    'URL-encoded': encoded,
    'URL-encoded in lower case': encoded.replaceAll(/%../g, (escape) => escape.toLowerCase()),
    base64: Buffer.from(secret).toString('base64').replace(/=+$/, ''),
    'escaped for JSON': JSON.stringify(secret).slice(1, -1).replaceAll('/', '\\/'),
  };
}
