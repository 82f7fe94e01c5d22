import { readFileSync, rmSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { replaceFile } from '../local-service/replaceFile.ts';
import type { Windows } from './windows.ts';

/**
 * Which window asks the services for the jobs' states: the one whose id is in the lease file. A window takes a lease that
 * nobody alive holds; the one that the user looks at may take it from another. For a moment after that two may ask, which
 * costs a request and changes nothing. For what the holder cannot ask, see `askers`.
 */
export class PollingLease {
  readonly #path: string;
  readonly #windows: Windows;
  #holder: string | undefined;

  constructor(jobsFolder: string, windows: Windows) {
    this.#path = join(jobsFolder, 'lease');
    this.#windows = windows;
  }

  /** The window that has it, as it was at the last look. */
  get holder(): string | undefined {
    return this.#holder;
  }

  get held(): boolean {
    return this.#holder === this.#windows.id;
  }

  /** Looks who holds the lease, and takes it when nobody does. */
  async refresh(): Promise<void> {
    const holder = await this.#read();
    if (holder !== undefined && this.#windows.isAlive(holder)) this.#holder = holder;
    else await this.take();
  }

  async take(): Promise<void> {
    const temporary = `${this.#path}.${this.#windows.id}.tmp`;
    await writeFile(temporary, this.#windows.id, { mode: 0o600 });
    await replaceFile(temporary, this.#path);
    // Of two that take it at once, the last one has it; the other sees that at its next look.
    this.#holder = await this.#read();
  }

  releaseNow(): void {
    try {
      if (readFileSync(this.#path, 'utf8') === this.#windows.id) rmSync(this.#path, { force: true });
    } catch {
      // There is no lease to give back.
    }
    this.#holder = undefined;
  }

  async #read(): Promise<string | undefined> {
    return readFile(this.#path, 'utf8').catch(() => undefined);
  }
}
