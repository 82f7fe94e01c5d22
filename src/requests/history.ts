import { randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import { writeWhole } from '../local-service/writeWhole.ts';
import { tryParseJson } from '../protocol/json.ts';

const entrySchema = v.object({
  id: v.pipe(v.string(), v.regex(/^[\w-]+$/)),
  /** ISO 8601: when the answer came, or the call failed. */
  time: v.string(),
  workspace: v.string(),
  /** As the request named it. */
  service: v.string(),
  endpointId: v.string(),
  requestUrl: v.optional(v.string()),
  status: v.optional(v.number()),
  statusText: v.optional(v.string()),
  /** Milliseconds. */
  latencyMs: v.optional(v.number()),
  firstByteMs: v.optional(v.number()),
  /** Of the answer's body, in bytes. */
  size: v.optional(v.number()),
  headers: v.optional(v.array(v.tuple([v.string(), v.string()]))),
  /** Of the failure, where the call failed. */
  code: v.optional(v.string()),
  origin: v.optional(v.picklist(['service', 'gateway', 'storage', 'network', 'client'])),
  sentence: v.optional(v.string()),
  /** The beginning of what was sent and of what came, to tell entries apart and to search in. */
  preview: v.string(),
  pinned: v.boolean(),
  hasAnswer: v.boolean(),
  /** That the entry takes on the disk. */
  bytes: v.number(),
});

/** One call: what is known of it without its request and its answer. */
export type HistoryEntry = Readonly<v.InferOutput<typeof entrySchema>>;

export type NewEntry = Omit<HistoryEntry, 'id' | 'bytes' | 'hasAnswer' | 'pinned'>;

export interface HistoryLimits {
  /** For each endpoint; 0 keeps no history. Pinned entries do not count. */
  readonly entries: number;
  /** Of all entries together; pinned entries count, and stay. */
  readonly bytes: number;
}

type Part = 'entry.json' | 'request.json' | 'answer.txt';

/**
 * Calls of the past, three files each, in a folder for each endpoint. Windows share them: each entry is written once, the
 * file that makes it an entry last, and nothing is held in memory. What is given to it has to be free of secrets.
 */
export class History {
  readonly #folder: string;
  readonly #limits: () => HistoryLimits;

  constructor(folder: string, limits: () => HistoryLimits) {
    this.#folder = folder;
    this.#limits = limits;
  }

  /** Keeps a call; without `answer` where that is too large to be kept. Undefined when no history is wanted. */
  async add(entry: NewEntry, request: string, answer: string | undefined): Promise<HistoryEntry | undefined> {
    const limits = this.#limits();
    if (limits.entries === 0 || limits.bytes === 0) return undefined;
    const requestBytes = Buffer.byteLength(request);
    const answerBytes = answer === undefined ? 0 : Buffer.byteLength(answer);
    const kept = answer !== undefined && requestBytes + answerBytes <= limits.bytes / 4 ? answer : undefined;
    if (requestBytes > limits.bytes) return undefined;
    const id = `${entry.time.replaceAll(/[^\dT]/g, '')}-${randomBytes(4).toString('hex')}`;
    const whole: HistoryEntry = {
      ...entry,
      id,
      pinned: false,
      hasAnswer: kept !== undefined,
      bytes: requestBytes + (kept === undefined ? 0 : answerBytes) + 1_000,
    };
    await mkdir(this.#folderOf(entry.endpointId), { recursive: true, mode: 0o700 });
    await this.#write(whole, 'request.json', request);
    if (kept !== undefined) await this.#write(whole, 'answer.txt', kept);
    await this.#write(whole, 'entry.json', JSON.stringify(whole));
    await this.#prune(limits);
    return whole;
  }

  /** The newest first; of one endpoint or of all. */
  async list(endpointId?: string): Promise<HistoryEntry[]> {
    const folders = endpointId === undefined ? await namesIn(this.#folder) : [folderName(endpointId)];
    const found = await Promise.all(folders.map((folder) => this.#entriesIn(join(this.#folder, folder))));
    return found.flat().sort((a, b) => (a.id < b.id ? 1 : -1));
  }

  /** Text of the request document. */
  async request(entry: HistoryEntry): Promise<string> {
    return readFile(this.#path(entry, 'request.json'), 'utf8');
  }

  /** Text of the answer; undefined where it was not kept. */
  async answer(entry: HistoryEntry): Promise<string | undefined> {
    return entry.hasAnswer ? readFile(this.#path(entry, 'answer.txt'), 'utf8') : undefined;
  }

  async pin(entry: HistoryEntry, pinned: boolean): Promise<void> {
    const current = await readEntry(this.#path(entry, 'entry.json'));
    if (current) await this.#write(current, 'entry.json', JSON.stringify({ ...current, pinned }));
  }

  async remove(entry: HistoryEntry): Promise<void> {
    for (const part of ['entry.json', 'request.json', 'answer.txt'] as const)
      await rm(this.#path(entry, part), { force: true });
  }

  /** Removes all entries, of one endpoint or of all; pinned ones stay. */
  async clear(endpointId?: string): Promise<void> {
    for (const entry of await this.list(endpointId)) if (!entry.pinned) await this.remove(entry);
  }

  async #prune({ entries, bytes }: HistoryLimits): Promise<void> {
    const all = await this.list();
    const counts = new Map<string, number>();
    let used = all.reduce((sum, entry) => sum + (entry.pinned ? entry.bytes : 0), 0);
    for (const entry of all.filter(({ pinned }) => !pinned)) {
      const count = (counts.get(entry.endpointId) ?? 0) + 1;
      counts.set(entry.endpointId, count);
      used += entry.bytes;
      const isNewest = entry === all.find(({ pinned }) => !pinned);
      if (count > entries || (used > bytes && !isNewest)) await this.remove(entry);
    }
    await this.#removeOrphans();
  }

  /** Parts of an entry that was never finished, because a window died while it wrote them. */
  async #removeOrphans(): Promise<void> {
    for (const folder of await namesIn(this.#folder)) {
      const names = await namesIn(join(this.#folder, folder));
      const whole = new Set(
        names.filter((name) => name.endsWith('.entry.json')).map((name) => name.split('.')[0]),
      );
      for (const name of names.filter((each) => !whole.has(each.split('.')[0]))) {
        const path = join(this.#folder, folder, name);
        const age = await stat(path).then(
          ({ mtimeMs }) => Date.now() - mtimeMs,
          () => 0,
        );
        if (age > 60_000) await rm(path, { force: true });
      }
    }
  }

  async #entriesIn(folder: string): Promise<HistoryEntry[]> {
    const names = (await namesIn(folder)).filter((name) => name.endsWith('.entry.json'));
    const entries = await Promise.all(names.map((name) => readEntry(join(folder, name))));
    return entries.flatMap((entry) => entry ?? []);
  }

  #write(entry: HistoryEntry, part: Part, text: string): Promise<void> {
    return writeWhole(this.#path(entry, part), text, 0o600);
  }

  #folderOf(endpointId: string): string {
    return join(this.#folder, folderName(endpointId));
  }

  #path(entry: HistoryEntry, part: Part): string {
    return join(this.#folderOf(entry.endpointId), `${entry.id}.${part}`);
  }
}

/** An id comes from the user's settings, so it may be any text. */
function folderName(endpointId: string): string {
  return encodeURIComponent(endpointId).replaceAll(/[.*]/g, '_').slice(0, 100) || '_';
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch {
    return [];
  }
}

/** Undefined for a file that is gone meanwhile, or that is no entry. */
async function readEntry(path: string): Promise<HistoryEntry | undefined> {
  try {
    const parsed = v.safeParse(entrySchema, tryParseJson(await readFile(path, 'utf8')));
    return parsed.success ? parsed.output : undefined;
  } catch {
    return undefined;
  }
}
