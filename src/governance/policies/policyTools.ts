import type * as vscode from 'vscode';
import type { Instances } from '../../instances/index.ts';
import type { PolicyDiagnostics } from './policyDiagnostics.ts';
import type { PolicyFiles } from './policyFiles.ts';
import type { PolicyPlaces } from './policyUri.ts';
import type { ReadVersions } from './readVersions.ts';

/** What everything that is done with policies works with. */
export interface PolicyTools {
  readonly log: vscode.LogOutputChannel;
  readonly instances: Instances;
  readonly files: PolicyFiles;
  readonly diagnostics: PolicyDiagnostics;
  readonly places: PolicyPlaces;
  readonly versions: ReadVersions;
}
