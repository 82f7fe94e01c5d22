import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import * as v from 'valibot';

import { Failure } from '../protocol/failure.ts';
import { readJson, writePrivateJson } from './files.ts';

const endpointIdentitySchema = v.object({
  serviceId: v.string(),
  endpointId: v.string(),
  primaryKey: v.string(),
  secondaryKey: v.string(),
  /** ISO 8601. */
  creationTime: v.optional(v.string(), () => new Date().toISOString()),
});

const identitySchema = v.object({
  workspaceId: v.string(),
  workspaceToken: v.string(),
  subscriptionKey: v.string(),
  storageAccount: v.string(),
  storageKey: v.string(),
  endpoints: v.record(v.string(), endpointIdentitySchema),
});

/** Ids and keys of a service's default endpoint: ids of 32 hex digits, keys of base64. */
export type EndpointIdentity = v.InferOutput<typeof endpointIdentitySchema>;

/** Ids and keys of one data folder, made at random when it is new and kept until it is reset. */
export type Identity = v.InferOutput<typeof identitySchema>;

const FILE = 'identity.json';

/**
 * Reads the identity of a data folder, making what is missing.
 * @param services the names of the services that need an endpoint, each once
 * @throws Failure `LocalServiceDataUnreadable`
 */
export async function loadIdentity(dataFolder: string, services: readonly string[]): Promise<Identity> {
  const path = join(dataFolder, FILE);
  const known = (await readIdentity(path)) ?? newIdentity();
  const missing = services.filter((name) => !Object.hasOwn(known.endpoints, name));
  const added = Object.fromEntries(missing.map((name) => [name, newEndpoint()]));
  const identity = { ...known, endpoints: { ...known.endpoints, ...added } };
  await writePrivateJson(path, identity);
  return identity;
}

async function readIdentity(path: string): Promise<Identity | undefined> {
  try {
    const content = await readJson(path);
    return content === undefined ? undefined : v.parse(identitySchema, content);
  } catch (error) {
    throw new Failure({
      code: 'LocalServiceDataUnreadable',
      origin: 'client',
      sentence: `The local service cannot read its ids and keys in ${path}. Reset the local service to make new ones.`,
      cause: error,
    });
  }
}

function newIdentity(): Identity {
  return {
    workspaceId: newId(),
    workspaceToken: newId(),
    subscriptionKey: newId(),
    storageAccount: `local${randomBytes(6).toString('hex')}`,
    storageKey: newKey(),
    endpoints: {},
  };
}

function newEndpoint(): EndpointIdentity {
  return {
    serviceId: newId(),
    endpointId: newId(),
    primaryKey: newKey(),
    secondaryKey: newKey(),
    creationTime: new Date().toISOString(),
  };
}

/** 32 hex digits. */
export function newId(): string {
  return randomBytes(16).toString('hex');
}

/** 64 random bytes in base64, which ends in `==`. */
export function newKey(): string {
  return randomBytes(64).toString('base64');
}
