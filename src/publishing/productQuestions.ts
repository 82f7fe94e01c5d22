import * as vscode from 'vscode';
import { starterLimits } from '../protocol/apim/limits.ts';
import type { NewProduct, PublishedProduct } from '../protocol/apim/publication.ts';
import { isResourceId } from '../protocol/apim/publicationProblems.ts';
import { freeName } from '../shared/freeName.ts';
import { askChoice, askText, type Choice, type Step, type TextQuestion } from '../shared/steps.ts';
import { displayNameProblem } from './displayName.ts';
import { existingProduct, isOpen, newStarter, type Draft } from './draft.ts';
import type { InstanceFacts, ProductFacts } from './instanceFacts.ts';
import { limitWords } from './limitWords.ts';

/** A product that is there, the guide's Starter, or a new one. */
export function askProduct(draft: Draft, facts: InstanceFacts): Step {
  return (position) => {
    const isStarter = ({ product }: ProductFacts): boolean => product.name === 'starter';
    const there = [...facts.products].sort((a, b) => Number(isStarter(b)) - Number(isStarter(a)));
    // Who comes back finds what was said of the new product.
    const made = newProductOf(draft) === undefined ? blankProduct(facts) : draft.product;
    const choices: Choice<PublishedProduct>[] = [
      ...(there.some(isStarter) ? [] : [starterChoice()]),
      ...there.map(productChoice),
      { label: vscode.l10n.t('$(add) New product…'), value: made },
    ];
    const placeholder = vscode.l10n.t('Product: its subscribers may call the API');
    return askChoice(position, { placeholder, choices }, (product) => (draft.product = product));
  };
}

function starterChoice(): Choice<PublishedProduct> {
  return {
    label: newStarter.displayName,
    description: limitWords(starterLimits),
    detail: vscode.l10n.t('Not there yet: it is made.'),
    value: newStarter,
  };
}

function productChoice({ product, limits }: ProductFacts): Choice<PublishedProduct> {
  const { name, properties } = product;
  const words = [
    ...(limits ? [limitWords(limits) || vscode.l10n.t('no limit')] : []),
    ...(isOpen(existingProduct(product)) ? [vscode.l10n.t('open to anybody, without a key')] : []),
  ];
  return {
    label: properties.displayName ?? name,
    ...(words.length > 0 && { description: words.join(' · ') }),
    ...(properties.description !== undefined && { detail: properties.description.replaceAll(/\s+/g, ' ') }),
    value: existingProduct(product),
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
export function newProductSteps(draft: Draft, facts: InstanceFacts): readonly Step[] {
  return [
    askName(draft),
    askId(draft),
    askDescription(draft),
    askAccess(draft),
    askLimit(draft),
    askState(draft, facts),
    askTerms(draft),
  ];
}

/** How many of them are asked. */
export function newProductQuestions(draft: Draft, facts: InstanceFacts): number {
  if (newProductOf(draft) === undefined) return 0;
  return newProductSteps(draft, facts).length - Number(!draft.product.subscriptionRequired);
}

/** Undefined where a product is chosen that needs no questions. */
function newProductOf({ product }: Draft): NewProduct | undefined {
  return product === newStarter ? undefined : product.make;
}

function change(draft: Draft, part: Partial<PublishedProduct>, make: Partial<NewProduct> = {}): void {
  const before = newProductOf(draft);
  if (before !== undefined) draft.product = { ...draft.product, ...part, make: { ...before, ...make } };
}

function askOf(
  draft: Draft,
  question: (make: NewProduct) => TextQuestion,
  accept: (text: string) => void,
): Step {
  return (position) => {
    const make = newProductOf(draft);
    if (make === undefined) return Promise.resolve('skip');
    return askText(position, question(make), (text) => accept(text.trim()));
  };
}

function chooseOf<T>(
  draft: Draft,
  question: () => { readonly placeholder: string; readonly choices: readonly Choice<T>[] },
  accept: (value: T) => void,
): Step {
  return (position) =>
    newProductOf(draft) === undefined ? Promise.resolve('skip') : askChoice(position, question(), accept);
}

function askName(draft: Draft): Step {
  const question = (): TextQuestion => ({
    prompt: vscode.l10n.t('Name of the new product'),
    value: draft.product.displayName,
    validate: displayNameProblem,
  });
  return askOf(draft, question, (displayName) => change(draft, { displayName }));
}

function askId(draft: Draft): Step {
  const question = (): TextQuestion => ({
    prompt: vscode.l10n.t('Id of the new product'),
    value: draft.product.id,
    validate: (text) =>
      isResourceId(text.trim())
        ? undefined
        : vscode.l10n.t('Up to 80 letters, digits and dashes are expected.'),
  });
  return askOf(draft, question, (id) => change(draft, { id }));
}

function askDescription(draft: Draft): Step {
  const question = ({ description }: NewProduct): TextQuestion => ({
    prompt: vscode.l10n.t('What the product is for'),
    value: description,
  });
  return askOf(draft, question, (description) => change(draft, {}, { description }));
}

function askAccess(draft: Draft): Step {
  const question = () => ({
    placeholder: vscode.l10n.t('Who may call it'),
    choices: [
      {
        label: vscode.l10n.t('Subscribers'),
        detail: vscode.l10n.t('A subscription is active at once, without an approval.'),
        value: { subscriptionRequired: true, approvalRequired: false },
      },
      {
        label: vscode.l10n.t('Subscribers that were approved'),
        detail: vscode.l10n.t('An administrator approves each subscription.'),
        value: { subscriptionRequired: true, approvalRequired: true },
      },
      {
        label: vscode.l10n.t('Anybody'),
        detail: vscode.l10n.t(
          'The product takes no subscriptions: whoever knows the URL calls the API without a key.',
        ),
        value: { subscriptionRequired: false, approvalRequired: false },
      },
    ],
  });
  return chooseOf(draft, question, ({ subscriptionRequired, approvalRequired }) =>
    change(draft, { subscriptionRequired }, { approvalRequired }),
  );
}

function askLimit(draft: Draft): Step {
  const question = ({ subscriptionsLimit }: NewProduct): TextQuestion => ({
    prompt: vscode.l10n.t('How many subscriptions one user may have; 0 for any number'),
    value: String(subscriptionsLimit),
    validate: (text) =>
      /^\d{1,6}$/.test(text.trim()) ? undefined : vscode.l10n.t('A whole number is expected.'),
  });
  const ask = askOf(draft, question, (text) => change(draft, {}, { subscriptionsLimit: Number(text) }));
  return (position) => (draft.product.subscriptionRequired ? ask(position) : Promise.resolve('skip'));
}

function askState(draft: Draft, { developers }: InstanceFacts): Step {
  const question = () => ({
    placeholder: vscode.l10n.t('Is the product published?'),
    choices: [
      {
        label: vscode.l10n.t('Published'),
        detail:
          developers === undefined
            ? vscode.l10n.t('The instance has no developer portal in which it would be found.')
            : vscode.l10n.t('Developers see it in the developer portal.'),
        value: true,
      },
      {
        label: vscode.l10n.t('Not published'),
        detail: vscode.l10n.t('Administrators see it only.'),
        value: false,
      },
    ],
  });
  return chooseOf(draft, question, (published) => change(draft, {}, { published }));
}

function askTerms(draft: Draft): Step {
  const question = ({ terms }: NewProduct): TextQuestion => ({
    prompt: vscode.l10n.t('Terms of use that a subscriber accepts; may be empty'),
    value: terms,
  });
  return askOf(draft, question, (terms) => change(draft, {}, { terms }));
}
