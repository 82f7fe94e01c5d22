import * as vscode from 'vscode';
import { Failure } from '../../protocol/failure.ts';
import { schemes } from '../../shared/contributions.ts';
import type { WritableFiles } from '../../shared/lazyFileSystem.ts';
import type { PolicySite } from './policySite.ts';
import type { PolicyPlaces } from './policyUri.ts';
import { readStored, type StoredPolicy } from './policyService.ts';
import { PolicyVersions } from './policyVersions.ts';
import type { ReadVersions } from './readVersions.ts';
import { SignInOffer } from './signInOffer.ts';
import { skeletonOf } from './skeleton.ts';

export interface PolicyFilesInit {
  readonly versions: ReadVersions;
  readonly places: PolicyPlaces;
  /** Writes what an editor holds; throws what VS Code is to say where it was not written. */
  readonly save: (uri: vscode.Uri, text: string, reason: vscode.TextDocumentSaveReason) => Promise<void>;
  /** Tells of what went wrong with a sign-in. */
  readonly report: (error: unknown) => void;
}

/** What is compared with a policy: what somebody else has written, or the two sides of a change that is asked about. */
export type ComparedSide = 'theirs' | 'as it is' | 'as it will be';

interface Snapshot {
  readonly text: string;
  readonly mtime: number;
}

/** Policies as files that can be edited. Nothing of them is kept on disk. */
export class PolicyFiles implements WritableFiles, vscode.Disposable {
  readonly #init: PolicyFilesInit;
  readonly #fetched = new Map<string, StoredPolicy>();
  readonly #versions: PolicyVersions;
  readonly #signInOffer: SignInOffer;
  readonly #snapshots = new Map<string, Snapshot>();
  #lastSnapshot = 0;
  readonly #reasons = new Map<string, vscode.TextDocumentSaveReason>();
  readonly #changed = new vscode.EventEmitter<vscode.FileChangeEvent[]>();
  readonly onDidChangeFile = this.#changed.event;
  readonly #listening = vscode.Disposable.from(
    vscode.workspace.onWillSaveTextDocument(({ document: { uri }, reason }) => {
      if (uri.scheme === schemes.policy) this.#reasons.set(uri.toString(), reason);
    }),
    vscode.workspace.onDidChangeTextDocument(({ document }) => {
      const { uri, isDirty } = document;
      if (uri.scheme === schemes.policy && !isDirty) this.#versions.becameClean(uri, document.getText());
    }),
  );

  constructor(init: PolicyFilesInit) {
    this.#init = init;
    this.#signInOffer = new SignInOffer(init.report);
    this.#versions = new PolicyVersions({
      versions: init.versions,
      documentAt,
      read: (uri) => this.#read(uri),
      tell: (uri) => this.#tell(uri),
    });
  }

  dispose(): void {
    this.#listening.dispose();
    this.#changed.dispose();
  }

  async stat(uri: vscode.Uri): Promise<vscode.FileStat> {
    const type = vscode.FileType.File;
    const snapshot = await this.#snapshotAt(uri);
    if (snapshot !== undefined) {
      const permissions = vscode.FilePermission.Readonly;
      const { text, mtime } = snapshot;
      return { type, ctime: 0, mtime, size: Buffer.byteLength(text), permissions };
    }
    const { mtime, size } = await this.#versions.versionOf(uri);
    return { type, ctime: 0, mtime, size };
  }

  async readFile(uri: vscode.Uri): Promise<Uint8Array> {
    const { text } = (await this.#snapshotAt(uri)) ?? (await this.#versions.read(uri));
    return new TextEncoder().encode(text);
  }

  async writeFile(uri: vscode.Uri, content: Uint8Array): Promise<void> {
    const key = uri.toString();
    const reason = this.#reasons.get(key) ?? vscode.TextDocumentSaveReason.Manual;
    this.#reasons.delete(key);
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(content);
    await this.#init.save(uri, text, reason);
  }

  /** Opens the document of a policy that was just read; one that is open shows it too, unless it has changes. */
  async open(uri: vscode.Uri, stored: StoredPolicy): Promise<vscode.TextDocument> {
    const key = uri.toString();
    const open = documentAt(uri);
    if (open !== undefined) {
      if (this.#init.versions.find(uri)?.etag !== stored.etag) this.changedElsewhere(uri, stored);
      return open;
    }
    this.#fetched.set(key, stored);
    try {
      return await vscode.workspace.openTextDocument(uri);
    } finally {
      this.#fetched.delete(key);
    }
  }

  /** A text to compare a policy with, until it is forgotten. */
  snapshot(policy: vscode.Uri, side: ComparedSide, text: string): vscode.Uri {
    const uri = policy.with({ query: side });
    this.#keep(uri, text);
    this.#tell(uri);
    return uri;
  }

  forgetSnapshot(uri: vscode.Uri): void {
    this.#snapshots.delete(uri.toString());
  }

  /** Notes what a document is the text of by now. */
  written(uri: vscode.Uri, stored: StoredPolicy): void {
    this.#versions.written(uri, stored);
  }

  /** Lets an editor without changes show what was written beside it; one with changes is still of what it was. */
  changedElsewhere(uri: vscode.Uri, stored: StoredPolicy): void {
    this.#versions.changedElsewhere(uri, stored);
  }

  /** A side of a comparison; undefined for the policy itself. */
  async #snapshotAt(uri: vscode.Uri): Promise<Snapshot | undefined> {
    const kept = this.#snapshots.get(uri.toString());
    if (kept !== undefined || uri.query === '') return kept;
    // A comparison that comes back with its window shows what is in Azure by then; others end with their question.
    if (uri.query !== ('theirs' satisfies ComparedSide)) throw vscode.FileSystemError.FileNotFound(uri);
    const site = this.#init.places.siteAt(uri);
    const { text = '' } = await this.#readQuietly(uri, site);
    return this.#keep(uri, text);
  }

  #keep(uri: vscode.Uri, text: string): Snapshot {
    // VS Code takes what has neither another time nor another size for the same.
    this.#lastSnapshot = Math.max(Date.now(), this.#lastSnapshot + 1);
    const snapshot = { text, mtime: this.#lastSnapshot };
    this.#snapshots.set(uri.toString(), snapshot);
    return snapshot;
  }

  async #read(uri: vscode.Uri): Promise<StoredPolicy & { readonly text: string }> {
    const site = this.#init.places.siteAt(uri);
    const stored = this.#fetched.get(uri.toString()) ?? (await this.#readQuietly(uri, site));
    return { ...stored, text: stored.text ?? skeletonOf(site.scope) };
  }

  /** An editor that comes back with its window reads as well, and no sign-in is asked for by itself. */
  async #readQuietly(uri: vscode.Uri, site: PolicySite): Promise<StoredPolicy> {
    const { places } = this.#init;
    try {
      return await readStored(places.clientOf(site, 'silent'), site);
    } catch (error) {
      if (!(error instanceof Failure) || error.code !== 'SignInNeeded') throw error;
      const { sentence } = error;
      this.#signInOffer.make(uri, sentence, () => readStored(places.clientOf(site, 'ask'), site));
      throw vscode.FileSystemError.Unavailable(sentence);
    }
  }

  #tell(uri: vscode.Uri): void {
    this.#changed.fire([{ type: vscode.FileChangeType.Changed, uri }]);
  }
}

function documentAt(uri: vscode.Uri): vscode.TextDocument | undefined {
  return vscode.workspace.textDocuments.find((document) => document.uri.toString() === uri.toString());
}
