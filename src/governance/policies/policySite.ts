import { posix } from 'node:path';
import * as vscode from 'vscode';
import { childPath } from '../../protocol/apim/arm.ts';
import type { PolicyScope } from '../../protocol/apim/policyProblems.ts';
import { schemes } from '../../shared/contributions.ts';
import { entityOf, instanceIdOf } from '../../shared/instanceNode.ts';

/** Something of an instance that has a policy, or the instance itself. */
export interface PolicySite {
  readonly instanceId: string;
  /** What the ARM path has below that of the instance; empty for the instance. */
  readonly path: string;
  readonly scope: PolicyScope;
  /** What people call it. */
  readonly label: string;
}

/** What a menu was opened on; undefined for a call from the palette. */
export function siteOf(target: unknown): PolicySite | undefined {
  const entity = entityOf(target, 'api', 'operation', 'product');
  if (entity !== undefined)
    return {
      instanceId: entity.instanceId,
      path: entity.path,
      scope: scopeOf(entity.path),
      label: entity.label,
    };
  const instanceId = instanceIdOf(target);
  return instanceId === undefined ? undefined : instanceSite(instanceId);
}

export function instanceSite(instanceId: string): PolicySite {
  return { instanceId, path: '', scope: 'instance', label: posix.basename(instanceId) };
}

/** The document with the policy of something: its name says what of, its folder is the path in Azure. */
export function uriOf({ instanceId, path }: PolicySite): vscode.Uri {
  const resource = instanceId + path;
  const name = decodeURIComponent(posix.basename(resource));
  return vscode.Uri.from({ scheme: schemes.policy, path: `${resource}/${name}.policy.xml` });
}

/** What a document is about, under its name in Azure; undefined for one that is no policy's. */
export function siteAt({ scheme, path: documentPath }: vscode.Uri): PolicySite | undefined {
  const found = /^(\/subscriptions\/[^/]+\/.+?\/service\/[^/]+)(.*)\/[^/]+$/i.exec(documentPath);
  if (scheme !== schemes.policy || found === null) return undefined;
  const [, instanceId = '', path = ''] = found;
  if (path === '') return instanceSite(instanceId);
  return { instanceId, path, scope: scopeOf(path), label: decodeURIComponent(posix.basename(path)) };
}

/** Where the policy is in Azure Resource Manager. */
export function policyPath({ instanceId, path }: PolicySite): string {
  return childPath(instanceId + path, 'policies', 'policy');
}

function scopeOf(path: string): PolicyScope {
  if (path.startsWith('/products/')) return 'product';
  return path.includes('/operations/') ? 'operation' : 'api';
}
