import * as vscode from 'vscode';
import { operationMethods } from '../protocol/apim/operations.ts';
import { errorStatuses, statusDescription, type PublishedOperation } from '../protocol/apim/publication.ts';
import { isUrlTemplate } from '../protocol/apim/publicationProblems.ts';
import { abortable } from '../shared/abortable.ts';
import { asking } from '../shared/asking.ts';
import { askChoice, askInSteps, askMany, type Choice, type Step, trimmedText } from '../shared/steps.ts';
import { displayNameProblem } from './displayName.ts';
import { type Draft, sameOperation, type Source } from './draft.ts';

/** No operation has such an id. */
const typedBodies = '{typed bodies}';

/** Which operations are published, and whether the types of their bodies are; each operation can be changed. */
export function askOperations(draft: Draft, source: Pick<Source, 'baseUrl' | 'bodyTypes'>): Step {
  const edit: vscode.QuickInputButton = {
    iconPath: new vscode.ThemeIcon('edit'),
    tooltip: vscode.l10n.t('Change name, verb, template and responses'),
  };
  return async (position) => {
    const bodyTypes = await asking(source.baseUrl, (signal) => abortable(source.bodyTypes, signal));
    const operations = (): readonly Choice<string>[] =>
      draft.operations.map(({ operation }) => ({
        label: operation.displayName,
        description: operation.method,
        detail: `${operation.urlTemplate} → ${operation.statuses.join(', ')}`,
        buttons: [edit],
        value: operation.id,
      }));
    const typed = {
      label: vscode.l10n.t('Typed bodies'),
      detail: vscode.l10n.t("As the service's swagger document has them, for the developer portal"),
      value: typedBodies,
    };
    return askMany<string>(
      position,
      {
        placeholder:
          bodyTypes === undefined
            ? vscode.l10n.t('Operations to publish; the service has no swagger document for typed bodies')
            : vscode.l10n.t('Operations to publish'),
        choices: () => [...operations(), ...(bodyTypes === undefined ? [] : [typed])],
        picked: (id) =>
          id === typedBodies
            ? draft.bodyTypes !== undefined
            : draft.operations.some((each) => each.included && each.operation.id === id),
        press: (id) => editOperation(draft, id),
      },
      (ids) => {
        const chosen = new Set(ids);
        draft.bodyTypes = chosen.has(typedBodies) ? bodyTypes : undefined;
        draft.operations = draft.operations.map((each) => ({
          ...each,
          included: chosen.has(each.operation.id),
        }));
      },
    );
  };
}

/** What was given up leaves the operation as it was. */
async function editOperation(draft: Draft, id: string): Promise<void> {
  const before = draft.operations.find(({ operation }) => operation.id === id)?.operation;
  if (before === undefined) return;
  const edited: Editable = { ...before };
  const title = vscode.l10n.t('Change {0}', before.displayName);
  const steps = [askName(edited), askMethod(edited), askTemplate(edited, draft), askStatuses(edited)];
  if (!(await askInSteps(title, steps, () => steps.length))) return;
  draft.operations = draft.operations.map((each) =>
    each.operation.id === id ? { operation: edited, included: true } : each,
  );
}

type Editable = { -readonly [K in keyof PublishedOperation]: PublishedOperation[K] };

function askName(operation: Editable): Step {
  return trimmedText(
    () => ({
      prompt: vscode.l10n.t('Display name of the operation'),
      value: operation.displayName,
      validate: displayNameProblem,
    }),
    (text) => (operation.displayName = text),
  );
}

function askMethod(operation: Editable): Step {
  return (position) => {
    const others = operationMethods.filter((method) => method !== operation.method);
    const choices = [operation.method, ...others].map((method) => ({ label: method, value: method }));
    const placeholder = vscode.l10n.t('HTTP verb');
    return askChoice(position, { placeholder, choices }, (method) => (operation.method = method));
  };
}

function askTemplate(operation: Editable, draft: Draft): Step {
  return trimmedText(
    () => ({
      prompt: vscode.l10n.t('URL template below the suffix; what is in braces are its parameters'),
      value: operation.urlTemplate,
      validate: (urlTemplate) => templateProblem({ ...operation, urlTemplate }, draft),
    }),
    (text) => (operation.urlTemplate = text),
  );
}

function templateProblem(operation: PublishedOperation, draft: Draft): string | undefined {
  if (!isUrlTemplate(operation.urlTemplate))
    return vscode.l10n.t(
      'A template begins with "/", has no spaces, and names each of its {parameters} once.',
    );
  const same = sameOperation(draft, operation);
  return same && vscode.l10n.t('{0} has this verb and template already.', same.displayName);
}

function askStatuses(operation: Editable): Step {
  const statuses = [200, ...errorStatuses];
  return (position) =>
    askMany<number>(
      position,
      {
        placeholder: vscode.l10n.t('Responses that are documented: 200, and the errors of the service'),
        choices: () =>
          statuses.map((status) => ({
            label: String(status),
            description: statusDescription(status),
            value: status,
          })),
        picked: (status) => operation.statuses.includes(status),
      },
      (chosen) => (operation.statuses = chosen.toSorted((a, b) => a - b)),
    );
}
