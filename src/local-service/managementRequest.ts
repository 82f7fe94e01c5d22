import { parseBlobReference } from './blobReference.ts';
import type { BlobReference } from './blobReference.ts';
import { throttleLevels, traceLevels } from './endpoints.ts';
import type { EndpointSettings } from './endpoints.ts';
import { requireObject } from './jsonBody.ts';
import type { JsonObject } from './jsonBody.ts';
import { Refusal } from './mistakes.ts';

const MAX_CONCURRENT_CALLS = 200;

/** The rule for names of endpoints (azure-docs create-endpoint.md). */
const ENDPOINT_NAME = /^[a-z0-9]{1,24}$/;

type SasReference = BlobReference & { readonly kind: 'sas' };

/** A trained model that a patch names, and the blob that is to take its place. */
export interface ResourcePatch {
  readonly name: string;
  /** What the blob is called in refusals. */
  readonly port: string;
  readonly location: SasReference;
}

export interface EndpointPatch {
  readonly settings: Partial<EndpointSettings>;
  readonly resources: readonly ResourcePatch[];
}

/**
 * Reads the body of an added endpoint, whose `WebServiceId` and `EndpointName` repeat the URL (hning86/azuremlps
 * `code/Contracts.cs`). @throws Refusal
 */
export function parseNewEndpoint(
  body: JsonObject,
  inUrl: { readonly serviceId: string; readonly name: string },
): Partial<EndpointSettings> {
  if (!ENDPOINT_NAME.test(inUrl.name)) throw new Refusal('endpointNameInvalid', { endpoint: inUrl.name });
  const { WebServiceId: serviceId, EndpointName: name } = body;
  if (isGiven(serviceId) && (typeof serviceId !== 'string' || serviceId.toLowerCase() !== inUrl.serviceId)) {
    throw new Refusal('serviceIdWrong', { given: String(serviceId), service: inUrl.serviceId });
  }
  if (isGiven(name) && name !== inUrl.name) {
    throw new Refusal('settingInvalid', {
      member: 'EndpointName',
      expected: `"${inUrl.name}" as in the URL`,
    });
  }
  return parseSettings(body);
}

/**
 * Reads the body of a patch: trained models as in azure-docs retrain-classic-web-service.md, and the settings of an
 * endpoint, of which no source says that the hosted service took them. @throws Refusal
 */
export function parsePatch(body: JsonObject): EndpointPatch {
  const settings = parseSettings(body);
  const resources = isGiven(body['Resources']) ? parseResources(body['Resources']) : [];
  if (resources.length === 0 && Object.keys(settings).length === 0) {
    throw new Refusal('bodyShapeWrong', {
      member: 'The body',
      expected: 'an object with something to change',
    });
  }
  return { settings, resources };
}

/** Whether a refresh replaces trained models too: a boolean, also as the text that .NET makes of one. @throws Refusal */
export function parseOverwrite(body: JsonObject): boolean {
  return booleanMember(body, 'OverwriteResources') ?? false;
}

function parseSettings(body: JsonObject): Partial<EndpointSettings> {
  const description = body['Description'];
  if (isGiven(description) && typeof description !== 'string') {
    throw new Refusal('settingInvalid', { member: 'Description', expected: 'text' });
  }
  return {
    ...given('description', typeof description === 'string' ? description : undefined),
    ...given('throttleLevel', choice(body, 'ThrottleLevel', throttleLevels)),
    ...given('maxConcurrentCalls', concurrency(body['MaxConcurrentCalls'])),
    ...given('diagnosticsTraceLevel', choice(body, 'DiagnosticsTraceLevel', traceLevels)),
    ...given('preventUpdate', booleanMember(body, 'PreventUpdate')),
  };
}

function parseResources(value: unknown): ResourcePatch[] {
  if (!Array.isArray(value))
    throw new Refusal('bodyShapeWrong', { member: 'Resources', expected: 'an array' });
  return value.map((item: unknown, index) => {
    const port = `Resources[${index}].Location`;
    const resource = requireObject(item, `Resources[${index}]`);
    const { Name: name } = resource;
    if (typeof name !== 'string') {
      throw new Refusal('bodyShapeWrong', { member: `Resources[${index}].Name`, expected: 'text' });
    }
    const location = parseBlobReference(requireObject(resource['Location'], port), port, 'model');
    if (location.kind !== 'sas') throw new Refusal('inputLocationMissing', { port });
    checkExpiry(location, port);
    return { name, port, location };
  });
}

function checkExpiry(location: SasReference, port: string): void {
  const expiry = new URLSearchParams(location.sasBlobToken).get('se') ?? '';
  if (Date.parse(expiry) < Date.now()) throw new Refusal('sasExpired', { port, expiry });
}

function choice<const T extends string>(
  body: JsonObject,
  member: string,
  choices: readonly T[],
): T | undefined {
  const value = body[member];
  if (!isGiven(value)) return undefined;
  const chosen = choices.find((each) => each.toLowerCase() === String(value).toLowerCase());
  if (chosen === undefined) throw new Refusal('settingInvalid', { member, expected: choices.join(' or ') });
  return chosen;
}

function concurrency(value: unknown): number | undefined {
  if (!isGiven(value)) return undefined;
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  if (typeof number !== 'number' || !Number.isInteger(number) || number < 1) {
    throw new Refusal('concurrencyInvalid');
  }
  if (number > MAX_CONCURRENT_CALLS) throw new Refusal('concurrencyTooHigh', { given: number });
  return number;
}

function booleanMember(body: JsonObject, member: string): boolean | undefined {
  const value = body[member];
  if (!isGiven(value)) return undefined;
  const word = String(value).toLowerCase();
  if (word !== 'true' && word !== 'false') {
    throw new Refusal('settingInvalid', { member, expected: 'True or False' });
  }
  return word === 'true';
}

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null;
}

/** A member that is left out when there is no value. */
function given<K extends string, T>(name: K, value: T | undefined): Partial<Record<K, T>> {
  const members: Partial<Record<K, T>> = {};
  if (value !== undefined) members[name] = value;
  return members;
}
