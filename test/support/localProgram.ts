import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { LocalServiceDescription } from '../../src/local-service/description.ts';

const main = fileURLToPath(new URL('../../src/local-service/main.ts', import.meta.url));

/** The local service as a program of its own, which can be killed and started again: same data, same ports. */
export class LocalProgram {
  readonly #dataFolder: string;
  readonly #environment: Readonly<Record<string, string>>;
  #child: ChildProcess | undefined;
  #starting: Promise<LocalServiceDescription> | undefined;

  /** `environment` is added to this process's own. */
  constructor(dataFolder: string, environment: Readonly<Record<string, string>> = {}) {
    this.#dataFolder = dataFolder;
    this.#environment = environment;
  }

  /** Starts it unless it runs. */
  start(): Promise<LocalServiceDescription> {
    this.#starting ??= this.#start();
    return this.#starting;
  }

  /** Resolves when it is gone. */
  async kill(): Promise<void> {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    this.#starting = undefined;
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
  }

  async #start(): Promise<LocalServiceDescription> {
    const child = spawn(process.execPath, [main, '--data', this.#dataFolder], {
      env: { ...process.env, ...this.#environment },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.#child = child;
    const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
    return JSON.parse(line) as LocalServiceDescription;
  }
}
