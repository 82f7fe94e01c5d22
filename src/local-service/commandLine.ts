import { parseArgs } from 'node:util';

import { Failure } from '../protocol/failure.ts';
import { mistakes } from './mistakes.ts';
import type { MistakeId } from './mistakes.ts';
import type { CallAllowance, Limits, LocalServiceOptions, WireVariants } from './options.ts';
import { sampleServices } from './samples/index.ts';
import type { WebService } from './webService.ts';

export interface CommandLine {
  readonly options: LocalServiceOptions;
  /** Joined and left by windows through the lease, instead of living as long as its terminal. */
  readonly shared: boolean;
  /** Milliseconds that a shared service stays after its last window. */
  readonly lingerMs?: number;
  readonly help: boolean;
}

const FLAGS = {
  help: { type: 'boolean', short: 'h', text: 'Show this text.' },
  port: { type: 'string', text: 'Port of the web services. Default: any free one.' },
  'blob-port': { type: 'string', text: 'Port of the blob storage.' },
  'gateway-port': { type: 'string', text: 'Port of the gateway.' },
  data: {
    type: 'string',
    text: 'Folder for ids, keys, jobs and blobs. Default: a temporary one, removed at the end.',
  },
  shared: {
    type: 'boolean',
    text: 'Run for the windows that join through the data folder; end after the last one.',
  },
  linger: {
    type: 'string',
    text: 'With --shared: milliseconds to stay after the last window. Default: 60000.',
  },
  'max-calls': { type: 'string', text: 'RRS calls that an endpoint answers at a time. Default: 20.' },
  'max-jobs': { type: 'string', text: 'Jobs that an endpoint runs at a time. Default: 40.' },
  'execute-delay': { type: 'string', text: 'Milliseconds that every RRS call takes at least.' },
  'job-delay': { type: 'string', text: 'Milliseconds that every job runs before it reads its input.' },
  'retry-after': { type: 'string', text: 'Seconds in the Retry-After header of a 503.' },
  'gateway-rate': { type: 'string', text: 'CALLS/SECONDS after which the gateway answers 429.' },
  'gateway-quota': { type: 'string', text: 'CALLS/SECONDS after which the gateway answers 403.' },
  'gateway-tells-calls': {
    type: 'boolean',
    text: 'Have the gateway tell in headers how many calls are left and when they are renewed.',
  },
  'status-code': { type: 'string', text: 'StatusCode of a job: name (default) or number.' },
  'start-status': { type: 'string', text: 'HTTP status of a started job: 200 (default), 202 or 204.' },
  'delete-status': { type: 'string', text: 'HTTP status of a deleted job: 200 (default), 202 or 204.' },
  'after-delete': { type: 'string', text: 'A running job after DELETE: cancelled (default) or gone.' },
  'job-id': { type: 'string', text: 'Answer of a submit: quoted (default) or bare.' },
  results: { type: 'string', text: 'Outputs of a job: plural (default) for Results, singular for Result.' },
  'null-cells': { type: 'string', text: 'Input columns that take null: marked (default) or every.' },
  'gateway-query': {
    type: 'string',
    text: 'Query parameters at the gateway: required (default) or optional.',
  },
  'wrong-region': {
    type: 'string',
    text: 'Management answer for an unknown workspace: notFound (default), unauthorized or failed.',
  },
  twice: {
    type: 'string',
    multiple: true,
    text: 'Publish the sample service of this name twice, as two services of one name; may be repeated.',
  },
  'other-answer': {
    type: 'string',
    multiple: true,
    text: 'Give the other, equally unconfirmed answer to a mistake; may be repeated.',
  },
} as const;

/** @throws Failure `InvalidOption` */
export function parseCommandLine(args: readonly string[]): CommandLine {
  const values = parseFlags(args);
  const flags = new Map(Object.entries(values));
  const one = (name: keyof typeof FLAGS): string | undefined => {
    const value = flags.get(name);
    return typeof value === 'string' ? value : undefined;
  };
  const number = (name: keyof typeof FLAGS): number | undefined => parseNumber(name, one(name));
  const options: LocalServiceOptions = {
    ...given('port', number('port')),
    ...given('blobPort', number('blob-port')),
    ...given('gatewayPort', number('gateway-port')),
    ...given('dataFolder', one('data')),
    ...given('services', servicesOf(values.twice ?? [])),
    limits: {
      ...limitsOf(number, (name) => parseAllowance(name, one(name))),
      ...given('gatewayTellsCalls', values['gateway-tells-calls']),
    },
    variants: variantsOf(one, values['other-answer'] ?? []),
  };
  const linger = given('lingerMs', number('linger'));
  return { options, shared: values.shared ?? false, help: values.help ?? false, ...linger };
}

