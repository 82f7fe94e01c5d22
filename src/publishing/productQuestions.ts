import * as vscode from 'vscode';
import type { NewProduct, PublishedProduct } from '../protocol/apim/publication.ts';
import { isDisplayName, isResourceId } from '../protocol/apim/publicationProblems.ts';
import { starterLimits } from '../protocol/apim/limits.ts';
import { askChoice, askText, type Choice, type Step, type TextQuestion } from '../shared/steps.ts';
import { freeName } from '../shared/freeName.ts';
import { existingProduct, newStarter, type Draft } from './draft.ts';
import type { InstanceFacts, ProductFacts } from './instanceFacts.ts';
import { limitWords } from './limitWords.ts';

/** A product that is there, the guide's Starter, or a new one. */
export function askProduct(draft: Draft, facts: InstanceFacts): Step {
  return (position) => {
    const isStarter = ({ product }: ProductFacts): boolean => product.name === 'starter';
    const there = [...facts.products].sort((a, b) => Number(isStarter(b)) - Number(isStarter(a)));
    const choices: Choice<Pick<Draft, 'product' | 'limits'>>[] = [
      ...(there.some(isStarter)
        ? []
        : [
            {
              label: newStarter.displayName,
              description: limitWords(starterLimits),
              detail: vscode.l10n.t('Not there yet: it is made.'),
              value: { product: newStarter, limits: starterLimits },
            },
          ]),
      ...there.map(productChoice),
      {
        label: vscode.l10n.t('$(add) New product…'),
        value: { product: blankProduct(facts), limits: {} },
      },
    ];
    const placeholder = vscode.l10n.t(
      'Product: who has a subscription of it can call the API. Starter allows {0}.',
      limitWords(starterLimits),
    );
    return askChoice(position, { placeholder, choices }, (chosen) => Object.assign(draft, chosen));
  };
}

function productChoice({ product, limits }: ProductFacts): Choice<Pick<Draft, 'product' | 'limits'>> {
  const { name, properties } = product;
  return {
    label: properties.displayName ?? name,
    description: limitWords(limits) || vscode.l10n.t('no limit'),
    ...(properties.description !== undefined && { detail: properties.description.replaceAll(/\s+/g, ' ') }),
    value: { product: existingProduct(product), limits },
  };
}

function blankProduct({ products }: InstanceFacts): PublishedProduct {
  const taken = new Set(products.map(({ product }) => product.name));
  return {
    id: freeName('azureml', '-', (each) => taken.has(each)),
    displayName: 'Azure ML',
    subscriptionRequired: true,
    make: {
      description: '',
      terms: '',
      approvalRequired: false,
      subscriptionsLimit: 0,
      published: true,
      limits: {},
    },
  };
}

/** The questions of a new product, which are left out for any other. */
export function newProductSteps(draft: Draft): {
  readonly steps: readonly Step[];
  readonly count: () => number;
} {
  const isNew = (): boolean => draft.product.make !== undefined && draft.product !== newStarter;
  const change = (part: Partial<PublishedProduct>, make: Partial<NewProduct> = {}): void => {
    const { make: before } = draft.product;
    if (before !== undefined) draft.product = { ...draft.product, ...part, make: { ...before, ...make } };
  };
  const ask = (question: (make: NewProduct) => TextQuestion, accept: (text: string) => void): Step => {
    return (position) => {
      const { make } = draft.product;
      if (make === undefined || !isNew()) return Promise.resolve('skip');
      return askText(position, question(make), (text) => accept(text.trim()));
    };
  };
  const choose = <T>(
    placeholder: string,
    choices: readonly Choice<T>[],
    accept: (value: T) => void,
  ): Step => {
    return (position) =>
      isNew() ? askChoice(position, { placeholder, choices }, accept) : Promise.resolve('skip');
  };
  const takesSubscriptions = (): boolean => draft.product.subscriptionRequired;
  const limit = ask(
    ({ subscriptionsLimit }) => ({
      prompt: vscode.l10n.t('How many subscriptions one user may have; 0 for any number'),
      value: String(subscriptionsLimit),
      validate: (text) =>
        /^\d{1,6}$/.test(text.trim()) ? undefined : vscode.l10n.t('A whole number is expected.'),
    }),
    (text) => change({}, { subscriptionsLimit: Number(text) }),
  );
  const steps = [
    ask(
      () => ({
        prompt: vscode.l10n.t('Name of the new product'),
        value: draft.product.displayName,
        validate: (text) =>
          isDisplayName(text.trim()) ? undefined : vscode.l10n.t('1 to 300 characters are expected.'),
      }),
      (displayName) => change({ displayName }),
    ),
    ask(
      () => ({
        prompt: vscode.l10n.t('Id of the new product'),
        value: draft.product.id,
        validate: (text) =>
          isResourceId(text.trim())
            ? undefined
            : vscode.l10n.t('Up to 80 letters, digits and dashes are expected.'),
      }),
      (id) => change({ id }),
    ),
    ask(
      ({ description }) => ({ prompt: vscode.l10n.t('What the product is for'), value: description }),
      (description) => change({}, { description }),
    ),
    choose(
      vscode.l10n.t('Who may call it'),
      [
        {
          label: vscode.l10n.t('Subscribers'),
          detail: vscode.l10n.t('Whoever asks for a subscription gets its keys at once.'),
          value: { subscriptionRequired: true, approvalRequired: false },
        },
        {
          label: vscode.l10n.t('Subscribers that were approved'),
          detail: vscode.l10n.t('An administrator approves each subscription.'),
          value: { subscriptionRequired: true, approvalRequired: true },
        },
        {
          label: vscode.l10n.t('Anybody'),
          detail: vscode.l10n.t('The product takes no subscriptions; this API still wants a key of its own.'),
          value: { subscriptionRequired: false, approvalRequired: false },
        },
      ],
      ({ subscriptionRequired, approvalRequired }) => change({ subscriptionRequired }, { approvalRequired }),
    ),
    (position) => (takesSubscriptions() ? limit(position) : Promise.resolve('skip')),
    choose(
      vscode.l10n.t('Is the product published?'),
      [
        { label: vscode.l10n.t('Published'), detail: vscode.l10n.t('Developers see it.'), value: true },
        {
          label: vscode.l10n.t('Not published'),
          detail: vscode.l10n.t('Administrators see it only.'),
          value: false,
        },
      ],
      (published) => change({}, { published }),
    ),
    ask(
      ({ terms }) => ({
        prompt: vscode.l10n.t('Terms of use that a subscriber accepts; may be empty'),
        value: terms,
      }),
      (terms) => change({}, { terms }),
    ),
  ] satisfies Step[];
  return { steps, count: () => (isNew() ? steps.length - Number(!takesSubscriptions()) : 0) };
}
