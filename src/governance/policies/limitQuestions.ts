import * as vscode from 'vscode';
import {
  quotaField,
  rateField,
  type QuotaFields,
  type RateFields,
  type SeenField,
  seenIn,
} from '../../protocol/apim/policyFields.ts';
import { lackingIn, type PolicyPlace } from '../../protocol/apim/policyProblems.ts';
import {
  countProblem,
  keyQuotaPeriodProblem,
  quotaPeriodProblem,
  ratePeriodProblem,
} from '../../protocol/apim/policyValues.ts';
import { askChoice, askNeeded, askText, type Choice, type Step } from '../../shared/steps.ts';
import type { FieldContext, PolicyEdit } from './fieldChange.ts';
import { askPossible, askToKeep, fieldEdit, type LimitedChoice } from './fieldQuestions.ts';

type Kind = 'rate' | 'quota';

type SeenLimit = SeenField<QuotaFields>;

/** A limit that is there, or a new one, and what is to become of it. */
interface Choosing {
  kind: Kind;
  seen: SeenLimit | undefined;
  removes: boolean;
}

interface LimitDraft extends Choosing {
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
  const { policy, title } = context;
  const there = { rate: seenIn(policy, rateField), quota: seenIn(policy, quotaField) };
  const draft = draftOf({ kind: 'rate', seen: there.rate[0], removes: false });
  const steps = [
    { ask: askWhich(draft, there) },
    ...askToKeep(draft, askCounter(draft, context, there), askCalls(draft)),
    { ask: askBandwidth(draft), isNeeded: () => !draft.removes && draft.kind === 'quota' },
    ...askToKeep(draft, askPeriod(draft)),
  ];
  if (!(await askNeeded(title, steps))) return undefined;
  const { kind, seen, removes } = draft;
  return kind === 'rate'
    ? fieldEdit(rateField, removes ? undefined : rateOf(draft), seen)
    : fieldEdit(quotaField, removes ? undefined : quotaOf(draft), seen);
}

function draftOf(choosing: Readonly<Choosing>): LimitDraft {
  const isRate = choosing.kind === 'rate';
  const present = choosing.seen?.fields;
  return {
    ...choosing,
    calls: present === undefined ? (isRate ? '10' : '1000') : (present.calls ?? ''),
    bandwidth: present?.bandwidth ?? '',
    period: present?.period ?? (isRate ? '60' : '604800'),
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

type Limits = Readonly<Record<Kind, readonly SeenLimit[]>>;

function askWhich(draft: LimitDraft, there: Limits): Step {
  const choices = [
    ...changesOf('rate', there.rate),
    ...changesOf('quota', there.quota),
    ...removalsOf('rate', there.rate),
    ...removalsOf('quota', there.quota),
  ];
  const placeholder = vscode.l10n.t('What is to be limited?');
  return (position) =>
    askChoice(position, { placeholder, choices }, (chosen) => {
      const { kind, seen, removes } = draft;
      // Who comes back and stays with his choice finds his answers.
      const isOther = chosen.kind !== kind || chosen.seen !== seen || chosen.removes !== removes;
      if (isOther) Object.assign(draft, draftOf(chosen));
    });
}

function changesOf(kind: Kind, there: readonly SeenLimit[]): readonly Choice<Readonly<Choosing>>[] {
  const words = {
    rate: {
      label: vscode.l10n.t('Rate limit'),
      detail: vscode.l10n.t('Calls in up to five minutes; more are answered 429.'),
    },
    quota: {
      label: vscode.l10n.t('Quota'),
      detail: vscode.l10n.t('Calls or kilobytes in a longer time, or for ever; more are answered 403.'),
    },
  }[kind];
  if (there.length === 0) {
    const description = vscode.l10n.t('none yet');
    return [{ ...words, description, value: { kind, seen: undefined, removes: false } }];
  }
  return there.map((seen) => ({
    ...words,
    description: limitWords(seen, there),
    value: { kind, seen, removes: false },
  }));
}

function removalsOf(kind: Kind, there: readonly SeenLimit[]): readonly Choice<Readonly<Choosing>>[] {
  const label =
    kind === 'rate' ? vscode.l10n.t('$(trash) Remove rate limit') : vscode.l10n.t('$(trash) Remove quota');
  return there.map((seen) => ({
    label,
    ...(there.length > 1 && { description: limitWords(seen, there) }),
    value: { kind, seen, removes: true },
  }));
}

function askCounter(draft: LimitDraft, place: PolicyPlace, there: Limits): Step {
  return (position) =>
    askPossible(
      position,
      vscode.l10n.t('Whose calls are counted together?'),
      counterChoices(draft, place, there[draft.kind]),
      (counterKey) => (draft.counterKey = counterKey),
    );
}

/** The one that is there comes first. */
function counterChoices(
  { kind, counterKey, seen }: LimitDraft,
  place: PolicyPlace,
  there: readonly SeenLimit[],
): readonly LimitedChoice<string | undefined>[] {
  const name = kind === 'rate' ? 'rate-limit' : 'quota';
  const byKey = lackingIn(`${name}-by-key`, place.tier);
  const isTaken = there.some((other) => other !== seen && other.fields.counterKey === undefined);
  const choices: LimitedChoice<string | undefined>[] = [
    {
      label: vscode.l10n.t('Those of a subscription'),
      description: `<${name}>`,
      lacking: lackingBySubscription(kind, place) ?? (isTaken ? takenBySubscription() : undefined),
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

/** Source: azure-docs rate-limit-policy.md, quota-policy.md. */
function takenBySubscription(): string {
  return vscode.l10n.t('There is one by subscription already, and there may be one only.');
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

/** What a limit allows, and by what it counts where there are several. */
function limitWords({ fields }: SeenLimit, there: readonly SeenLimit[]): string {
  const { calls, bandwidth, period, counterKey } = fields;
  const amounts = [
    ...(calls === undefined ? [] : [vscode.l10n.t('{0} calls', calls)]),
    ...(bandwidth === undefined ? [] : [vscode.l10n.t('{0} kB', bandwidth)]),
  ].join(', ');
  const words =
    period === '0' ? vscode.l10n.t('{0} for ever', amounts) : vscode.l10n.t('{0} in {1} s', amounts, period);
  return there.length === 1 ? words : `${words} · ${counterKey ?? vscode.l10n.t('by subscription')}`;
}
