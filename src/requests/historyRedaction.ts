import * as jsonc from 'jsonc-parser';
import { isShownHeader, MASK, redactHeaders, withoutSecrets } from '../protocol/redaction.ts';
import { isMembers, type JsonEdit, type JsonValue } from '../shared/jsonEdits.ts';
import { isSecretName } from '../shared/secretNames.ts';
import { mayBeSecret } from '../shared/secretValues.ts';
import { holdsCredential } from '../shared/requestForm.ts';
import type { RequestData } from '../shared/requestData.ts';
import { editText, printJson } from '../shared/editText.ts';

/** A request and its answer as the history keeps them. */
export interface Recordable {
  readonly request: RequestData;
  /** As it was sent. */
  readonly body: string;
  /** Values that went out as credentials. */
  readonly credentials: readonly string[];
  readonly answerText: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
}

export interface Redacted {
  /** Text of a request document. */
  readonly request: string;
  readonly answerText: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** Takes the same secrets from any other text of the call. */
  readonly mask: (text: string) => string;
}

/**
 * The request as a document and its answer, without secrets: no credential in any spelling, no header that may hold one,
 * and global parameters masked whose name or value looks like a secret, wherever their values come up again.
 */
export function redactCall({ request, body, credentials, answerText, headers }: Recordable): Redacted {
  const parameters = parametersOf(body);
  const secretParameters = Object.entries(parameters).filter(([name, value]) => isSecret(name, value));
  const values = secretParameters.flatMap(([, value]) => (typeof value === 'string' ? [value] : []));
  const secrets = [...credentials, ...values];
  const masks = secretParameters.map(([name]): JsonEdit => ({
    kind: 'set',
    path: ['globalParameters', name],
    value: MASK,
  }));
  const document = requestText(request, body);
  const masked = request.body === undefined ? editText(document, masks) : document;
  // Cells are data and stay; only what is known to be secret goes.
  const mask = (text: string): string => withoutSecrets(text, secrets);
  return {
    request: mask(masked),
    answerText: mask(answerText),
    headers: redactHeaders(headers).map(([name, value]) => [name, mask(value)]),
    mask,
  };
}

function isSecret(name: string, value: JsonValue): boolean {
  return typeof value === 'string' && value !== '' && mayBeSecret(name, value);
}

function parametersOf(body: string): Record<string, JsonValue> {
  const value = jsonc.parse(body, []) as JsonValue | undefined;
  return isMembers(value) && isMembers(value.GlobalParameters) ? { ...value.GlobalParameters } : {};
}

/** The document that sends this body, with the very numbers and texts that were sent. */
function requestText(request: RequestData, body: string): string {
  const { workspace, service, apiVersion, details, format } = request;
  const head = {
    workspace,
    service,
    apiVersion,
    details,
    ...(format === undefined ? {} : { format }),
    headers: Object.fromEntries(
      Object.entries(request.headers)
        .filter(([name, value]) => !holdsCredential(name, value))
        .map(([name, value]) => [name, isShownHeader(name) || !isSecretName(name) ? value : MASK]),
    ),
  };
  if (request.body !== undefined) return `${printJson({ ...head, body: request.body })}\n`;
  const root = jsonc.parseTree(body);
  const slice = (member: string): string => {
    const node = root && jsonc.findNodeAtLocation(root, [member]);
    return node ? body.slice(node.offset, node.offset + node.length) : '{}';
  };
  const text = printJson(head).replace(
    /\n\}$/,
    () => `,\n  "inputs": ${slice('Inputs')},\n  "globalParameters": ${slice('GlobalParameters')}\n}\n`,
  );
  const edits = jsonc.format(text, undefined, { insertSpaces: true, tabSize: 2, eol: '\n' });
  return text.length > longestLaidOut ? text : jsonc.applyEdits(text, edits);
}

/** In characters; a longer document stays on the lines that it has. */
const longestLaidOut = 200_000;
