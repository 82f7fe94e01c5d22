import * as vscode from 'vscode';
import { endpointsOf, type Catalog, type Endpoint } from '../catalog/index.ts';
import { asObject, type JsonObject, tryParseJson } from '../protocol/json.ts';
import type { ReadonlyFiles } from '../shared/lazyFileSystem.ts';
import { jobSchema } from './jobSchema.ts';
import { operationSchema, type SchemaWords } from './operationSchema.ts';
import { readSchemaPath, schemaKind } from '../shared/schemaAddress.ts';

const formats = {
  request: { file: 'rrs.schema.json', make: operationSchema },
  job: { file: 'bes.schema.json', make: jobSchema },
} as const;

/** The schemas of request and batch job documents, one for each service, made when the text editor asks for it. */
export class SchemaDocuments implements ReadonlyFiles, vscode.Disposable {
  readonly #catalog: Catalog;
  readonly #folder: vscode.Uri;
  readonly #changed = new vscode.EventEmitter<vscode.FileChangeEvent[]>();
  readonly onDidChangeFile = this.#changed.event;
  readonly #listening: vscode.Disposable;
  /** What each document said when it was last read, by its address. */
  readonly #read = new Map<
    string,
    { readonly uri: vscode.Uri; readonly text: string; readonly mtime: number }
  >();

  constructor(extensionUri: vscode.Uri, catalog: Catalog) {
    this.#catalog = catalog;
    this.#folder = vscode.Uri.joinPath(extensionUri, 'media', 'schemas');
    this.#listening = catalog.onDidChange(() => void this.#lookAgain());
  }

  async stat(uri: vscode.Uri): Promise<vscode.FileStat> {
    const { text, mtime } = await this.#document(uri);
    return {
      type: vscode.FileType.File,
      ctime: 0,
      mtime,
      size: Buffer.byteLength(text),
      permissions: vscode.FilePermission.Readonly,
    };
  }

  async readFile(uri: vscode.Uri): Promise<Uint8Array> {
    return new TextEncoder().encode((await this.#document(uri)).text);
  }

  dispose(): void {
    this.#listening.dispose();
    this.#changed.dispose();
  }

  async #document(uri: vscode.Uri): Promise<{ text: string; mtime: number }> {
    const text = await this.#textOf(uri);
    const earlier = this.#read.get(uri.toString());
    if (earlier?.text === text) return earlier;
    const now = { uri, text, mtime: Math.max(Date.now(), (earlier?.mtime ?? 0) + 1) };
    this.#read.set(uri.toString(), now);
    return now;
  }

  async #textOf(uri: vscode.Uri): Promise<string> {
    const { file, make } = formats[schemaKind(uri.authority)];
    const base = await this.#format(file);
    const schema = await this.#catalog.schemaIfAny(await this.#endpointOf(uri));
    return JSON.stringify(schema === undefined ? base : make(base, schema, words()), undefined, 2);
  }

  async #endpointOf(uri: vscode.Uri): Promise<Endpoint> {
    const workspaces = this.#catalog.workspaces();
    const address = readSchemaPath(
      uri.path,
      workspaces.map(({ name }) => name),
    );
    if (address === undefined) throw vscode.FileSystemError.FileNotFound(uri);
    const known = this.#knownLocal(address);
    if (known !== undefined) return known;
    try {
      return await this.#catalog.find(address.workspace, address.service);
    } catch {
      throw vscode.FileSystemError.FileNotFound(uri);
    }
  }

  /** The catalog would start the local service, which may have been stopped, and stays so. */
  #knownLocal({ workspace, service }: { workspace: string; service: string }): Endpoint | undefined {
    const local = this.#catalog.workspaces().find((each) => each.local && each.name === workspace);
    return (local ? endpointsOf(local) : []).find((endpoint) =>
      [endpoint.label, endpoint.endpointId].includes(service),
    );
  }

  async #format(file: string): Promise<JsonObject> {
    const bytes = await vscode.workspace.fs.readFile(vscode.Uri.joinPath(this.#folder, file));
    return asObject(tryParseJson(new TextDecoder().decode(bytes)));
  }

  /** Tells of those that say something else now, so that open documents are validated anew. */
  async #lookAgain(): Promise<void> {
    for (const { uri, text } of [...this.#read.values()]) {
      const now = await this.#textOf(uri).catch(() => undefined);
      if (now !== text) this.#changed.fire([{ type: vscode.FileChangeType.Changed, uri }]);
    }
  }
}

function words(): SchemaWords {
  return {
    column: vscode.l10n.t('Column {0}: {1}'),
    parameter: vscode.l10n.t('Global parameter {0}: {1}'),
    range: vscode.l10n.t('From {0} to {1}'),
    nullable: vscode.l10n.t('May be null'),
    allowed: vscode.l10n.t('One of: {0}'),
    sample: vscode.l10n.t('Sample: {0}'),
    defaultValue: vscode.l10n.t('Default: {0}'),
    required: vscode.l10n.t('Required: it has no default'),
    missingColumn: vscode.l10n.t('The service wants the column "{0}".'),
    unknownColumn: vscode.l10n.t('The service has no column of this name.'),
    notOfType: vscode.l10n.t('This is no {0}.'),
  };
}
