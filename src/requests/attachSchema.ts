import { homedir } from 'node:os';
import * as vscode from 'vscode';
import * as v from 'valibot';
import type { AttachedSchema, Catalog, Endpoint } from '../catalog/index.ts';
import { Failure } from '../protocol/failure.ts';
import { tryParseJson } from '../protocol/json.ts';
import { drawSchema } from '../protocol/studio/drawnSchema.ts';
import type { ServiceSchema } from '../protocol/studio/serviceSchema.ts';
import { parseServiceSchema } from '../protocol/studio/swagger.ts';
import { parseArguments } from '../shared/arguments.ts';
import { isProgramCall } from '../shared/invocation.ts';
import { localPath } from '../shared/localPath.ts';
import type { HttpClient } from '../transport/httpClient.ts';

const fetchTimeoutMs = 15_000;
const largestDocument = 20 * 1024 * 1024;

/** A request that the service accepted, with its answer, as texts. */
export interface WorkedRequest {
  readonly endpoint: Endpoint;
  readonly body: string;
  readonly answer: string;
}

export interface SchemaTools {
  readonly catalog: Catalog;
  readonly http: () => Promise<HttpClient>;
  /** The last request to the endpoint that worked in this window. */
  readonly worked: (endpoint: Endpoint) => WorkedRequest | undefined;
}

const text = v.pipe(v.string('a text is expected'), v.nonEmpty('it is empty'));
const body = v.union([v.string(), v.record(v.string(), v.unknown())], 'an object or a text is expected');
const source = v.union(
  [
    v.strictObject({ file: text }),
    v.strictObject({ url: text }),
    v.strictObject({ clipboard: v.literal(true) }),
    v.strictObject({ workspace: text, service: text }),
    v.strictObject({ request: body, answer: v.optional(body) }),
  ],
  'one of {file}, {url}, {clipboard: true}, {workspace, service} and {request, answer?} is expected',
);
const attachCall = v.object({ workspace: text, service: text, from: source });
const detachCall = v.object({ workspace: text, service: text });

type Source = v.InferOutput<typeof source>;

/**
 * "Attach schema…". Called with `{workspace, service, from}` it asks nothing and returns the schema; `from` is `{file}` (a
 * path or `file:` URI), `{url}`, `{clipboard: true}`, `{workspace, service}` or `{request, answer?}`.
 */
export async function attachSchema(
  tools: SchemaTools,
  args: readonly unknown[],
): Promise<ServiceSchema | undefined> {
  if (isProgramCall(args)) {
    const { workspace, service, from } = parseArguments('attachSchema', attachCall, args[0]);
    const endpoint = await tools.catalog.find(workspace, service);
    return attach(tools, endpoint, from);
  }
  const endpoint = await tools.catalog.pickTarget(args[0], vscode.l10n.t('Attach a schema to'));
  if (endpoint === undefined) return undefined;
  const from = await pickSource(tools, endpoint);
  if (from === undefined) return undefined;
  const schema = await attach(tools, endpoint, from);
  void vscode.window.showInformationMessage(
    vscode.l10n.t(
      '{0} has its schema now: {1} inputs, {2} outputs, {3} global parameters.',
      endpoint.label,
      schema.inputs.length,
      schema.outputs.length,
      schema.globalParameters.length,
    ),
  );
  return schema;
}

/** "Detach schema". Called with `{workspace, service}` it returns whether there was one. */
export async function detachSchema({ catalog }: SchemaTools, args: readonly unknown[]): Promise<boolean> {
  if (isProgramCall(args)) {
    const { workspace, service } = parseArguments('detachSchema', detachCall, args[0]);
    return catalog.detachSchema(await catalog.find(workspace, service));
  }
  const endpoint = await catalog.pickTarget(args[0], vscode.l10n.t('Detach the schema of'));
  if (endpoint === undefined) return false;
  const attached = await catalog.attachedSchema(endpoint);
  const detached = await catalog.detachSchema(endpoint);
  void vscode.window.showInformationMessage(
    attached
      ? vscode.l10n.t('The schema of {0} from {1} is detached.', endpoint.label, attached.source)
      : vscode.l10n.t('No schema is attached to {0}.', endpoint.label),
  );
  return detached;
}

async function attach(tools: SchemaTools, endpoint: Endpoint, from: Source): Promise<ServiceSchema> {
  const attached = await read(tools, endpoint, from);
  await tools.catalog.attachSchema(endpoint, attached);
  return attached.schema;
}

