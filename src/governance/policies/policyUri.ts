import { posix } from 'node:path';
import * as vscode from 'vscode';
import type { ArmClient, Azure } from '../../azure/index.ts';
import type { Instance } from '../../protocol/apim/arm.ts';
import type { PolicyPlace } from '../../protocol/apim/policyProblems.ts';
import { schemes } from '../../shared/contributions.ts';
import { instanceSite, type PolicySite, scopeOf } from './policySite.ts';

/**
 * The document with the policy of something: its folder is the way from the name of the instance, which no other instance
 * of Azure has, and its name says what of.
 */
export function uriOf({ instanceId, path }: PolicySite): vscode.Uri {
  const folder = `/${posix.basename(instanceId)}${path}`;
  return vscode.Uri.from({
    scheme: schemes.policy,
    path: `${folder}/${decodeURIComponent(posix.basename(folder))}.policy.xml`,
  });
}

/** Whose policy a document is, and the way there, as far as the instances are known. */
export class PolicyPlaces {
  readonly #azure: Azure;

  constructor(azure: Azure) {
    this.#azure = azure;
  }

  /** What a document is about, under its name in Azure. */
  siteAt(uri: vscode.Uri): PolicySite {
    const { name, path } = partsOf(uri);
    const instance = this.#find(name);
    if (instance === undefined) throw unknown(name);
    if (path === '') return instanceSite(instance.id);
    const label = decodeURIComponent(posix.basename(path));
    return { instanceId: instance.id, path, scope: scopeOf(path), label };
  }

  /** What its policy may hold. */
  placeOf(uri: vscode.Uri): PolicyPlace {
    const { name, path } = partsOf(uri);
    return { scope: path === '' ? 'instance' : scopeOf(path), tier: this.#find(name)?.sku?.name };
  }

  /** An editor that comes back with its window does not ask which instance was meant. */
  clientOf({ instanceId }: PolicySite, how?: 'silent' | 'ask'): ArmClient {
    const known = this.#azure.instances.find(instanceId);
    if (known === undefined) throw unknown(posix.basename(instanceId));
    return this.#azure.clientAt(known.where, how);
  }

  #find(name: string): Instance | undefined {
    const known = this.#azure.instances.list().map(({ item }) => item);
    return known.find((instance) => instance.name.toLowerCase() === name.toLowerCase());
  }
}

function partsOf(uri: vscode.Uri): { readonly name: string; readonly path: string } {
  const [, name = '', path = ''] = /^\/([^/]*)(.*)\/[^/]*$/.exec(uri.path) ?? [];
  return { name, path };
}

function unknown(name: string): vscode.FileSystemError {
  return vscode.FileSystemError.Unavailable(
    vscode.l10n.t('The instance {0} is not among those that you have added.', name),
  );
}
