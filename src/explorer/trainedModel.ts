import * as vscode from 'vscode';
import type { Catalog, Endpoint } from '../catalog/index.ts';
import type { Jobs } from '../jobs/index.ts';
import { Failure } from '../protocol/failure.ts';
import { parseBlobUrl } from '../protocol/studio/bes.ts';

/** Puts an `.ilearner` file, of a training job or at a URL, in the place of a trained model of an endpoint. */
export async function updateTrainedModel(catalog: Catalog, jobs: Jobs, target: unknown): Promise<void> {
  const title = vscode.l10n.t('Update a trained model');
  const endpoint = await catalog.pickChangeableEndpoint(target, title);
  if (endpoint === undefined) return;
  const model = await pickModel(catalog, endpoint, title);
  if (model === undefined) return;
  const blob = parseBlobUrl((await pickUrl(jobs, title))?.trim() ?? '');
  if (blob === undefined) return;
  const { baseLocation, relativeLocation, sasToken = '' } = blob;
  const file = fileName(relativeLocation);
  if (!(await confirm(endpoint, model, file))) return;
  await catalog.replaceModel(endpoint, model, { baseLocation, relativeLocation, sasBlobToken: sasToken });
  void vscode.window.showInformationMessage(
    vscode.l10n.t(
      '{0} has the model {1} now. The hosted service took about 30 seconds until it answered with a new model.',
      endpoint.label,
      file,
    ),
  );
}

async function pickModel(catalog: Catalog, endpoint: Endpoint, title: string): Promise<string | undefined> {
  const models = await catalog.trainedModels(endpoint);
  const [only, ...others] = models;
  if (only === undefined) {
    throw new Failure({
      code: 'NothingToPick',
      origin: 'client',
      sentence: vscode.l10n.t('{0} has no trained model that can be updated.', endpoint.label),
    });
  }
  if (others.length === 0) return only;
  return vscode.window.showQuickPick(models, { title, placeHolder: vscode.l10n.t('Trained model') });
}

/** The URL of a file that opens without a key; it holds a credential. */
async function pickUrl(jobs: Jobs, title: string): Promise<string | undefined> {
  const outputs = jobs
    .list()
    .filter(({ hasResults }) => hasResults)
    .flatMap((job) =>
      Object.entries(job.outputs)
        .filter(([, { relativeLocation }]) => isModel(relativeLocation))
        .map(([output, { relativeLocation }]) => ({
          label: fileName(relativeLocation),
          description: vscode.l10n.t('{0} of the job {1}', output, job.title),
          url: async () => (await jobs.result(job.localId, output)).url,
        })),
    );
  const another = {
    label: vscode.l10n.t('URL with SAS…'),
    description: vscode.l10n.t('any .ilearner file that the service can read'),
    url: () => askUrl(title),
  };
  const picked = await vscode.window.showQuickPick([...outputs, another], {
    title,
    placeHolder: vscode.l10n.t('Trained model: an .ilearner file that a job has written'),
    matchOnDescription: true,
  });
  return picked?.url();
}

function askUrl(title: string): Thenable<string | undefined> {
  return vscode.window.showInputBox({
    title,
    prompt: vscode.l10n.t('URL of an .ilearner file, with its SAS'),
    password: true,
    ignoreFocusOut: true,
    validateInput: (text) =>
      isModel(parseBlobUrl(text.trim())?.relativeLocation ?? '')
        ? undefined
        : vscode.l10n.t('The https URL of a blob that ends in .ilearner is expected, followed by its SAS.'),
  });
}

async function confirm(endpoint: Endpoint, model: string, file: string): Promise<boolean> {
  const update = vscode.l10n.t('Update');
  const choice = await vscode.window.showWarningMessage(
    vscode.l10n.t('Replace "{0}" of {1} by {2}?', model, endpoint.label, file),
    {
      modal: true,
      detail: vscode.l10n.t(
        'All callers of the endpoint get answers of the new model. "Refresh endpoint…" goes back to the model of the web service.',
      ),
    },
    update,
  );
  return choice === update;
}

function isModel(location: string): boolean {
  return location.toLowerCase().endsWith('.ilearner');
}

function fileName(location: string): string {
  return location.slice(location.lastIndexOf('/') + 1);
}
