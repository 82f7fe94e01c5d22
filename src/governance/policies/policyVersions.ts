import type { TextDocument, Uri } from 'vscode';
import type { StoredPolicy } from './policyService.ts';
import type { ReadVersion, ReadVersions } from './readVersions.ts';

/** A text as it is in Azure; that of a new policy where there is none. */
interface ReadText {
  readonly text: string;
  readonly etag?: string;
}

interface VersionedText {
  readonly text: string;
  /** Of the document, which may be of an older text. */
  readonly version: ReadVersion;
}

export interface PolicyVersionsInit {
  readonly versions: ReadVersions;
  readonly read: (uri: Uri) => Promise<ReadText>;
  /** Undefined for what is not open. */
  readonly documentAt: (uri: Uri) => Pick<TextDocument, 'isDirty'> | undefined;
  /** Lets VS Code read a file again, unless its document has changes. */
  readonly tell: (uri: Uri) => void;
}

/**
 * Which version a document counts for: with changes it is of the one that they were made to, whatever is read meanwhile,
 * so that saving it never overwrites what its user has not seen.
 */
export class PolicyVersions {
  readonly #init: PolicyVersionsInit;
  readonly #reads = new Map<string, Promise<VersionedText>>();
  /** What was read while a document had changes of another version. */
  readonly #newer = new Map<string, ReadText>();

  constructor(init: PolicyVersionsInit) {
    this.#init = init;
  }

  /** What an open document is of is said as it is known: one that is newer is a question when it is saved. */
  async versionOf(uri: Uri): Promise<ReadVersion> {
    const known = this.#init.documentAt(uri) && this.#init.versions.find(uri);
    return known ?? (await this.read(uri)).version;
  }

  /** VS Code asks for time and text at once, and takes them for one version. */
  read(uri: Uri): Promise<VersionedText> {
    const key = uri.toString();
    const reading = this.#reads.get(key) ?? this.#read(uri).finally(() => this.#reads.delete(key));
    this.#reads.set(key, reading);
    return reading;
  }

  /** Notes what a document is the text of by now. */
  written(uri: Uri, { etag, text = '' }: StoredPolicy): void {
    this.#newer.delete(uri.toString());
    this.#init.versions.note(uri, etag, Buffer.byteLength(text));
  }

  /** Lets an editor without changes show what was written beside it. */
  changedElsewhere(uri: Uri, stored: StoredPolicy): void {
    if (this.#init.documentAt(uri)?.isDirty) return;
    this.written(uri, stored);
    this.#init.tell(uri);
  }

  /** A document that has given up its changes may be of what was read meanwhile. */
  becameClean(uri: Uri, text: string): void {
    const newer = this.#newer.get(uri.toString());
    if (newer !== undefined && withoutReturns(newer.text) === withoutReturns(text))
      this.changedElsewhere(uri, newer);
  }

  async #read(uri: Uri): Promise<VersionedText> {
    const { versions, documentAt, tell } = this.#init;
    const { text, etag } = await this.#init.read(uri);
    const document = documentAt(uri);
    const before = versions.find(uri);
    if (document?.isDirty && before !== undefined) {
      if (before.etag !== etag)
        this.#newer.set(uri.toString(), { text, ...(etag !== undefined && { etag }) });
      return { text, version: before };
    }
    const version = versions.note(uri, etag, Buffer.byteLength(text));
    // It has been told the time of what it showed before.
    if (document !== undefined && version !== before) tell(uri);
    return { text, version };
  }
}

function withoutReturns(text: string): string {
  return text.replaceAll('\r\n', '\n');
}
