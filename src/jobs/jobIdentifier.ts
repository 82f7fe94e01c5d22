import * as vscode from 'vscode';
import { Failure } from '../protocol/failure.ts';
import { parseJobId } from '../protocol/studio/bes.ts';
import { parseServiceUrl } from '../protocol/studio/urls.ts';

/** A job as a person names it; a URL tells the endpoint too. */
export interface JobIdentifier {
  readonly jobId: string;
  readonly endpointId?: string;
}

/** Takes a job's id, with or without quotes, or a URL that has it. Returns a `Failure` for anything else. */
export function identifierOf(text: string): JobIdentifier | Failure {
  if (/^[\s"']*https?:\/\//i.test(text)) {
    const url = parseServiceUrl(text);
    if (url instanceof Failure) return url;
    if (url.jobId === undefined) return noJobInUrl();
    return { jobId: url.jobId, endpointId: url.endpointId };
  }
  try {
    return { jobId: parseJobId(text) };
  } catch (error) {
    if (error instanceof Failure) return error;
    throw error;
  }
}

function noJobInUrl(): Failure {
  return new Failure({
    code: 'InvalidServiceUrl',
    origin: 'client',
    sentence: vscode.l10n.t('This URL names no job: it has no /jobs/… in its path.'),
  });
}

/** What is wrong with a text that is no job identifier, for an input box. */
export function jobIdProblem(text: string): string {
  const problem = identifierOf(text);
  if (/^[\s"']*https?:\/\//i.test(text) && problem instanceof Failure) return problem.sentence;
  return vscode.l10n.t('A job id has 32 hex digits.');
}
