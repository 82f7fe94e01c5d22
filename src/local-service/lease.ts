import { randomBytes } from 'node:crypto';
import { readFileSync, rmSync } from 'node:fs';
import { readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';

import { Failure } from '../protocol/failure.ts';
import { answersControl } from './controlClient.ts';
import { hasCode, isMissing, PRIVATE_FILE, writePrivateJson } from './files.ts';

const leaseSchema = v.object({
  pid: v.number(),
  /** Opens the control paths of the program that holds the lease. */
  token: v.string(),
  state: v.picklist(['starting', 'ready', 'ending']),
  /** Where it answers once it is ready. */
  port: v.optional(v.number()),
  /** When the state began, in milliseconds since 1970. */
  since: v.number(),
});

/** Who uses a folder: one process at a time, because two would ruin what is in it. */
export type LeaseContent = v.InferOutput<typeof leaseSchema>;

const FILE = 'lease.json';
const ATTEMPTS = 20;

/** A start or an end that takes longer, and is not renewed, has died, even if its pid is in use again. */
const LONGEST_CHANGE_MS = 60_000;

/** How old a file may be that is not whole yet. */
const LONGEST_WRITE_MS = 5000;

/** The right of this process to use a folder. */
export class Lease {
  readonly token: string;
  readonly #path: string;

  private constructor(path: string, token: string) {
    this.#path = path;
    this.token = token;
  }

  /**
   * Takes the lease of an existing folder, over from a holder that has died if need be.
   * @throws Failure `LocalServiceInUse`
   */
  static async take(dataFolder: string): Promise<Lease> {
    const lease = new Lease(join(dataFolder, FILE), randomBytes(16).toString('hex'));
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      if (await lease.#create()) return lease;
      const holder = await readLease(dataFolder);
      if (holder === 'unreadable' || (holder && (await isAlive(holder)))) throw inUse(dataFolder);
      if (holder && (await lease.#takeOver(holder))) return lease;
    }
    throw inUse(dataFolder);
  }

  /** @throws Failure `LocalServiceInUse` when another process took over. */
  async ready(port: number): Promise<void> {
    await this.#write({ state: 'ready', port });
  }

  /** Holds it on without being ready for anybody; to be called more often than `LONGEST_CHANGE_MS`. */
  async renew(): Promise<void> {
    await this.#write({ state: 'starting' });
  }

  async ending(): Promise<void> {
    await this.#write({ state: 'ending' });
  }

  async release(): Promise<void> {
    if (await this.#isOurs()) await rm(this.#path, { force: true });
  }

  /** For a process that ends now. */
  releaseNow(): void {
    try {
      if (readFileSync(this.#path, 'utf8').includes(this.token)) rmSync(this.#path, { force: true });
    } catch {
      // There is no lease to give back.
    }
  }

  async #create(): Promise<boolean> {
    const content = JSON.stringify(this.#content({ state: 'starting' }));
    try {
      await writeFile(this.#path, content, { flag: 'wx', mode: PRIVATE_FILE });
    } catch (error) {
      if (hasCode(error, 'EEXIST')) return false;
      throw error;
    }
    return this.#isOurs();
  }

  /** One process at a time replaces a dead holder's lease, and without a moment in which there is none. */
  async #takeOver(stale: LeaseContent): Promise<boolean> {
    const guard = `${this.#path}.takeover`;
    if (!(await createGuard(guard))) return false;
    try {
      const current = await readLeaseFile(this.#path);
      if (current === undefined || current === 'unreadable' || current.token !== stale.token) return false;
      await writePrivateJson(this.#path, this.#content({ state: 'starting' }));
      return true;
    } finally {
      await rm(guard, { force: true });
    }
  }

  async #write(change: Pick<LeaseContent, 'state' | 'port'>): Promise<void> {
    if (!(await this.#isOurs())) throw inUse(this.#path);
    await writePrivateJson(this.#path, this.#content(change));
  }

  async #isOurs(): Promise<boolean> {
    const content = await readLeaseFile(this.#path);
    return content !== undefined && content !== 'unreadable' && content.token === this.token;
  }

  #content(change: Pick<LeaseContent, 'state' | 'port'>): LeaseContent {
    return { pid: process.pid, token: this.token, since: Date.now(), ...change };
  }
}

/** The lease of a data folder as it is on disk, whoever holds it. */
export function readLease(dataFolder: string): Promise<LeaseContent | 'unreadable' | undefined> {
  return readLeaseFile(join(dataFolder, FILE));
}

/** Whether the process that holds a lease is there, and is the one that took it. */
export async function isAlive(lease: LeaseContent): Promise<boolean> {
  if (!processExists(lease.pid)) return false;
  if (lease.state !== 'ready' || lease.port === undefined)
    return Date.now() - lease.since < LONGEST_CHANGE_MS;
  return answersControl(lease.port, lease.token);
}

export function inUse(place: string): Failure {
  return new Failure({
    code: 'LocalServiceInUse',
    origin: 'client',
    sentence: `Another local service uses the data in ${place}. Stop it, or choose another folder.`,
  });
}

function processExists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return hasCode(error, 'EPERM');
  }
}

/** A file that stays unreadable is nobody's. */
async function readLeaseFile(path: string): Promise<LeaseContent | 'unreadable' | undefined> {
  try {
    const parsed = v.safeParse(leaseSchema, parseJson(await readFile(path, 'utf8')));
    if (parsed.success) return parsed.output;
    const age = Date.now() - (await stat(path)).mtimeMs;
    return age < LONGEST_WRITE_MS ? 'unreadable' : { pid: 0, token: '', state: 'ending', since: 0 };
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Creates the file that only one has; one that was left behind by a process that died is removed for the next try. */
async function createGuard(path: string): Promise<boolean> {
  try {
    await writeFile(path, '', { flag: 'wx', mode: PRIVATE_FILE });
    return true;
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw error;
    const age = await stat(path).then(
      ({ mtimeMs }) => Date.now() - mtimeMs,
      () => 0,
    );
    if (age > LONGEST_WRITE_MS) await rm(path, { force: true });
    return false;
  }
}