async function read(tools: SchemaTools, endpoint: Endpoint, from: Source): Promise<AttachedSchema> {
  if ('file' in from) {
    const folder = vscode.workspace.workspaceFolders?.find(({ uri }) => uri.scheme === 'file');
    const file = from.file.replace(/^~(?=$|[\\/])/, homedir());
    const uri = vscode.Uri.file(localPath('file', file, folder?.uri.fsPath));
    return { source: uri.fsPath, schema: parseServiceSchema(await readFile(uri)) };
  }
  if ('url' in from) return readUrl(tools, from.url);
  if ('clipboard' in from) {
    const schema = parseServiceSchema(await vscode.env.clipboard.readText());
    return { source: vscode.l10n.t('the clipboard'), schema };
  }
  if ('request' in from) {
    return { source: vscode.l10n.t('a request that worked'), schema: draw(endpoint, from) };
  }
  const other = await tools.catalog.find(from.workspace, from.service);
  const schema = await tools.catalog.schema(other);
  if (schema) return { source: `${other.workspace.name}/${other.label}`, schema };
  throw new Failure({
    code: 'NoSchema',
    origin: 'client',
    sentence: vscode.l10n.t('{0} has no schema either: attach one to it, or choose another.', other.label),
  });
}

function draw(endpoint: Endpoint, from: Extract<Source, { request: unknown }>): ServiceSchema {
  const valueOf = (given: typeof from.answer): unknown =>
    typeof given === 'string' ? tryParseJson(given) : given;
  const schema = drawSchema(endpoint.service.name, valueOf(from.request), valueOf(from.answer));
  if (schema.inputs.length + schema.globalParameters.length > 0) return schema;
  throw new Failure({
    code: 'MalformedSchema',
    origin: 'client',
    sentence: vscode.l10n.t('The request has neither inputs nor global parameters to draw a schema from.'),
  });
}

async function readFile(uri: vscode.Uri): Promise<string> {
  try {
    return new TextDecoder().decode(await vscode.workspace.fs.readFile(uri));
  } catch (error) {
    throw new Failure({
      code: 'FileNotReadable',
      origin: 'client',
      sentence: vscode.l10n.t('{0} cannot be read. Choose another file.', uri.fsPath),
      cause: error,
    });
  }
}

/** What follows the path may be a signature, which is not kept. */
async function readUrl(tools: SchemaTools, url: string): Promise<AttachedSchema> {
  const schema = parseServiceSchema(await download(tools, url));
  const { origin, pathname } = new URL(url);
  return { source: origin + pathname, schema };
}

/** No key goes along: the URL may be anyone's. */
async function download({ http }: SchemaTools, url: string): Promise<string> {
  const problem = urlProblem(url);
  if (problem !== undefined)
    throw new Failure({ code: 'InvalidArguments', origin: 'client', sentence: problem });
  const client = await http();
  const answer = await client.send({ method: 'GET', url, timeoutMs: fetchTimeoutMs, retry: 'safe' });
  const document = await answer.text(largestDocument);
  if (answer.status === 200) return document;
  throw new Failure({
    code: 'NoSchema',
    origin: 'client',
    sentence: vscode.l10n.t('{0} answers with status {1} and no schema.', new URL(url).host, answer.status),
  });
}

function urlProblem(url: string): string | undefined {
  return URL.canParse(url) && /^https?:$/.test(new URL(url).protocol)
    ? undefined
    : vscode.l10n.t('An http or https URL is expected.');
}

async function pickSource(tools: SchemaTools, endpoint: Endpoint): Promise<Source | undefined> {
  const worked = tools.worked(endpoint);
  const items: (vscode.QuickPickItem & { readonly from: () => Promise<Source | undefined> })[] = [
    { label: vscode.l10n.t('From a file…'), from: askForFile },
    { label: vscode.l10n.t('From a URL…'), from: askForUrl },
    { label: vscode.l10n.t('From the clipboard'), from: () => Promise.resolve({ clipboard: true }) },
    { label: vscode.l10n.t('From another endpoint…'), from: () => askForEndpoint(tools.catalog) },
  ];
  if (worked) {
    items.push({
      label: vscode.l10n.t('From the last request that worked'),
      from: () => Promise.resolve({ request: worked.body, answer: worked.answer }),
    });
  }
  const picked = await vscode.window.showQuickPick(items, {
    title: vscode.l10n.t('Attach a schema to {0}', endpoint.label),
    placeHolder: vscode.l10n.t('Where the swagger.json of the service is'),
  });
  return picked?.from();
}

async function askForFile(): Promise<Source | undefined> {
  const [uri] =
    (await vscode.window.showOpenDialog({
      title: vscode.l10n.t('Attach schema'),
      filters: { JSON: ['json'], [vscode.l10n.t('All files')]: ['*'] },
    })) ?? [];
  return uri && { file: uri.scheme === 'file' ? uri.fsPath : uri.toString() };
}

async function askForUrl(): Promise<Source | undefined> {
  const url = await vscode.window.showInputBox({
    title: vscode.l10n.t('URL of the swagger.json'),
    placeHolder: 'https://…/swagger.json',
    ignoreFocusOut: true,
    validateInput: (value) => (value.trim() === '' ? undefined : urlProblem(value.trim())),
  });
  return url === undefined || url.trim() === '' ? undefined : { url: url.trim() };
}

async function askForEndpoint(catalog: Catalog): Promise<Source | undefined> {
  const other = await catalog.pickEndpoint(vscode.l10n.t('Take the schema of'));
  return other && { workspace: other.workspace.name, service: other.endpointId };
}
