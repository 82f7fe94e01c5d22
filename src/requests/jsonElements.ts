/** Names of members and positions in arrays, from the outermost. */
export type ElementPath = readonly (string | number)[];

interface Frame {
  readonly isArray: boolean;
  /** The member that is being read, or the position. */
  key: string | number;
  /** A name is next, not a value. */
  atName: boolean;
}

/**
 * Finds values in JSON text that comes in pieces of any size, and holds no more of it than one such value. Text that is
 * not JSON gives nothing, or too little.
 */
export class JsonElements {
  readonly #isWanted: (path: ElementPath) => boolean;
  readonly #onValue: (text: string) => void;
  readonly #frames: Frame[] = [];
  #inString = false;
  #escaped = false;
  /** The string that is being read, when it is a name. */
  #name: string | undefined;
  /** The wanted value so far, and how deep inside of it the text is. */
  #value = '';
  #depth = 0;

  /** Wanted values are arrays and objects; any other value is not looked for. */
  constructor(isWanted: (path: ElementPath) => boolean, onValue: (text: string) => void) {
    this.#isWanted = isWanted;
    this.#onValue = onValue;
  }

  write(text: string): void {
    let from = 0;
    for (let at = 0; at < text.length; at++) {
      if (this.#inString) {
        at = this.#string(text, at);
        continue;
      }
      const character = text[at];
      if (character === '"') this.#startString();
      else if (character === '[' || character === '{') {
        if (this.#depth === 0 && this.#isWanted(this.#path())) {
          this.#depth = 1;
          from = at;
        } else if (this.#depth > 0) this.#depth++;
        else this.#frames.push({ isArray: character === '[', key: 0, atName: character === '{' });
      } else if (character === ']' || character === '}') {
        if (this.#depth === 0) this.#frames.pop();
        else if (--this.#depth === 0) {
          this.#onValue(this.#value + text.slice(from, at + 1));
          this.#value = '';
        }
      } else if (this.#depth === 0) this.#between(character);
    }
    if (this.#depth > 0) this.#value += text.slice(from);
  }

  #path(): (string | number)[] {
    return this.#frames.map(({ key }) => key);
  }

  #startString(): void {
    this.#inString = true;
    const frame = this.#frames.at(-1);
    this.#name = this.#depth === 0 && frame?.atName ? '' : undefined;
  }

  /** Goes on in a string and gives the last position that belongs to it. */
  #string(text: string, start: number): number {
    for (let at = start; at < text.length; at++) {
      if (this.#escaped) this.#escaped = false;
      else if (text[at] === '\\') this.#escaped = true;
      else if (text[at] === '"') {
        this.#endString(text.slice(start, at));
        return at;
      }
    }
    if (this.#name !== undefined) this.#name += text.slice(start);
    return text.length;
  }

  #endString(rest: string): void {
    this.#inString = false;
    const frame = this.#frames.at(-1);
    if (this.#name === undefined || !frame) return;
    frame.key = nameOf(this.#name + rest);
    frame.atName = false;
    this.#name = undefined;
  }

  #between(character: string | undefined): void {
    const frame = this.#frames.at(-1);
    if (character !== ',' || !frame) return;
    if (frame.isArray && typeof frame.key === 'number') frame.key++;
    else frame.atName = true;
  }
}

function nameOf(literal: string): string {
  if (!literal.includes('\\')) return literal;
  try {
    return String(JSON.parse(`"${literal}"`));
  } catch {
    return literal;
  }
}
