import * as vscode from 'vscode';
import {
  fieldsIn,
  quotaField,
  rateField,
  type QuotaFields,
  type RateFields,
} from '../../protocol/apim/policyFields.ts';
import { lackingIn, type PolicyPlace } from '../../protocol/apim/policyProblems.ts';
import {
  countProblem,
  keyQuotaPeriodProblem,
  quotaPeriodProblem,
  ratePeriodProblem,
} from '../../protocol/apim/policyValues.ts';
import { askChoice, askInSteps, askText, type Step } from '../../shared/steps.ts';
import type { FieldContext, PolicyEdit } from './fieldChange.ts';
import { askedIf, askPossible, fieldEdit, type LimitedChoice } from './fieldQuestions.ts';

type Kind = 'rate' | 'quota';

interface LimitDraft {
  kind: Kind;
  removes: boolean;
  calls: string;
  bandwidth: string;
  period: string;
  counterKey: string | undefined;
}

/** Source: azure-docs api-management-sample-flexible-throttling.md. */
const counters = {
  address: '@(context.Request.IpAddress)',
  subscription: '@(context.Subscription?.Id ?? "anonymous")',
} as const;

/** Asks how many calls are let through; undefined when dismissed. */
export async function askLimit(context: FieldContext): Promise<PolicyEdit | undefined> {
  const [rate] = fieldsIn(context.policy, rateField).map(({ fields }) => fields);
  const [quota] = fieldsIn(context.policy, quotaField).map(({ fields }) => fields);
  const draft = draftOf('rate', rate);
  const steps = [
    askKind(draft, rate, quota),
    ...[
      askCounter(draft, context),
      askCalls(draft),
      askedIf(() => draft.kind === 'quota', askBandwidth(draft)),
      askPeriod(draft),
    ].map((step) => askedIf(() => !draft.removes, step)),
  ];
  if (!(await askInSteps(context.title, steps))) return undefined;
  return draft.kind === 'rate'
    ? fieldEdit(rateField, draft.removes ? undefined : rateOf(draft))
    : fieldEdit(quotaField, draft.removes ? undefined : quotaOf(draft));
}

function draftOf(kind: Kind, present: QuotaFields | undefined): LimitDraft {
  return {
    kind,
    removes: false,
    calls: present === undefined ? (kind === 'rate' ? '10' : '1000') : (present.calls ?? ''),
    bandwidth: present?.bandwidth ?? '',
    period: present?.period ?? (kind === 'rate' ? '60' : '604800'),
    counterKey: present?.counterKey,
  };
}

function rateOf({ calls, period, counterKey }: LimitDraft): RateFields {
  return { calls, period, ...(counterKey !== undefined && { counterKey }) };
}

function quotaOf({ calls, bandwidth, period, counterKey }: LimitDraft): QuotaFields {
  return {
    ...(calls !== '' && { calls }),
    ...(bandwidth !== '' && { bandwidth }),
    period,
    ...(counterKey !== undefined && { counterKey }),
  };
}

function askKind(draft: LimitDraft, rate: RateFields | undefined, quota: QuotaFields | undefined): Step {
  const choiceOf = (kind: Kind, removes: boolean) => ({ kind, removes });
  const choices = [
    {
      label: vscode.l10n.t('Rate limit'),
      description: presentWords(rate),
      detail: vscode.l10n.t('Calls in up to five minutes; more are answered 429.'),
      value: choiceOf('rate', false),
    },
    {
      label: vscode.l10n.t('Quota'),
      description: presentWords(quota),
      detail: vscode.l10n.t('Calls or kilobytes in a longer time, or for ever; more are answered 403.'),
      value: choiceOf('quota', false),
    },
    ...(rate ? [{ label: vscode.l10n.t('$(trash) Remove rate limit'), value: choiceOf('rate', true) }] : []),
    ...(quota ? [{ label: vscode.l10n.t('$(trash) Remove quota'), value: choiceOf('quota', true) }] : []),
  ];
  const placeholder = vscode.l10n.t('What is to be limited?');
  return (position) =>
    askChoice(position, { placeholder, choices }, ({ kind, removes }) => {
      // Who comes back and stays with his choice finds his answers.
      if (kind !== draft.kind || removes) Object.assign(draft, draftOf(kind, kind === 'rate' ? rate : quota));
      draft.removes = removes;
    });
}

