import * as vscode from 'vscode';
import type { Azure } from '../../azure/index.ts';
import type { Instances } from '../../instances/index.ts';
import type { Feature, Foundation } from '../../shared/feature.ts';
import { reportFailure } from '../../shared/reportFailure.ts';
import type { WritableFiles } from '../../shared/lazyFileSystem.ts';
import { askAddresses } from './addressQuestions.ts';
import { editPolicy, removePolicy } from './editing.ts';
import { changePolicy } from './fieldChange.ts';
import { askHeaders } from './headerQuestions.ts';
import { askLimit } from './limitQuestions.ts';
import { PolicyDiagnostics } from './policyDiagnostics.ts';
import { PolicyFiles } from './policyFiles.ts';
import { savePolicy } from './policySaving.ts';
import type { PolicyTools } from './policyTools.ts';
import { PolicyPlaces } from './policyUri.ts';
import { closePreviews } from './previewTab.ts';
import { ReadVersions } from './readVersions.ts';
import { askToken } from './tokenQuestions.ts';

export interface Policies extends Feature<'policies'> {
  readonly files: WritableFiles;
}

/** What API Management does with calls on their way: its policies, as documents and as fields. */
export function createPolicies(foundation: Foundation, azure: Azure, instances: Instances): Policies {
  const { log, context } = foundation;
  const versions = new ReadVersions(context.workspaceState);
  const places = new PolicyPlaces(azure);
  const diagnostics = new PolicyDiagnostics(places);
  const files = new PolicyFiles({
    places,
    versions,
    save: (uri, text, reason) => savePolicy(tools, uri, text, reason),
    report: (error) => void reportFailure(foundation, error),
  });
  const tools: PolicyTools = { log, instances, files, diagnostics, places, versions };
  void closePreviews();
  return {
    files,
    commands: {
      editPolicy: (target) => editPolicy(tools, target),
      removePolicy: (target) => removePolicy(tools, target),
      limitCalls: (target) => changePolicy(tools, target, vscode.l10n.t('Limit calls'), askLimit),
      requireToken: (target) => changePolicy(tools, target, vscode.l10n.t('Require a token'), askToken),
      filterAddresses: (target) =>
        changePolicy(tools, target, vscode.l10n.t('Allow or forbid IP addresses'), askAddresses),
      setHeaders: (target) => changePolicy(tools, target, vscode.l10n.t('Set headers'), askHeaders),
    },
    dispose: () => {
      files.dispose();
      diagnostics.dispose();
    },
  };
}
