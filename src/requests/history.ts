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
  hasAnswer: v.boolean(),
  /** That the entry takes on the disk. */
  bytes: v.number(),
});

/** One call: what is known of it without its request and its answer. */
export type HistoryEntry = Readonly<v.InferOutput<typeof entrySchema> & { pinned: boolean }>;

export type NewEntry = Omit<HistoryEntry, 'id' | 'bytes' | 'hasAnswer' | 'pinned'>;

export interface HistoryLimits {
  /** For each endpoint; 0 keeps no history. Pinned entries do not count. */
  readonly entries: number;
  /** Of all entries together; pinned entries count, and stay. */
  readonly bytes: number;
}

/** The file that makes an entry is removed first. A pinned entry has a file more, so that names are enough to count. */
const parts = ['entry.json', 'request.json', 'answer.txt', 'pinned'] as const;

type Part = (typeof parts)[number];

/** Where an entry is on the disk. */
interface Place {
  /** A path. */
  readonly folder: string;
  readonly id: string;
}

/** After so many calls everything is looked at, for what other windows added, or left unfinished. */
const callsBetweenSweeps = 20;

/**
 * Calls of the past, three files each, in a folder for each endpoint. Windows share them: each entry is written once, the
 * file that makes it an entry last, and of what there is only the size is held in memory. What is given to it has to be
 * free of secrets.
 */
export class History {
  readonly #folder: string;
  readonly #limits: () => HistoryLimits;
  #calls = 0;
  /** Bytes of all entries, as far as this window knows. */
  #used = 0;
  readonly #listeners = new Set<() => void>();

  constructor(folder: string, limits: () => HistoryLimits) {
    this.#folder = folder;
    this.#limits = limits;
  }