/** What the flags mean, a line each. */
export function helpText(): string {
  const lines = Object.entries(FLAGS).map(([name, { text }]) => `  --${name.padEnd(16)} ${text}`);
  const others = Object.entries(mistakes)
    .filter(([, mistake]) => 'unconfirmed' in mistake)
    .map(([id]) => id);
  return [
    'Usage: npm run --silent local-service -- [options]',
    '',
    ...lines,
    '',
    `Mistakes with another answer: ${others.join(', ')}`,
    '',
  ].join('\n');
}

function parseFlags(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: FLAGS, strict: true }).values;
  } catch (error) {
    throw invalid(error instanceof Error ? error.message : String(error));
  }
}

function servicesOf(twice: readonly string[]): readonly WebService[] | undefined {
  if (twice.length === 0) return undefined;
  const again = twice.map((name) => {
    const service = sampleServices.find(({ schema }) => schema.title === name);
    if (!service) throw invalid(`--twice: there is no sample service "${name}".`);
    return service;
  });
  return [...sampleServices, ...again];
}

type NumberOf = (name: keyof typeof FLAGS) => number | undefined;
type AllowanceOf = (name: keyof typeof FLAGS) => CallAllowance | undefined;
type TextOf = (name: keyof typeof FLAGS) => string | undefined;

function limitsOf(number: NumberOf, allowance: AllowanceOf): Partial<Limits> {
  return {
    ...given('concurrentCalls', number('max-calls')),
    ...given('concurrentJobs', number('max-jobs')),
    ...given('executeDelayMs', number('execute-delay')),
    ...given('jobDelayMs', number('job-delay')),
    ...given('retryAfterSeconds', number('retry-after')),
    ...given('gatewayRate', allowance('gateway-rate')),
    ...given('gatewayQuota', allowance('gateway-quota')),
  };
}

function variantsOf(text: TextOf, otherAnswers: readonly string[]): Partial<WireVariants> {
  const choose = <const T extends string>(name: keyof typeof FLAGS, choices: readonly T[]): T | undefined => {
    const value = text(name);
    const choice = choices.find((item) => item === value);
    if (value !== undefined && choice === undefined)
      throw invalid(`--${name} has to be ${choices.join(' or ')}.`);
    return choice;
  };
  const status = (name: 'start-status' | 'delete-status'): 200 | 202 | 204 | undefined => {
    const choice = choose(name, ['200', '202', '204']);
    return choice === undefined ? undefined : ({ 200: 200, 202: 202, 204: 204 } as const)[choice];
  };
  return {
    ...given('statusCode', choose('status-code', ['name', 'number'])),
    ...given('startStatus', status('start-status')),
    ...given('deleteStatus', status('delete-status')),
    ...given('afterDelete', choose('after-delete', ['cancelled', 'gone'])),
    ...given('jobId', choose('job-id', ['quoted', 'bare'])),
    ...given('results', choose('results', ['plural', 'singular'])),
    ...given('nullCells', choose('null-cells', ['marked', 'every'])),
    ...given('gatewayQuery', choose('gateway-query', ['required', 'optional'])),
    ...given('wrongRegion', choose('wrong-region', ['notFound', 'unauthorized', 'failed'])),
    otherAnswers: otherAnswers.map(parseMistake),
  };
}

function parseMistake(id: string): MistakeId {
  if (!isMistake(id)) throw invalid(`--other-answer: there is no mistake "${id}".`);
  return id;
}

function isMistake(id: string): id is MistakeId {
  return Object.hasOwn(mistakes, id);
}

function parseNumber(name: string, value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  if (!/^\d{1,9}$/.test(value)) throw invalid(`--${name} has to be a whole number.`);
  return Number(value);
}

function parseAllowance(name: string, value: string | undefined): CallAllowance | undefined {
  if (value === undefined) return undefined;
  const match = /^(\d{1,9})\/(\d{1,9})$/.exec(value);
  if (!match) throw invalid(`--${name} has to be CALLS/SECONDS, such as 5/60.`);
  return { calls: Number(match[1]), seconds: Number(match[2]) };
}

/** A member that is left out when there is no value. */
function given<K extends string, T>(name: K, value: T | undefined): Partial<Record<K, T>> {
  const members: Partial<Record<K, T>> = {};
  if (value !== undefined) members[name] = value;
  return members;
}

function invalid(reason: string): Failure {
  return new Failure({
    code: 'InvalidOption',
    origin: 'client',
    sentence: `${reason} --help lists the options.`,
  });
}
