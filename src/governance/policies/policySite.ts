import { posix } from 'node:path';
import { childPath } from '../../protocol/apim/arm.ts';
import type { PolicyScope } from '../../protocol/apim/policyProblems.ts';
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

/** Where the policy is in Azure Resource Manager. */
export function policyPath({ instanceId, path }: PolicySite): string {
  return childPath(instanceId + path, 'policies', 'policy');
}

/** What a path below an instance leads to. */
export function scopeOf(path: string): PolicyScope {
  if (path.startsWith('/products/')) return 'product';
  return path.includes('/operations/') ? 'operation' : 'api';
}