  /** Called after each change that this window makes. Returns what ends it. */
  onDidChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
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
    const whole = {
      ...entry,
      id,
      hasAnswer: kept !== undefined,
      bytes: requestBytes + (kept === undefined ? 0 : answerBytes) + 1_000,
    };
    const place = this.#placeOf(whole);
    await mkdir(place.folder, { recursive: true, mode: 0o700 });
    await write(place, 'request.json', request);
    if (kept !== undefined) await write(place, 'answer.txt', kept);
    await write(place, 'entry.json', JSON.stringify(whole));
    await this.#makeRoom(place, whole.bytes, limits);
    this.#tell();
    return { ...whole, pinned: false };
  }

  /** The newest first; of one endpoint or of all. */
  async list(endpointId?: string): Promise<HistoryEntry[]> {
    const folders = endpointId === undefined ? await this.#folders() : [this.#folderOf(endpointId)];
    const found = await Promise.all(folders.map(entriesIn));
    return found.flat().sort((a, b) => (a.id < b.id ? 1 : -1));
  }

  /** Text of the request document. */
  async request(entry: HistoryEntry): Promise<string> {
    return readFile(pathOf(this.#placeOf(entry), 'request.json'), 'utf8');
  }

  /** Text of the answer; undefined where it was not kept. */
  async answer(entry: HistoryEntry): Promise<string | undefined> {
    return entry.hasAnswer ? readFile(pathOf(this.#placeOf(entry), 'answer.txt'), 'utf8') : undefined;
  }

  async pin(entry: HistoryEntry, pinned: boolean): Promise<void> {
    const place = this.#placeOf(entry);
    if (!pinned) await rm(pathOf(place, 'pinned'), { force: true });
    else if (await readEntry(place)) await write(place, 'pinned', '');
  }

  async remove(entry: HistoryEntry): Promise<void> {
    await this.#remove(this.#placeOf(entry));
    this.#tell();
  }

  /** Removes all entries, of one endpoint or of all; pinned ones stay. */
  async clear(endpointId?: string): Promise<void> {
    for (const entry of await this.list(endpointId)) if (!entry.pinned) await this.remove(entry);
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }

  /** Counts a new entry in; now and then all of them are counted again. */
  async #makeRoom(added: Place, addedBytes: number, limits: HistoryLimits): Promise<void> {
    const isSweep = this.#calls++ % callsBetweenSweeps === 0;
    const folders = isSweep ? await this.#folders() : [added.folder];
    if (isSweep) {
      for (const folder of folders) await removeOrphans(folder);
      this.#used = (await this.list()).reduce((sum, { bytes }) => sum + bytes, 0);
    } else this.#used += addedBytes;
    for (const folder of folders)
      for (const place of (await unpinnedIn(folder)).slice(limits.entries)) await this.#remove(place);
    if (this.#used > limits.bytes) await this.#removeOldest(added, limits.bytes);
  }

  /** Until all entries take no more than these bytes; pinned ones and this one stay. */
  async #removeOldest(except: Place, bytes: number): Promise<void> {
    const places = await Promise.all((await this.#folders()).map(unpinnedIn));
    const oldestFirst = places.flat().sort((a, b) => (a.id < b.id ? -1 : 1));
    for (const place of oldestFirst.filter(({ id }) => id !== except.id)) {
      if (this.#used <= bytes) return;
      await this.#remove(place);
    }
  }

  async #remove(place: Place): Promise<void> {
    const entry = await readEntry(place);
    for (const part of parts) await rm(pathOf(place, part), { force: true });
    this.#used -= entry?.bytes ?? 0;
  }

  async #folders(): Promise<string[]> {
    return (await namesIn(this.#folder)).map((name) => join(this.#folder, name));
  }

  #folderOf(endpointId: string): string {
    return join(this.#folder, folderName(endpointId));
  }

  #placeOf({ endpointId, id }: Pick<HistoryEntry, 'endpointId' | 'id'>): Place {
    return { folder: this.#folderOf(endpointId), id };
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

/** The newest first, by the names of the files. */
async function unpinnedIn(folder: string): Promise<Place[]> {
  const names = new Set(await namesIn(folder));
  const ids = idsIn(names).filter((id) => !names.has(`${id}.pinned`));
  return ids.sort((a, b) => (a < b ? 1 : -1)).map((id) => ({ folder, id }));
}

async function entriesIn(folder: string): Promise<HistoryEntry[]> {
  const names = new Set(await namesIn(folder));
  const entries = await Promise.all(idsIn(names).map((id) => readEntry({ folder, id })));
  return entries.flatMap((entry) => (entry ? { ...entry, pinned: names.has(`${entry.id}.pinned`) } : []));
}

/** Parts of an entry that was never finished, because a window died while it wrote them. */
async function removeOrphans(folder: string): Promise<void> {
  const names = await namesIn(folder);
  const whole = new Set(idsIn(names));
  for (const name of names.filter((each) => !whole.has(each.split('.')[0] ?? ''))) {
    const path = join(folder, name);
    const age = await stat(path).then(
      ({ mtimeMs }) => Date.now() - mtimeMs,
      () => 0,
    );
    if (age > 60_000) await rm(path, { force: true });
  }
}

function idsIn(names: Iterable<string>): string[] {
  const end = '.entry.json';
  return [...names].filter((name) => name.endsWith(end)).map((name) => name.slice(0, -end.length));
}

function write(place: Place, part: Part, text: string): Promise<void> {
  return writeWhole(pathOf(place, part), text, 0o600);
}

function pathOf({ folder, id }: Place, part: Part): string {
  return join(folder, `${id}.${part}`);
}

/** Undefined for a file that is gone meanwhile, or that is no entry. */
async function readEntry(place: Place): Promise<v.InferOutput<typeof entrySchema> | undefined> {
  try {
    const parsed = v.safeParse(
      entrySchema,
      tryParseJson(await readFile(pathOf(place, 'entry.json'), 'utf8')),
    );
    return parsed.success ? parsed.output : undefined;
  } catch {
    return undefined;
  }
}
