import * as vscode from 'vscode';
import type { InstanceAccess } from '../azure/index.ts';
import { serviceParameter } from '../protocol/apim/operations.ts';
import { isPath } from '../protocol/apim/publicationProblems.ts';
import { Failure } from '../protocol/failure.ts';
import { normalizeBaseUrl } from '../protocol/studio/urls.ts';
import { asking } from '../shared/asking.ts';
import {
  askChoice,
  askInSteps,
  askMany,
  askText,
  type Choice,
  type Step,
  trimmedText,
} from '../shared/steps.ts';
import { displayNameProblem } from './displayName.ts';
import { apiIdOf, type Draft, isOfVersions, type KeySource, type Source } from './draft.ts';
import type { InstanceFacts } from './instanceFacts.ts';
import { openProductsOf } from './openProducts.ts';
import { askOperations } from './operationQuestions.ts';
import { askProduct, newProductQuestions, newProductSteps } from './productQuestions.ts';

/** Everything that the questions know besides the draft. */
export interface Setting {
  readonly source: Source;
  readonly facts: InstanceFacts;
  readonly gatewayUrl: string;
  readonly access: InstanceAccess;
}

/** Asks for a publication, from the guide's choices on. False when the user gives up. */
export function askPublication(title: string, draft: Draft, setting: Setting): Promise<boolean> {
  const steps = [
    askDisplayName(draft),
    askServiceUrl(draft, setting),
    askPath(draft, setting),
    askProduct(draft, setting.facts),
    ...newProductSteps(draft, setting.facts),
    askOperations(draft, setting.source),
    askKey(draft, setting),
    askFurtherEndpoints(draft, setting),
  ];
  const always =
    steps.length - newProductSteps(draft, setting.facts).length - Number(!setting.source.hasKey) - 1;
  return askInSteps(
    title,
    steps,
    () => always + newProductQuestions(draft, setting.facts) + Number(draft.key === 'calledEndpoint'),
  );
}

function askDisplayName(draft: Draft): Step {
  return trimmedText(
    () => ({
      prompt: vscode.l10n.t('Name of the API, as its users see it'),
      value: draft.displayName,
      validate: displayNameProblem,
    }),
    (text) => (draft.displayName = text),
  );
}

function askServiceUrl(draft: Draft, { source }: Setting): Step {
  return (position) =>
    askText(
      position,
      {
        prompt: vscode.l10n.t(
          'Web service URL: where the gateway finds {0}, everything before /workspaces/…',
          source.serviceName,
        ),
        value: draft.serviceUrl,
        validate: (text) => {
          const url = normalizeBaseUrl(text);
          return url instanceof Failure ? url.sentence : undefined;
        },
      },
      (text) => {
        const url = normalizeBaseUrl(text);
        if (!(url instanceof Failure)) draft.serviceUrl = url;
      },
    );
}

function askPath(draft: Draft, { gatewayUrl, facts }: Setting): Step {
  const proposedName = draft.displayName;
  return trimmedText(
    () => ({
      prompt: vscode.l10n.t('URL suffix of the API: what follows {0}/. It is called by HTTPS.', gatewayUrl),
      value: draft.path,
      validate: (text) => pathProblem(text, facts),
    }),
    (text) => {
      draft.path = text;
      if (draft.displayName !== proposedName) return;
      // One that is there has a name.
      const there = facts.apis.find(({ name }) => name === apiIdOf(draft, facts.apis));
      draft.displayName = there?.properties.displayName ?? proposedName;
    },
  );
}

function pathProblem(path: string, { apis }: InstanceFacts): string | undefined {
  if (!isPath(path))
    return vscode.l10n.t('Letters, digits, "-", "_", "." and "~" are expected, with "/" in between.');
  return isOfVersions(path, apis)
    ? vscode.l10n.t('An API with versions has this URL suffix. Choose another one.')
    : undefined;
}

function askKey(draft: Draft, { source, facts, access }: Setting): Step {
  return async (position) => {
    if (!source.hasKey) return 'skip';
    const several = {
      label: vscode.l10n.t('The gateway adds the one of the called endpoint'),
      detail: vscode.l10n.t('The API is for several endpoints of this workspace, each with its named value.'),
      value: 'calledEndpoint' as const,
    };
    const openProducts = await asking(access.arm.baseUrl, (signal) =>
      openProductsOf(draft, facts, access, signal),
    );
    const open = openProducts.length > 0;
    const added: readonly Choice<KeySource>[] = [
      {
        label: vscode.l10n.t('The gateway adds it'),
        detail: open
          ? vscode.l10n.t('It is kept there as a secret named value. Callers need no key at all.')
          : vscode.l10n.t('It is kept there as a secret named value. Callers need a subscription key only.'),
        value: 'endpoint',
      },
      ...(canBeForSeveral(draft, source) ? [several] : []),
    ];
    const sent: Choice<KeySource> = {
      label: vscode.l10n.t('Every caller sends it'),
      detail: open
        ? vscode.l10n.t('Callers need this key alone: the product is open to anybody.')
        : vscode.l10n.t('Callers need both keys, as in the guide.'),
      value: 'caller',
    };
    const choices = open ? [sent, ...added] : [...added, sent];
    const placeholder =
      draft.bodyTypes === undefined
        ? vscode.l10n.t('API key of {0}', source.serviceName)
        : vscode.l10n.t('API key of {0}, the one endpoint that the typed bodies are of', source.serviceName);
    for (;;) {
      const outcome = await askChoice(position, { placeholder, choices }, (value) => (draft.key = value));
      const isForAnybody = outcome === 'next' && open && draft.key !== 'caller';
      if (!isForAnybody || (await mayAnybodyCall(openProducts, source))) return outcome;
    }
  };
}

/** With a key that the gateway adds, an open product leaves the service without protection. */
async function mayAnybodyCall(openProducts: readonly string[], { serviceName }: Source): Promise<boolean> {
  const add = vscode.l10n.t('Add the key');
  const choice = await vscode.window.showWarningMessage(
    vscode.l10n.t('Let anybody call {0} with its API key?', serviceName),
    {
      modal: true,
      detail: vscode.l10n.t(
        'The product {0} is open: whoever knows the URL of the gateway calls the web service, at your expense, without a key of his own.',
        openProducts.join(', '),
      ),
    },
    add,
  );
  return choice === add;
}

/** Another endpoint may have other types of bodies; and each operation has to say which endpoint is called. */
function canBeForSeveral({ bodyTypes, operations }: Draft, { others }: Source): boolean {
  const templates = operations
    .filter(({ included }) => included)
    .map(({ operation }) => operation.urlTemplate);
  const saysWhich = templates.every((template) => serviceParameter(template) !== undefined);
  return others.length > 0 && bodyTypes === undefined && saysWhich;
}

function askFurtherEndpoints(draft: Draft, { source }: Setting): Step {
  return (position) => {
    if (draft.key !== 'calledEndpoint') return Promise.resolve('skip');
    return askMany<string>(
      position,
      {
        placeholder: vscode.l10n.t('Further endpoints that can be called; others get 404'),
        choices: () => source.others.map(({ label, reference }) => ({ label, value: reference })),
        picked: (reference) => draft.further.includes(reference),
      },
      (references) => (draft.further = references),
    );
  };
}
