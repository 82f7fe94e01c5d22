import { errorClasses } from '../protocol/studio/errorCodes.ts';
import { errorHints } from '../protocol/studio/errorHints.ts';
import type { Cell, Column, GlobalParameter, Port, ServiceSchema } from '../protocol/studio/serviceSchema.ts';
import { jobsUrl, jobUrl, startUrl, swaggerUrl } from '../protocol/studio/urls.ts';
import { codeLanguages } from './code/languages.ts';
import { secretHeaders, type ClientProgram, type CodeTarget } from './code/program.ts';

/** What the help on one operation is made from. */
export interface HelpSubject {
  readonly target: CodeTarget;
  /** Absent where the service publishes none. */
  readonly schema?: ServiceSchema;
  /** The program that the code in each language is written from. */
  readonly program: ClientProgram;
  /** The body of the request that the program sends. */
  readonly body: string;
}

/** The help on RRS Execute or on the operations of a batch job, as Markdown. Names of the service are shown as they are, never as markup. */
export function apiHelp(subject: HelpSubject): string {
  const { target, schema, program } = subject;
  const parts = [
    `# ${escaped(target.label)}: ${program.kind === 'rrs' ? 'RRS Execute' : 'batch execution (BES)'}`,
    ...(program.kind === 'rrs' ? executeHelp(subject) : batchHelp(subject)),
    '## Schema',
    ...(schema
      ? schemaHelp(schema)
      : ['The service publishes no schema, so columns and parameters are not known here.']),
    `Published by the service, without a key, at ${code(swaggerUrl(target.address))}, unless a gateway leaves it out.`,
    '## Errors',
    ...errorHelp(),
    '## Code',
    ...codeHelp(program),
  ];
  return `${parts.join('\n\n')}\n`;
}

function executeHelp({ target, body, program }: HelpSubject): string[] {
  const url = program.kind === 'rrs' ? program.url : '';
  return [
    'Scores the rows of one request and answers with the result. At most 4 MB and 100 seconds for a call.',
    '## Request',
    fenced('http', `POST ${url}`),
    table(
      ['Query', 'Value', 'Meaning'],
      [
        [code('api-version'), code('2.0'), 'required'],
        [
          code('details'),
          `${code('true')}, ${code('false')}`,
          'whether the answer has the names and types of its columns',
        ],
        [code('format'), code('swagger'), 'rows as objects in place of tables, in request and answer'],
      ],
    ),
    '### Headers',
    headersHelp(target, program),
    '### Body',
    fenced('json', body),
    '## Answer',
    'Status 200. Every cell is text or `null`, numbers and truth values too; with `details=true` the types are in `ColumnTypes`.',
    fenced(
      'json',
      '{"Results":{"output1":{"type":"table","value":{"ColumnNames":["…"],"ColumnTypes":["…"],"Values":[["…"]]}}}}',
    ),
  ];
}

function batchHelp({ target, program }: HelpSubject): string[] {
  const { address } = target;
  const reference = {
    BaseLocation: 'https://ACCOUNT.blob.core.windows.net/',
    RelativeLocation: 'CONTAINER/FILE.csv',
    SasBlobToken: '?sv=…',
  };
  const names = (ports: readonly { readonly name: string }[], fallback: string): string[] =>
    ports.length > 0 ? ports.map(({ name }) => name) : [fallback];
  const all = program.kind === 'bes' ? program : { inputs: [], outputs: [] };
  const body = {
    Inputs: Object.fromEntries(names(all.inputs, 'input1').map((name) => [name, reference])),
    Outputs: Object.fromEntries(names(all.outputs, 'output1').map((name) => [name, reference])),
    GlobalParameters: {},
  };
  return [
    'Scores files in blob storage as a job: upload them, submit the job, start it, ask for its status until it has ended, download its outputs.',
    '## Requests',
    table(
      ['Operation', 'Request', 'Body', 'Answer'],
      [
        ['BES Submit', code(`POST ${jobsUrl(address)}`), 'below', "the job's id as a JSON string"],
        ['BES Start', code(`POST ${startUrl(address, 'JOB')}`), 'none', 'no body'],
        ['BES Status', code(`GET ${jobUrl(address, 'JOB')}`), 'none', 'below'],
        ['BES Delete', code(`DELETE ${jobUrl(address, 'JOB')}`), 'none', 'no body; cancels a job that runs'],
      ],
    ),
    '### Headers',
    headersHelp(target, program),
    '### Body of BES Submit',
    'A blob is named with a SAS, or with `ConnectionString` and `RelativeLocation`. Without `Outputs` the results go to the storage of the workspace.',
    fenced('json', JSON.stringify(body, undefined, 2)),
    '## Status',
    '`NotStarted`, `Running`, `Failed` (why is in `Details`), `Cancelled` or `Finished` (then `Results` says where the outputs are). The SAS in it expires; another BES Status has a new one.',
    fenced(
      'json',
      JSON.stringify(
        { StatusCode: 'Finished', Results: { output1: reference }, Details: null },
        undefined,
        2,
      ),
    ),
  ];
}

