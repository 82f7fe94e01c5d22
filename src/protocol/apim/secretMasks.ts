import { MASK } from '../redaction.ts';

/**
 * What stands in place of texts that may be secrets, in all that is shown together: a number for each, so that equal ones
 * look equal and others do not, and nobody can tell from it what it stands for.
 */
export class SecretMasks {
  readonly #plain: ReadonlySet<string>;
  readonly #numbers = new Map<string, number>();

  /** `plain`: what is known to be no secret, and is shown as it is. */
  constructor(plain: Iterable<string> = []) {
    this.#plain = new Set(plain);
  }

  of(text: string): string {
    if (text.trim() === '' || this.#plain.has(text)) return text;
    const number = this.#numbers.get(text) ?? this.#numbers.size + 1;
    this.#numbers.set(text, number);
    return `${MASK}${number}`;
  }
}
