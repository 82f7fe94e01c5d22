import * as vscode from 'vscode';
import { documentStrings } from './documentStrings.ts';

export type JobEditorStrings = ReturnType<typeof jobEditorStrings>;

/** Every text that the batch job editor shows, in the user's language; `{0}` is filled in by the webview. */
export function jobEditorStrings() {
  return {
    ...documentStrings(),
    job: vscode.l10n.t('Batch job'),
    url: vscode.l10n.t('URL that the job is submitted to'),
    run: vscode.l10n.t('Run'),
    runAnyway: vscode.l10n.t('Run anyway'),
    runHint: vscode.l10n.t('Upload the files, submit the job and start it ({0})'),
    storage: vscode.l10n.t('Storage'),
    storageImplied: vscode.l10n.t('{0} (the usual one)'),
    storageAsked: vscode.l10n.t('Ask when it is run'),
    storageUnknown: vscode.l10n.t('{0} (not known here)'),
    addStorage: vscode.l10n.t('Add storage…'),
    generation: vscode.l10n.t('Request body'),
    generationHint: vscode.l10n.t('Which of the three bodies that services have taken is sent'),
    generations: {
      'Inputs+Outputs': vscode.l10n.t('Inputs and Outputs'),
      'Input+Outputs': vscode.l10n.t('Input and Outputs (2015)'),
      'Input+Output': vscode.l10n.t('Input and Output (oldest)'),
    },
    inputs: vscode.l10n.t('Inputs'),
    noInputs: vscode.l10n.t('The service takes no input.'),
    addInput: vscode.l10n.t('Add input'),
    inputName: vscode.l10n.t('Name of the input'),
    sourceOf: vscode.l10n.t('Kind of {0}'),
    sources: {
      file: vscode.l10n.t('Local file'),
      blob: vscode.l10n.t('Blob in the storage'),
      url: vscode.l10n.t('Blob by URL'),
    },
    places: {
      file: vscode.l10n.t('Path, relative to this document'),
      blob: vscode.l10n.t('container/name.csv'),
      url: vscode.l10n.t('https://account.blob.core.windows.net/container/name.csv'),
    },
    chooseFile: vscode.l10n.t('Choose file…'),
    browse: vscode.l10n.t('Browse…'),
    outputs: vscode.l10n.t('Outputs'),
    noOutputs: vscode.l10n.t('The service has no outputs.'),
    addOutput: vscode.l10n.t('Add output'),
    outputName: vscode.l10n.t('Name of the output'),
    newBlob: vscode.l10n.t('A new blob in the storage'),
    ofService: vscode.l10n.t('The service’s own storage'),
    ofServiceOf: vscode.l10n.t('Leave {0} to the service’s own storage'),
    removeOutput: vscode.l10n.t('Remove output {0}'),
    removeInputNamed: vscode.l10n.t('Remove input {0}'),
    noSchema: vscode.l10n.t('The service publishes no schema: the fields come from this document.'),
    schemaUnread: vscode.l10n.t(
      'The schema could not be read. {0} Until then the fields come from this document.',
    ),
    broken: vscode.l10n.t('This batch job is not valid JSON'),
    lastJob: vscode.l10n.t('Last job'),
    noJob: vscode.l10n.t('Run it, and its state is shown here.'),
    submittedAt: vscode.l10n.t('submitted {0}'),
    startedAt: vscode.l10n.t('started {0}'),
    endedAt: vscode.l10n.t('ended {0}'),
    cancelJob: vscode.l10n.t('Cancel…'),
    showDetails: vscode.l10n.t('Show details'),
    openResults: vscode.l10n.t('Open results'),
    statuses: {
      Uploading: vscode.l10n.t('Uploading'),
      Submitting: vscode.l10n.t('Submitting'),
      NotStarted: vscode.l10n.t('Not started'),
      Running: vscode.l10n.t('Running'),
      Failed: vscode.l10n.t('Failed'),
      Cancelled: vscode.l10n.t('Cancelled'),
      Finished: vscode.l10n.t('Finished'),
    },
    ...jobProblemStrings(),
  };
}

export type JobProblemStrings = ReturnType<typeof jobProblemStrings>;

/** What keeps a job from being run, in sentences. */
export function jobProblemStrings() {
  return {
    parameterMissing: documentStrings().parameterMissing,
    cellProblems: documentStrings().cellProblems,
    inputProblems: {
      missing: vscode.l10n.t('The service wants this input.'),
      unknown: vscode.l10n.t('The service has no input of this name.'),
      empty: vscode.l10n.t('Say where the data is.'),
      location: vscode.l10n.t('container/name.csv is expected.'),
      notAUrl: vscode.l10n.t(
        'The URL of a blob is expected, such as https://account.blob.core.windows.net/container/name.csv.',
      ),
      secret: vscode.l10n.t('A SAS is not kept in a document. Give the URL without what follows "?".'),
    },
    outputProblems: {
      unknown: vscode.l10n.t('The service has no output of this name.'),
      location: vscode.l10n.t('container/name.csv is expected.'),
      extension: vscode.l10n.t('Services write .csv, .tsv and .arff, and trained models as .ilearner.'),
    },
    notScalar: vscode.l10n.t('A text, number, true, false or null is expected.'),
    secretParameter: vscode.l10n.t(
      'This looks like a secret. Keep it with "Set secret…", and write ${secret:NAME} here.',
    ),
    tooMany: vscode.l10n.t('A body of this form carries one input only, and the oldest one output only.'),
  };
}
