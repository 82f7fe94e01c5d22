import { randomBytes } from 'node:crypto';

import type { JsonObject } from '../../../src/protocol/json.ts';
import type { Answer, ArmError } from './wire.ts';

export interface AsyncSettings {
  /** How often one has to look before an operation has ended. */
  polls: number;
  /**
   * The body behind `Azure-AsyncOperation`: a resource with the status among its properties, or the status alone.
   * Source: azure-rest-api-specs apimanagement definitions.json `OperationResultContract`, operationStatuses.json.
   */
  statusBody: 'resource' | 'plain';
  /** Which of the two headers an answer carries. */
  headers: 'both' | 'location';
  /** Whether operations go on however often one looks. */
  held: boolean;
  /** After how many seconds one is to look again. */
  retryAfter: number;
}

export interface AsyncWork {
  /** Id of the resource that is written. */
  readonly resource: string;
  /** The path below which the status is found. */
  readonly statusRoot: string;
  /** The path below which `Location` leads instead of to where it began; it says no more than that it has ended. */
  readonly resultRoot?: string | undefined;
  /** Called once when the operation ends; with a failure it takes back what was begun. */
  readonly end: () => void;
  /** What the poll of `Location` answers after that. */
  readonly answer: () => Answer;
  readonly failure: ArmError | undefined;
}

interface Operation extends AsyncWork {
  readonly id: string;
  readonly started: string;
  pollsLeft: number;
}

const QUERY = 'asyncId';

/** Operations that go on after their answer. They end when they were looked at often enough. */
export class AsyncOperations {
  readonly #settings: AsyncSettings;
  readonly #operations = new Map<string, Operation>();

  constructor(settings: AsyncSettings) {
    this.#settings = settings;
  }

  /** Starts an operation; gives the headers under which it can be followed from a call's URL. */
  start(url: URL, work: AsyncWork): Record<string, string> {
    const id = randomBytes(12).toString('hex');
    const operation = { ...work, id, started: new Date().toISOString(), pollsLeft: this.#settings.polls };
    this.#operations.set(id, operation);
    if (operation.pollsLeft === 0) work.end();
    return this.#headers(operation, url);
  }

  /** Whether something still goes on with a resource. */
  isRunning(resource: string): boolean {
    return this.#runningOn(resource) !== undefined;
  }

  /** Looks at a resource, which brings what goes on with it further. */
  look(resource: string): void {
    const operation = this.#runningOn(resource);
    if (operation) this.#poll(operation);
  }

  /** The answer to a poll; undefined when the request is none. */
  answer(path: string, url: URL): Answer | undefined {
    const byLocation = this.#operations.get(url.searchParams.get(QUERY) ?? '');
    if (byLocation) return this.#locationAnswer(byLocation, url);
    const named = this.#operations.get(path.slice(path.lastIndexOf('/') + 1));
    if (named && resultPath(named) === path) return this.#locationAnswer(named, url);
    return named && statusPath(named) === path ? this.#statusAnswer(named) : undefined;
  }

  #runningOn(resource: string): Operation | undefined {
    const id = resource.toLowerCase();
    return [...this.#operations.values()].find(
      (operation) => operation.pollsLeft > 0 && operation.resource.toLowerCase() === id,
    );
  }

  #locationAnswer(operation: Operation, url: URL): Answer {
    if (this.#poll(operation)) return { status: 202, headers: this.#headers(operation, url) };
    const { failure, resultRoot } = operation;
    if (failure) return { status: failure.status, body: { error: failure.error } };
    return resultRoot === undefined ? operation.answer() : { status: 200 };
  }

  #statusAnswer(operation: Operation): Answer {
    const running = this.#poll(operation);
    const { id, started, failure } = operation;
    const error = running || !failure ? {} : { error: failure.error };
    const status = running ? 'InProgress' : failure ? 'Failed' : 'Succeeded';
    if (this.#settings.statusBody === 'plain')
      return { status: 200, headers: this.#later(), body: { status, ...error } };
    const properties: JsonObject = { id, status, started, updated: new Date().toISOString(), ...error };
    const body = { id: statusPath(operation), name: id, properties };
    return { status: running ? 202 : 200, headers: this.#later(), body };
  }

  /** Looks once; true when it was still going on. */
  #poll(operation: Operation): boolean {
    if (operation.pollsLeft === 0) return false;
    if (this.#settings.held) return true;
    operation.pollsLeft -= 1;
    if (operation.pollsLeft === 0) operation.end();
    return true;
  }

  #later(): Record<string, string> {
    return { 'Retry-After': String(this.#settings.retryAfter) };
  }

  #headers(operation: Operation, { origin, pathname, searchParams }: URL): Record<string, string> {
    const version = `api-version=${searchParams.get('api-version') ?? ''}`;
    const status = `${origin}${encodeURI(statusPath(operation))}?${version}`;
    const result = resultPath(operation);
    return {
      ...this.#later(),
      Location:
        result === undefined
          ? `${origin}${pathname}?${version}&${QUERY}=${operation.id}`
          : `${origin}${encodeURI(result)}?${version}`,
      ...(this.#settings.headers === 'both' ? { 'Azure-AsyncOperation': status } : {}),
    };
  }
}

function statusPath({ statusRoot, id }: Operation): string {
  return `${statusRoot}/${id}`;
}

function resultPath({ resultRoot, id }: Operation): string | undefined {
  return resultRoot === undefined ? undefined : `${resultRoot}/${id}`;
}
