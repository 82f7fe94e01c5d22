import type { Authorization } from '../../catalog/index.ts';
import { executeUrl, jobsUrl, type ServiceAddress } from '../../protocol/studio/urls.ts';
import type { RequestData } from '../../shared/requestData.ts';
import { holdsCredential } from '../../shared/requestForm.ts';
import { secretReference } from '../../shared/secretReference.ts';
import { batchInputs, bodyMember, type BatchInput } from './batchInputs.ts';
import { fileName } from './fileName.ts';
import { wellFormed } from './literals.ts';

/** A header whose value is secret: a program reads it from an environment variable. */
export interface SecretHeader {
  readonly header: string;
  /** Stands before the secret, such as `Bearer `. */
  readonly prefix: string;
  readonly variable: string;
  /** What the variable holds, for the comment at a program's head. */
  readonly meaning: string;
}

interface Called {
  /** What the service is called; free text. */
  readonly service: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly secrets: readonly SecretHeader[];
}

/** One RRS call. */
export interface RrsProgram extends Called {
  readonly kind: 'rrs';
  readonly url: string;
  /** Sent as it is. */
  readonly body: string;
}

/** A whole batch job: upload, submit, start, poll, download. */
export interface BesProgram extends Called {
  readonly kind: 'bes';
  /** Up to `/jobs`, without its query. */
  readonly jobsUrl: string;
  /** With its question mark. */
  readonly query: string;
  readonly inputs: readonly BatchInput[];
  readonly outputs: readonly BatchOutput[];
  /** A JSON object. */
  readonly globalParameters: string;
}

export interface BatchOutput {
  readonly name: string;
  /** File and blob name, fit for any file system. */
  readonly fileName: string;
}

export type ClientProgram = RrsProgram | BesProgram;

/** Where a program keeps a storage container, SAS included. */
export const containerVariable = 'AZUREML_CONTAINER_SAS_URL';

/** What is to be called, and how calls of it are authorized. */
export interface CodeTarget {
  readonly label: string;
  readonly address: ServiceAddress;
  readonly auth: Authorization;
  /** Header in which a gateway wants its subscription key. */
  readonly subscriptionKeyHeader?: string;
  /** Names of the service's outputs, as far as they are known. */
  readonly outputs: readonly string[];
}

/** The program that sends a request once; `body` is its body as it goes over the wire. */
export function rrsProgram(target: CodeTarget, request: RequestData, body: string): RrsProgram {
  const { apiVersion, details, format } = request;
  const query = { apiVersion, details, ...(format === undefined ? {} : { format }) };
  return {
    kind: 'rrs',
    ...called(target, request),
    url: executeUrl(target.address, query),
    body: wellFormed(body),
  };
}

/**
 * The program that scores the request's inputs as a batch job.
 * @throws Failure (`InvalidRequestDocument`) when the body is no JSON with tables.
 */
export function besProgram(target: CodeTarget, request: RequestData, body: string): BesProgram {
  const url = new URL(jobsUrl(target.address, request.apiVersion));
  return {
    kind: 'bes',
    ...called(target, request),
    jobsUrl: url.origin + url.pathname,
    query: url.search,
    inputs: batchInputs(body),
    outputs: target.outputs.map((name, index) => ({ name, fileName: fileName(name, index, target.outputs) })),
    globalParameters: bodyMember(body, 'GlobalParameters') ?? '{}',
  };
}

function called(target: CodeTarget, request: RequestData): Called {
  const filled = secretHeaders(target);
  const isFilled = (name: string): boolean =>
    filled.some(({ header }) => header.toLowerCase() === name.toLowerCase());
  const own = Object.entries(request.headers).filter(
    ([name, value]) => !isFilled(name) && !holdsCredential(name, value),
  );
  const headers = own.filter(([, value]) => secretReference(value) === undefined);
  const secrets = [...filled, ...own.flatMap(([name, value]) => namedSecret(name, value))];
  const hasType = headers.some(([name]) => name.toLowerCase() === 'content-type');
  return {
    service: target.label,
    headers: hasType ? headers : [['Content-Type', 'application/json'], ...headers],
    secrets,
  };
}

function namedSecret(header: string, value: string): SecretHeader[] {
  const reference = secretReference(value);
  if (reference === undefined) return [];
  const { prefix, name } = reference;
  const variable = `AZUREML_SECRET_${name.toUpperCase().replaceAll(/\W/g, '_')}`;
  return [{ header, prefix, variable, meaning: `the secret "${name}"` }];
}

/** The headers that authorize a call, each with the variable that a program takes its value from. */
export function secretHeaders({
  auth,
  subscriptionKeyHeader,
}: Pick<CodeTarget, 'auth' | 'subscriptionKeyHeader'>): SecretHeader[] {
  return [
    ...authorization(auth),
    ...(subscriptionKeyHeader === undefined
      ? []
      : [
          {
            header: subscriptionKeyHeader,
            prefix: '',
            variable: 'AZUREML_SUBSCRIPTION_KEY',
            meaning: 'the subscription key of the gateway',
          },
        ]),
  ];
}

function authorization(auth: Authorization): SecretHeader[] {
  const bearer = { header: 'Authorization', prefix: 'Bearer ' };
  switch (auth.type) {
    case 'apiKey':
      return [{ ...bearer, variable: 'AZUREML_API_KEY', meaning: 'the API key of the endpoint' }];
    case 'microsoft':
      return [
        { ...bearer, variable: 'AZUREML_ACCESS_TOKEN', meaning: `a Microsoft token for ${auth.scope}` },
      ];
    case 'header':
      return [
        {
          header: auth.name,
          prefix: '',
          variable: 'AZUREML_HEADER_VALUE',
          meaning: `the value of the header ${auth.name}`,
        },
      ];
    case 'gateway':
      return [];
  }
}

/** The environment variables that a program needs, each with what it holds. */
export function variablesOf(program: ClientProgram): (readonly [variable: string, meaning: string])[] {
  return [
    ...program.secrets.map(({ variable, meaning }) => [variable, meaning] as const),
    ...(program.kind === 'bes'
      ? [
          [
            containerVariable,
            'URL of a storage container with a SAS that may read, create and write blobs',
          ] as const,
        ]
      : []),
  ];
}
