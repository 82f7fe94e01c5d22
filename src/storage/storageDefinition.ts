import { Failure } from '../protocol/failure.ts';
import { parseConnectionString, parseContainerSasUrl } from '../protocol/studio/bes.ts';

/** What the secret storage keeps of a storage, as JSON. */
export type StorageSecret =
  | { readonly kind: 'connectionString'; readonly connectionString: string; readonly container: string }
  | { readonly kind: 'containerSas'; readonly url: string };

/** A storage ready for use. Holds credentials. */
export type StorageDefinition =
  | {
      readonly kind: 'account';
      readonly blobEndpoint: string;
      readonly container: string;
      readonly accountName: string;
      readonly accountKey: string;
      readonly connectionString: string;
    }
  | {
      /** A SAS is all there is: of the container, or of the account inside a connection string. */
      readonly kind: 'sas';
      readonly blobEndpoint: string;
      readonly container: string;
      /** With the leading `?`. */
      readonly sasToken: string;
      /** The letters of `sp`. */
      readonly permissions: string;
      readonly connectionString?: string;
    };

/** The container of a storage whose definition names none; made when it is first used. */
export const defaultContainer = 'azureml-jobs';

/** Throws a `Failure`: `InvalidConnectionString`, `InvalidSasUrl` or `InvalidContainerName`. */
export function defineStorage(secret: StorageSecret): StorageDefinition {
  return secret.kind === 'containerSas' ? fromContainerSas(secret.url) : fromConnectionString(secret);
}

function fromContainerSas(url: string): StorageDefinition {
  const sas = parseContainerSasUrl(url);
  if (sas instanceof Failure) throw sas;
  return {
    kind: 'sas',
    blobEndpoint: sas.baseLocation.replace(/\/+$/, ''),
    container: sas.container,
    sasToken: sas.sasToken,
    permissions: sas.permissions,
  };
}

function fromConnectionString(secret: { connectionString: string; container: string }): StorageDefinition {
  const account = parseConnectionString(secret.connectionString);
  if (account instanceof Failure) throw account;
  const { blobEndpoint, accountName, accountKey, sharedAccessSignature } = account;
  const container = containerName(secret.container);
  const { connectionString } = secret;
  if (accountKey !== undefined) {
    return { kind: 'account', blobEndpoint, container, accountName, accountKey, connectionString };
  }
  const sasToken = `?${sharedAccessSignature ?? ''}`;
  const permissions = new URLSearchParams(sasToken).get('sp') ?? '';
  return { kind: 'sas', blobEndpoint, container, sasToken, permissions, connectionString };
}

/** Throws a `Failure` (`InvalidContainerName`) with the rule. Source: azure-docs naming-and-referencing-containers. */
export function containerName(text: string): string {
  const name = text.trim();
  if (/^(?=.{3,63}$)[a-z\d]+(?:-[a-z\d]+)*$/.test(name) || name === '$root') return name;
  throw new Failure({
    code: 'InvalidContainerName',
    origin: 'client',
    sentence: `"${name}" is no container name: 3 to 63 lower-case letters, digits and single hyphens.`,
  });
}
