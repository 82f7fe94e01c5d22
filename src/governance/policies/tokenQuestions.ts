import * as vscode from 'vscode';
import { fieldsIn, schemeOf, tenantConfigUrl, tokenField } from '../../protocol/apim/policyFields.ts';
import { configUrlProblem, headerNameProblem } from '../../protocol/apim/policyValues.ts';
import { askInSteps, askText, type Step } from '../../shared/steps.ts';
import type { FieldContext, PolicyEdit } from './fieldChange.ts';
import { askedIf, askToRemove, fieldEdit } from './fieldQuestions.ts';
import { wordsIn } from './wordsIn.ts';

/** Asks which token every call must bring; undefined when dismissed. */
export async function askToken({ title, policy }: FieldContext): Promise<PolicyEdit | undefined> {
  const [present] = fieldsIn(policy, tokenField).map(({ fields }) => fields);
  const draft = {
    removes: false,
    issuer: present?.configUrls[0] ?? '',
    audiences: present?.audiences ?? [],
    header: present?.header ?? 'Authorization',
  };
  const askIssuer: Step = (position) =>
    askText(
      position,
      {
        prompt: vscode.l10n.t('Id of the Microsoft Entra tenant, or URL of an OpenID configuration'),
        value: draft.issuer,
        validate: (text) => configUrlProblem(configUrlOf(text)),
      },
      (text) => (draft.issuer = text.trim()),
    );
  const askAudiences: Step = (position) =>
    askText(
      position,
      {
        prompt: vscode.l10n.t('Audiences, with commas between. Left empty, a token for anything will do'),
        placeholder: vscode.l10n.t('Application (client) id or URI'),
        value: draft.audiences.join(', '),
      },
      (text) => (draft.audiences = wordsIn(text)),
    );
  const askHeader: Step = (position) =>
    askText(
      position,
      {
        prompt: vscode.l10n.t('Header with the token'),
        value: draft.header === '' ? 'Authorization' : draft.header,
        validate: (text) => headerNameProblem(text.trim()),
      },
      (text) => (draft.header = text.trim()),
    );
  const steps = [
    askToRemove(
      present !== undefined,
      vscode.l10n.t('Calls need a token already'),
      (value) => (draft.removes = value),
    ),
    ...[askIssuer, askAudiences, askHeader].map((step) => askedIf(() => !draft.removes, step)),
  ];
  if (!(await askInSteps(title, steps))) return undefined;
  if (draft.removes) return fieldEdit(tokenField, undefined);
  const { audiences, header } = draft;
  const scheme = header === present?.header ? present.scheme : schemeOf(header);
  // Of several configurations the first one is asked for.
  const configUrls = [configUrlOf(draft.issuer), ...(present?.configUrls.slice(1) ?? [])];
  return fieldEdit(tokenField, { configUrls, audiences, header, ...(scheme !== undefined && { scheme }) });
}

/** A tenant is named by its id or its domain. */
function configUrlOf(text: string): string {
  const trimmed = text.trim();
  return /^[\w-]+(?:\.[\w-]+)*$/.test(trimmed) ? tenantConfigUrl(trimmed) : trimmed;
}
