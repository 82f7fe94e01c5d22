import { parseFailedJob } from '../protocol/studio/failedJob.ts';
import type { JobRecord, RecordedAnswer } from './jobRecord.ts';

/** Everything that is known of a job, to read; holds no credential, as its record does not. */
export function jobDocument(record: JobRecord): string {
  return [
    ...facts({
      'Job id': record.serviceJobId ?? 'none: it is not on the server',
      'Own id': record.ownId,
      State: record.status + remarkOn(record),
      Service: `${record.workspace} / ${record.service}`,
      'Endpoint id': record.endpointId,
      'Base URL': record.baseUrl,
      Storage: record.storage,
    }),
    ...section(
      'Times (of this machine)',
      facts({
        Created: record.createdAt,
        Submitted: record.submittedAt,
        Started: record.startedAt,
        Running: record.runningAt,
        Ended: record.endedAt,
      }),
    ),
    ...section(
      'Steps',
      (record.steps ?? []).map(({ time, text }) => `${time}  ${text}`),
    ),
    ...section('Cannot be followed just now', record.problem === undefined ? [] : [record.problem.sentence]),
    ...failure(record),
    ...section(
      'Inputs',
      Object.entries(record.inputs).flatMap(([name, input]) =>
        facts({ [name]: [input.file, input.relativeLocation].filter(Boolean).join(' -> ') }),
      ),
    ),
    ...section('Global parameters', parameterLines(record)),
    ...section(
      'Outputs',
      Object.entries(record.outputs).flatMap(([name, output]) =>
        facts({ [name]: output.url === '' ? output.relativeLocation : output.url }),
      ),
    ),
    ...Object.entries(record.answers).flatMap(([operation, answer]) =>
      section(`Last answer to ${operation}`, answerLines(answer)),
    ),
    '',
  ].join('\n');
}

function parameterLines({ parameters = [], parameterValues = {} }: JobRecord): readonly string[] {
  return parameters.map((name) => {
    const value = Object.hasOwn(parameterValues, name) ? JSON.stringify(parameterValues[name]) : 'not kept';
    return `${name}: ${value}`;
  });
}

function remarkOn({ ended, startWanted, deleted }: JobRecord): string {
  if (deleted === true) return ' (deleted on the server)';
  return ended || startWanted !== true ? '' : ' (to be started)';
}

function failure({ status, details }: JobRecord): readonly string[] {
  if (details === undefined || details === '') return [];
  if (status !== 'Failed') return section('Details', [details]);
  const parsed = parseFailedJob(details);
  const lines = [
    parsed.message,
    ...facts({
      'Error id': parsed.errorId,
      'Error code': parsed.errorCode,
      Exception: parsed.exceptionType,
      Module: parsed.module,
      Library: parsed.library,
      'Request id': parsed.requestId,
    }),
  ];
  const whole =
    parsed.raw.trim() === parsed.message ? [] : section('Whole text of the failure', [parsed.raw]);
  const inner =
    parsed.json === undefined ? [] : section('JSON in the text', [JSON.stringify(parsed.json, undefined, 2)]);
  return [...section('Why it failed', lines), ...inner, ...whole];
}

function answerLines({ time, request, status, headers, body }: RecordedAnswer): readonly string[] {
  return [
    `${time}  ${request}`,
    status === undefined ? 'No answer' : `HTTP ${status}`,
    ...headers.map(([name, value]) => `${name}: ${value}`),
    ...(body === undefined || body === '' ? [] : ['', body]),
  ];
}

function facts(values: Readonly<Record<string, string | undefined>>): readonly string[] {
  return Object.entries(values).flatMap(([name, value]) =>
    value === undefined || value === '' ? [] : [`${`${name}:`.padEnd(14)} ${value}`],
  );
}

function section(title: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0
    ? []
    : ['', title, ...lines.flatMap((line) => line.split('\n')).map((line) => `  ${line}`)];
}
