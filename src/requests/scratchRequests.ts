import * as vscode from 'vscode';
import { leadsTo, referenceTo, type Catalog, type Endpoint } from '../catalog/index.ts';
import { documentText } from '../shared/documentText.ts';
import { sampleInputs } from '../shared/requestForm.ts';
import { editText } from '../shared/editText.ts';
import { newDocumentText } from '../shared/jsonDocument.ts';
import { parseRequest } from './requestDocument.ts';
import { schemaAddress, targetEdits } from '../shared/schemaAddress.ts';

/** Requests opened from the tree: a file for each endpoint, under global storage, which nobody is asked to save. */
export class ScratchRequests {
  readonly #folder: vscode.Uri;
  readonly #catalog: Catalog;

  constructor(globalStorage: vscode.Uri, catalog: Catalog) {
    this.#folder = vscode.Uri.joinPath(globalStorage, 'requests');
    this.#catalog = catalog;
  }

  owns(uri: vscode.Uri): boolean {
    return uri.scheme === this.#folder.scheme && uri.path.startsWith(`${this.#folder.path}/`);
  }

  /** The endpoint's request as it was left, or a fresh one from the service's sample rows. */
  async uriFor(endpoint: Endpoint): Promise<vscode.Uri> {
    const { workspace, service, endpointId } = endpoint;
    const folder = vscode.Uri.joinPath(this.#folder, fileName(workspace.name), fileName(endpointId));
    const uri = vscode.Uri.joinPath(folder, `${fileName(service.name)}.rrs.json`);
    const earlier = await documentText(uri);
    const text =
      earlier === undefined ? await this.#fresh(endpoint) : await this.#readdressed(earlier, endpoint);
    if (text === earlier) return uri;
    await vscode.workspace.fs.createDirectory(folder);
    await vscode.workspace.fs.writeFile(uri, new TextEncoder().encode(text));
    return uri;
  }

  async #fresh(endpoint: Endpoint): Promise<string> {
    const schema = await this.#catalog.schemaIfAny(endpoint);
    const workspace = endpoint.workspace.name;
    const service = await referenceTo(this.#catalog, endpoint);
    const address = schemaAddress(workspace, service);
    return newDocumentText({
      ...(address === undefined ? {} : { $schema: address }),
      workspace,
      service,
      apiVersion: '2.0',
      details: true,
      headers: { 'Content-Type': 'application/json' },
      inputs: schema ? sampleInputs(schema) : {},
      globalParameters: {},
    });
  }

  /** A scratch request stays with its endpoint, whatever was renamed or chosen in it meanwhile. */
  async #readdressed(text: string, endpoint: Endpoint): Promise<string> {
    const parsed = parseRequest(text);
    if (parsed.kind === 'broken') return text;
    const { workspace, service } = parsed.data;
    if (workspace === endpoint.workspace.name && (await leadsTo(this.#catalog, service, endpoint)))
      return text;
    return editText(
      text,
      targetEdits(text, endpoint.workspace.name, await referenceTo(this.#catalog, endpoint)),
    );
  }
}

/** A name that any file system takes. */
function fileName(name: string): string {
  const safe = name.replaceAll(/[\u0000-\u001f\\/:*?"<>|%]/g, (character) =>
    encodeURIComponent(character).replaceAll('*', '%2A'),
  );
  return safe.replace(/[. ]$/, (character) => `%${character.charCodeAt(0).toString(16)}`) || '_';
}
