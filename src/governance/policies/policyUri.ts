import { posix } from 'node:path';
import * as vscode from 'vscode';
import { schemes } from '../../shared/contributions.ts';
import { instanceSite, type PolicySite, scopeOf } from './policySite.ts';

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
