import * as vscode from 'vscode';
import type { Catalog, Endpoint } from '../catalog/index.ts';
import { Failure } from '../protocol/failure.ts';
import type { ServiceSchema } from '../protocol/studio/serviceSchema.ts';
import { isExplorerNode } from '../shared/explorerNode.ts';
import type { ReadonlyDocuments } from '../shared/readonlyDocuments.ts';
import type { RequestData } from '../shared/requestData.ts';
import { apiHelp } from './apiHelp.ts';
import { curlCommand } from './code/curl.ts';
import { codeLanguages } from './code/languages.ts';
import { besProgram, rrsProgram, type ClientProgram, type CodeTarget } from './code/program.ts';
import { parseRequest, wireBody } from './requestDocument.ts';

export interface CodeServices {
  readonly catalog: Catalog;
  readonly documents: ReadonlyDocuments;
  /** Text of the request that the user has in front, once all that was typed has reached it. */
  readonly requestInFront: () => Promise<string | undefined>;
  /** Text of the endpoint's request as it was left. */
  readonly requestOf: (endpoint: Endpoint) => Promise<string>;
}

type Operation = ClientProgram['kind'];

/** Bodies up to this many characters are laid out over lines; beyond, space counts against the 4 MB of a call. */
const readableLength = 100_000;

/** Puts the request as a shell command on the clipboard. */
export async function copyAsCurl(services: CodeServices, target: unknown): Promise<void> {
  const subject = await subjectOf(services, target, vscode.l10n.t('Copy the request as cURL of'));
  if (!subject) return;
  const program = rrsProgram(subject.target, subject.request, subject.body);
  await vscode.env.clipboard.writeText(curlCommand(program));
  const variables = program.secrets.map(({ variable }) => variable).join(', ');
  const message =
    variables === ''
      ? vscode.l10n.t('Copied as cURL.')
      : vscode.l10n.t('Copied as cURL. It reads {0} from the environment.', variables);
  vscode.window.setStatusBarMessage(message, 8_000);
}

/** Opens a program as an untitled document of its language. */
export async function generateClientCode(services: CodeServices, target: unknown): Promise<void> {
  const subject = await subjectOf(services, target, vscode.l10n.t('Generate client code for'));
  if (!subject) return;
  const operation = operationOf(target) ?? (await pickOperation(vscode.l10n.t('What should the code do?')));
  if (!operation) return;
  const language = await pickLanguage();
  if (!language) return;
  const content = language.write(programOf(subject, operation));
  const document = await vscode.workspace.openTextDocument({ language: language.languageId, content });
  await vscode.window.showTextDocument(document, { preview: false });
}

/** Opens the help on an operation, made here from the schema, as a Markdown preview. */
export async function showApiHelp(services: CodeServices, target: unknown): Promise<void> {
  const subject = await subjectOf(services, target, vscode.l10n.t('Show API help of'));
  if (!subject) return;
  const operation = operationOf(target) ?? (await pickOperation(vscode.l10n.t('Help on which operation?')));
  if (!operation) return;
  const { schema, body } = subject;
  const text = apiHelp({
    target: subject.target,
    program: programOf(subject, operation),
    body,
    ...(schema ? { schema } : {}),
  });
  const kind = operation === 'rrs' ? 'RRS Execute' : 'BES';
  const uri = await services.documents.write(`${subject.target.label} ${kind}.md`, text);
  await vscode.commands.executeCommand('markdown.showPreview', uri);
}

interface Subject {
  readonly target: CodeTarget;
  readonly schema?: ServiceSchema;
  readonly request: RequestData;
  readonly body: string;
}

/** The endpoint of a node of the tree with its request, else the request in front, else what the user picks. */
async function subjectOf(
  services: CodeServices,
  target: unknown,
  title: string,
): Promise<Subject | undefined> {
  const { catalog } = services;
  const isNode = isExplorerNode(target) && 'workspace' in target && 'service' in target;
  const inFront = isNode ? undefined : await services.requestInFront();
  if (inFront !== undefined) {
    const { data } = readOrThrow(inFront);
    return subject(catalog, await catalog.find(data.workspace, data.service), inFront);
  }
  const endpoint = isNode
    ? await catalog.find(target.workspace, target.service)
    : await catalog.pickEndpoint(title);
  return endpoint && subject(catalog, endpoint, await services.requestOf(endpoint));
}

async function subject(catalog: Catalog, endpoint: Endpoint, text: string): Promise<Subject> {
  const { data: request } = readOrThrow(text);
  const schema = await schemaOf(catalog, endpoint);
  const { auth } = endpoint.workspace;
  const subscriptionKeyHeader = await subscriptionHeader(catalog, endpoint);
  const pretty = wireBody(text, 'pretty');
  return {
    target: {
      label: endpoint.label,
      address: endpoint.address,
      auth,
      ...(subscriptionKeyHeader === undefined ? {} : { subscriptionKeyHeader }),
      outputs: schema?.outputs.map(({ name }) => name) ?? [],
    },
    ...(schema ? { schema } : {}),
    request,
    body: pretty.length > readableLength ? wireBody(text, 'compact') : pretty,
  };
}

function readOrThrow(text: string): { readonly data: RequestData } {
  const parsed = parseRequest(text);
  if (parsed.kind === 'request') return parsed;
  throw new Failure({
    code: 'InvalidRequestDocument',
    origin: 'client',
    sentence: vscode.l10n.t('The request is not valid JSON. Mend it in the text editor first.'),
  });
}

async function schemaOf(catalog: Catalog, endpoint: Endpoint): Promise<ServiceSchema | undefined> {
  try {
    return await catalog.schema(endpoint);
  } catch {
    return undefined;
  }
}

/** As the workspace says, else the header of a subscription key that is stored for it. */
async function subscriptionHeader(catalog: Catalog, endpoint: Endpoint): Promise<string | undefined> {
  const { auth, subscriptionKeyHeader } = endpoint.workspace;
  if (subscriptionKeyHeader !== undefined || auth.type === 'microsoft') return subscriptionKeyHeader;
  const own = auth.type === 'header' ? auth.name : 'Authorization';
  try {
    const filled = Object.keys(await catalog.authorize(endpoint, { interactive: false }));
    return filled.find((name) => name !== own);
  } catch {
    return undefined;
  }
}

function programOf({ target, request, body }: Subject, operation: Operation): ClientProgram {
  return operation === 'rrs' ? rrsProgram(target, request, body) : besProgram(target, request, body);
}

/** The operation that a node of the tree stands for. */
function operationOf(target: unknown): Operation | undefined {
  if (!isExplorerNode(target) || target.node !== 'operation') return undefined;
  return target.operation === 'RRS Execute' ? 'rrs' : 'bes';
}

async function pickOperation(title: string): Promise<Operation | undefined> {
  const items: (vscode.QuickPickItem & { operation: Operation })[] = [
    {
      label: 'RRS Execute',
      detail: vscode.l10n.t('One call that answers with the result'),
      operation: 'rrs',
    },
    {
      label: 'BES',
      detail: vscode.l10n.t('A batch job: upload, submit, start, poll, download'),
      operation: 'bes',
    },
  ];
  return (await vscode.window.showQuickPick(items, { title }))?.operation;
}

async function pickLanguage(): Promise<(typeof codeLanguages)[number] | undefined> {
  const items = codeLanguages.map((language) => ({
    label: language.label,
    description: language.needs,
    language,
  }));
  const title = vscode.l10n.t('Language of the client code');
  return (await vscode.window.showQuickPick(items, { title, matchOnDescription: true }))?.language;
}