function headersHelp(target: CodeTarget, program: ClientProgram): string {
  return table(
    ['Header', 'Value'],
    [
      ...secretHeaders(target).map(({ header, prefix, meaning }) => [
        code(header),
        `${prefix === '' ? '' : `${code(prefix.trim())} and `}${escaped(meaning)}`,
      ]),
      ...program.headers.map(([name, value]) => [code(name), code(value)]),
    ],
  );
}

function schemaHelp({ inputs, outputs, globalParameters }: ServiceSchema): string[] {
  return [
    ...inputs.flatMap((port) => portHelp('Input', port)),
    ...(globalParameters.length === 0 ? [] : ['### Global parameters', parametersHelp(globalParameters)]),
    ...outputs.flatMap((port) => portHelp('Output', port)),
  ];
}

function portHelp(kind: string, { name, columns, sampleRows }: Port): string[] {
  const [sample] = sampleRows;
  const rows = columns.map((column, index) => [
    code(column.name),
    typeOf(column),
    valuesOf(column),
    column.nullable ? 'yes' : 'no',
    sample === undefined ? '' : cellText(sample[index]),
  ]);
  return [`### ${kind} ${code(name)}`, table(['Column', 'Type', 'Values', 'Null', 'Sample'], rows)];
}

function parametersHelp(parameters: readonly GlobalParameter[]): string {
  const rows = parameters.map((parameter) => [
    code(parameter.name),
    typeOf(parameter),
    valuesOf(parameter),
    (parameter.required ?? parameter.default === undefined) ? 'yes' : 'no',
    cellText(parameter.default),
    escaped(parameter.description ?? ''),
  ]);
  return table(['Parameter', 'Type', 'Values', 'Required', 'Default', 'Meaning'], rows);
}

function typeOf({ type, format }: Pick<Column, 'type' | 'format'>): string {
  return format === undefined || format === type ? escaped(type) : escaped(`${type} (${format})`);
}

function valuesOf({ format, allowedValues }: Pick<Column, 'format' | 'allowedValues'>): string {
  if (allowedValues !== undefined) return allowedValues.map(code).join(', ');
  const [, unsigned, bits] = /^(u?)int(8|16|32|64)$/.exec(format ?? '') ?? [];
  if (bits === undefined) return '';
  const half = 2n ** (BigInt(bits) - 1n);
  return unsigned === 'u' ? `0 to ${2n * half - 1n}` : `${-half} to ${half - 1n}`;
}

function cellText(cell: Cell | undefined): string {
  return cell === undefined ? '' : code(typeof cell === 'string' ? cell : String(cell));
}

function errorHelp(): string[] {
  const rows = errorClasses.flatMap(({ name: outer, status, details }) => {
    const hint = errorHints[outer];
    return [
      ...(details.length === 0 || hint !== undefined ? [[String(status), code(outer), '', hint ?? '']] : []),
      ...details.map((detail) => [String(status), code(outer), code(detail), errorHints[detail] ?? '']),
    ];
  });
  return [
    'An error of the service has the body `{"error":{"code","message","details":[{"code","target","message"}]}}`; the useful text is mostly in `details`. An error of a gateway has `{"statusCode","message"}`: 401 for a subscription key, 403 for a quota that is used up, 429 for too many calls.',
    table(['Status', 'Code', 'Detail', 'What to do'], rows),
  ];
}

function codeHelp(program: ClientProgram): string[] {
  return codeLanguages.flatMap(({ label, needs, languageId, write }) => [
    `### ${label}`,
    `Needs ${needs}.`,
    fenced(languageId, write(program)),
  ]);
}

function table(titles: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(titles), line(titles.map(() => '---')), ...rows.map(line)].join('\n');
}

function fenced(language: string, text: string): string {
  const fence = '`'.repeat(Math.max(3, longestRun(text) + 1));
  return `${fence}${language}\n${text.trimEnd()}\n${fence}`;
}

/** Text as it is, on one line; an empty one has no code span in Markdown. */
function code(text: string): string {
  const line = text.replaceAll(/\s/g, ' ');
  if (line.trim() === '') return line === '' ? '' : '(blank)';
  const fence = '`'.repeat(longestRun(line) + 1);
  const margin = /^[` ]|[` ]$/.test(line) ? ' ' : '';
  return `${fence}${margin}${line}${margin}${fence}`;
}

function longestRun(text: string): number {
  return Math.max(0, ...(text.match(/`+/g) ?? []).map((run) => run.length));
}

/** Text that is no markup. */
function escaped(text: string): string {
  return text.replaceAll(/\s+/g, ' ').replaceAll(/[\\`*_{}[\]<>#&~]/g, '\\$&');
}
