import * as vscode from 'vscode';
import { Failure } from '../protocol/failure.ts';
import { normalizeBaseUrl, parseId, parseServiceUrl } from '../protocol/studio/urls.ts';
import { isHeaderName } from './names.ts';

/** The base URL that a text is, or that is in any URL of a service. */
export function baseUrlIn(text: string): string | Failure {
  const parsed = parseServiceUrl(text);
  return parsed instanceof Failure ? normalizeBaseUrl(text) : parsed.baseUrl;
}

export function baseUrlProblem(text: string): string | undefined {
  const url = baseUrlIn(text);
  return url instanceof Failure ? url.sentence : undefined;
}

export function idProblem(text: string): string | undefined {
  return parseId(text) === undefined
    ? vscode.l10n.t('An id has letters and digits only, usually 32 of 0-9 and a-f.')
    : undefined;
}

export function nameProblem(text: string, taken: ReadonlySet<string>): string | undefined {
  const name = text.trim();
  if (name === '') return vscode.l10n.t('Give it a name.');
  if (name.includes('/')) return vscode.l10n.t('A name cannot contain "/".');
  return taken.has(name) ? vscode.l10n.t('"{0}" is taken.', name) : undefined;
}

export function notEmpty(text: string): string | undefined {
  return text.trim() === '' ? vscode.l10n.t('This cannot be empty.') : undefined;
}

export function headerNameProblem(text: string): string | undefined {
  return isHeaderName(text) ? undefined : vscode.l10n.t('A header name has letters, digits and dashes only.');
}
