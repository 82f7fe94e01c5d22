import * as vscode from 'vscode';
import {
  schemeOf,
  type SeenField,
  seenIn,
  tenantConfigUrl,
  tokenField,
  type TokenFields,
} from '../../protocol/apim/policyFields.ts';
import { configUrlProblem, headerNameProblem } from '../../protocol/apim/policyValues.ts';
import { askNeeded, askText, type Step, trimmedText } from '../../shared/steps.ts';
import type { FieldContext, PolicyEdit } from './fieldChange.ts';
import { askToKeep, askToRemove, askWhich, fieldEdit } from './fieldQuestions.ts';
import { wordsIn } from '../wordsIn.ts';

/** Asks which token every call must bring; undefined when dismissed. */
export async function askToken({ title, policy }: FieldContext): Promise<PolicyEdit | undefined> {
  const there = seenIn(policy, tokenField);
  const draft = draftOf(there[0]);
  const askIssuer: Step = trimmedText(
    () => ({
      prompt: issuerPrompt(draft.seen?.fields.configUrls.length ?? 0),
      value: draft.issuer,
      validate: (text) => configUrlProblem(configUrlOf(text)),
    }),
    (text) => (draft.issuer = text),
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
  const askHeader: Step = trimmedText(
    () => ({
      prompt: vscode.l10n.t('Header with the token'),
      value: draft.header === '' ? 'Authorization' : draft.header,
      validate: (text) => headerNameProblem(text),
    }),
    (text) => (draft.header = text),
  );
  const steps = [
    askWhich(there, vscode.l10n.t('Which of the tokens?'), tokenWords, (chosen) => {
      if (chosen !== draft.seen) Object.assign(draft, draftOf(chosen));
    }),
    askToRemove(
      () => there.length > 0,
      () => vscode.l10n.t('Calls need a token already'),
      (value) => (draft.removes = value),
    ),
    ...askToKeep(draft, askIssuer, askAudiences, askHeader),
  ];
  if (!(await askNeeded(title, steps))) return undefined;
  const { seen, removes, audiences, header } = draft;
  const present = seen?.fields;
  if (removes) return fieldEdit(tokenField, undefined, seen);
  const scheme = header === present?.header ? present.scheme : schemeOf(header);
  // Of several configurations the first one is asked for.
  const configUrls = [configUrlOf(draft.issuer), ...(present?.configUrls.slice(1) ?? [])];
  const fields = { configUrls, audiences, header, ...(scheme !== undefined && { scheme }) };
  return fieldEdit(tokenField, fields, seen);
}

interface Draft {
  seen: SeenField<TokenFields> | undefined;
  removes: boolean;
  issuer: string;
  audiences: TokenFields['audiences'];
  header: string;
}

function draftOf(seen: SeenField<TokenFields> | undefined): Draft {
  const { configUrls = [], audiences = [], header = 'Authorization' } = seen?.fields ?? {};
  return { seen, removes: false, issuer: configUrls[0] ?? '', audiences, header };
}

function tokenWords({ configUrls, header }: TokenFields): string {
  return [header, ...configUrls].filter((each) => each !== '').join(' · ');
}

function issuerPrompt(configurations: number): string {
  const prompt = vscode.l10n.t('Id of the Microsoft Entra tenant, or URL of an OpenID configuration');
  return configurations > 1
    ? vscode.l10n.t('{0}. It is the first of {1}; the others stay', prompt, configurations)
    : prompt;
}

/** A tenant is named by its id or its domain. */
function configUrlOf(text: string): string {
  const trimmed = text.trim();
  return /^[\w-]+(?:\.[\w-]+)*$/.test(trimmed) ? tenantConfigUrl(trimmed) : trimmed;
}
