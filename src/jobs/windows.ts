import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import * as v from 'valibot';
import { replaceFile } from '../local-service/replaceFile.ts';
import { isRunning } from '../shared/isRunning.ts';
import type { Asker } from './division.ts';

const presenceShape = v.object({
  pid: v.number(),
  host: v.string(),
  beat: v.number(),
  cannotAsk: v.optional(v.array(v.string()), []),
});
type Presence = v.InferOutput<typeof presenceShape>;

/** So many looks at a heartbeat that stands still mean that its window is gone. */
const silentLooks = 8;

interface Observation {
  readonly presence: Presence;
  readonly looks: number;
}

/**
 * The windows that work on jobs, each with a heartbeat file. Whether one still lives is told by its process, and for one
 * on another machine, or whose process id was given away, by its heartbeat; counted in looks instead of time, because a
 * machine that slept has aged all heartbeats alike.
 */
export class Windows {
  readonly #folder: string;
  readonly #seen = new Map<string, Observation>();
  #cannotAsk: readonly string[] = [];
  #beat = 0;
  #joining: Promise<void> | undefined;
  #joined = false;

  /** This window. */
  readonly id = randomBytes(8).toString('hex');

  constructor(jobsFolder: string) {
    this.#folder = join(jobsFolder, 'windows');
  }

  /** Has to be there before the first job names this window as its owner. */
  join(): Promise<void> {
    this.#joining ??= this.#join().catch((error: unknown) => {
      this.#joining = undefined;
      throw error;
    });
    return this.#joining;
  }

  async #join(): Promise<void> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    await this.#write();
    this.#joined = true;
  }

  /** One heartbeat, and one look at those of the others; to be called at a steady pace. */
  async look(): Promise<void> {
    if (this.#joined) await this.#write();
    const names = await readdir(this.#folder);
    const others = names.filter((name) => name !== this.id && !name.endsWith('.tmp'));
    for (const id of this.#seen.keys()) if (!others.includes(id)) this.#seen.delete(id);
    for (const id of others) await this.#observe(id);
  }

  /** The jobs for which this window is refused; the others learn of it with its next heartbeat. */
  cannotAsk(ownIds: readonly string[]): void {
    this.#cannotAsk = ownIds;
  }

  /** This window and those that live, as they were at the last look. */
  alive(): readonly Asker[] {
    const others = [...this.#seen].filter(([id]) => this.isAlive(id));
    return [
      { id: this.id, cannotAsk: new Set(this.#cannotAsk) },
      ...others.map(([id, { presence }]) => ({ id, cannotAsk: new Set(presence.cannotAsk) })),
    ];
  }

  isAlive(id: string): boolean {
    if (id === this.id) return true;
    const observation = this.#seen.get(id);
    return observation !== undefined && observation.looks < silentLooks && hasProcess(observation.presence);
  }

  leaveNow(): void {
    rmSync(join(this.#folder, this.id), { force: true });
    this.#joined = false;
    this.#joining = undefined;
  }

  async #observe(id: string): Promise<void> {
    const presence = await readPresence(join(this.#folder, id));
    if (presence === undefined) return;
    const before = this.#seen.get(id);
    const isSilent = before?.presence.beat === presence.beat;
    const observation = { presence, looks: isSilent ? before.looks + 1 : 0 };
    this.#seen.set(id, observation);
    if (!this.isAlive(id)) rmSync(join(this.#folder, id), { force: true });
  }

  async #write(): Promise<void> {
    this.#beat += 1;
    const presence: Presence = {
      pid: process.pid,
      host: hostname(),
      beat: this.#beat,
      cannotAsk: [...this.#cannotAsk],
    };
    const path = join(this.#folder, this.id);
    await writeFile(`${path}.tmp`, JSON.stringify(presence), { mode: 0o600 });
    await replaceFile(`${path}.tmp`, path);
  }
}

async function readPresence(path: string): Promise<Presence | undefined> {
  const text = await readFile(path, 'utf8').catch(() => '');
  const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(), presenceShape), text);
  return parsed.success ? parsed.output : undefined;
}

/** Of another machine's process nothing is known. */
function hasProcess({ pid, host }: Presence): boolean {
  return host !== hostname() || isRunning(pid);
}