function askCounter(draft: LimitDraft, place: PolicyPlace): Step {
  return (position) =>
    askPossible(
      position,
      vscode.l10n.t('Whose calls are counted together?'),
      counterChoices(draft, place),
      (counterKey) => (draft.counterKey = counterKey),
    );
}

/** The one that is there comes first. */
function counterChoices({ kind, counterKey }: LimitDraft, place: PolicyPlace) {
  const name = kind === 'rate' ? 'rate-limit' : 'quota';
  const byKey = lackingIn(`${name}-by-key`, place.tier);
  const choices: LimitedChoice<string | undefined>[] = [
    {
      label: vscode.l10n.t('Those of a subscription'),
      description: `<${name}>`,
      lacking: lackingBySubscription(kind, place),
      value: undefined,
    },
    {
      label: vscode.l10n.t('Those of an IP address'),
      description: `<${name}-by-key>`,
      lacking: byKey,
      value: counters.address,
    },
    {
      label: vscode.l10n.t('Those of a subscription, by key'),
      description: `<${name}-by-key>`,
      lacking: byKey,
      value: counters.subscription,
    },
  ];
  const isOther = choices.every(({ value }) => value !== counterKey);
  const label = vscode.l10n.t('As it is now');
  return [
    ...(isOther ? [{ label, description: counterKey ?? '', lacking: byKey, value: counterKey }] : []),
    ...choices.toSorted((a, b) => Number(b.value === counterKey) - Number(a.value === counterKey)),
  ];
}

function lackingBySubscription(kind: Kind, { scope }: PolicyPlace): string | undefined {
  if (kind === 'quota' && scope !== 'product')
    return vscode.l10n.t('A quota by subscription may stand in the policy of a product only.');
  if (kind === 'rate' && scope === 'instance')
    return vscode.l10n.t('A rate limit by subscription may not stand in the policy of the whole instance.');
  return undefined;
}

function askCalls(draft: LimitDraft): Step {
  return (position) => {
    const isOptional = draft.kind === 'quota';
    const prompt = isOptional
      ? vscode.l10n.t('How many calls? Leave it empty to limit kilobytes only')
      : vscode.l10n.t('How many calls?');
    const validate = (text: string): string | undefined =>
      isOptional && text === '' ? undefined : countProblem(text);
    return askText(position, { prompt, value: draft.calls, validate }, (calls) => (draft.calls = calls));
  };
}

function askBandwidth(draft: LimitDraft): Step {
  return (position) => {
    const prompt = vscode.l10n.t(
      'How many kilobytes, both ways together? Leave it empty to limit calls only',
    );
    const validate = (text: string): string | undefined => {
      if (text !== '') return countProblem(text);
      return draft.calls === '' ? vscode.l10n.t('A quota limits calls, or kilobytes, or both.') : undefined;
    };
    return askText(
      position,
      { prompt, value: draft.bandwidth, validate },
      (bandwidth) => (draft.bandwidth = bandwidth),
    );
  };
}

function askPeriod(draft: LimitDraft): Step {
  return (position) => {
    const isRate = draft.kind === 'rate';
    const quotaProblem = draft.counterKey === undefined ? quotaPeriodProblem : keyQuotaPeriodProblem;
    const prompt = isRate
      ? vscode.l10n.t('In how many seconds? At most 300')
      : vscode.l10n.t('In how many seconds? 86400 is a day, 604800 a week, 0 for ever');
    const validate = isRate ? ratePeriodProblem : quotaProblem;
    return askText(position, { prompt, value: draft.period, validate }, (period) => (draft.period = period));
  };
}

function presentWords(limit: QuotaFields | undefined): string {
  if (limit === undefined) return vscode.l10n.t('none yet');
  const amounts = [
    ...(limit.calls === undefined ? [] : [vscode.l10n.t('{0} calls', limit.calls)]),
    ...(limit.bandwidth === undefined ? [] : [vscode.l10n.t('{0} kB', limit.bandwidth)]),
  ].join(', ');
  return limit.period === '0'
    ? vscode.l10n.t('{0} for ever', amounts)
    : vscode.l10n.t('{0} in {1} s', amounts, limit.period);
}
