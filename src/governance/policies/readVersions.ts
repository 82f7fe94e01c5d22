import type * as vscode from 'vscode';
import * as v from 'valibot';

/** Which version of a policy the editor shows. */
const versionSchema = v.object({ etag: v.optional(v.string()), mtime: v.number(), size: v.number() });
export type ReadVersion = Readonly<v.InferOutput<typeof versionSchema>>;

const stateKey = 'policies.versions';
const stateSchema = v.fallback(v.record(v.string(), versionSchema), {});
const kept = 50;

/**
 * The versions that open policies are of, by document: an editor that VS Code brings back with unsaved changes, after a
 * reload, is still of the version that it was read from. Nothing of a policy is kept but its ETag and its length.
 */
export class ReadVersions {
  readonly #state: vscode.Memento;
  #versions: Readonly<Record<string, ReadVersion>>;

  constructor(state: vscode.Memento) {
    this.#state = state;
    this.#versions = v.parse(stateSchema, state.get(stateKey) ?? {});
  }

  find(uri: vscode.Uri): ReadVersion | undefined {
    return this.#versions[uri.toString()];
  }

  /**
   * Notes the version that is read or written now. Time and size only change with its ETag: the service gives back what
   * it was sent in another writing, and to VS Code another time is a conflict.
   */
  note(uri: vscode.Uri, etag: string | undefined, size: number): ReadVersion {
    const before = this.find(uri);
    if (before !== undefined && before.etag === etag) return before;
    const mtime = Math.max(Date.now(), (before?.mtime ?? 0) + 1);
    return this.#set(uri, { ...(etag !== undefined && { etag }), mtime, size });
  }

  /**
   * Lets what the editor shows count for a change of another version, whose text it was compared with. The time stays: to
   * VS Code a newer one is a conflict.
   */
  rebase(uri: vscode.Uri, etag: string | undefined): void {
    const { mtime = Date.now(), size = 0 } = this.find(uri) ?? {};
    this.#set(uri, { ...(etag !== undefined && { etag }), mtime, size });
  }

  #set(uri: vscode.Uri, version: ReadVersion): ReadVersion {
    const key = uri.toString();
    const others = Object.entries(this.#versions).filter(([other]) => other !== key);
    this.#versions = { ...Object.fromEntries(others.slice(1 - kept)), [key]: version };
    void this.#state.update(stateKey, this.#versions);
    return version;
  }
}
