import * as vscode from 'vscode';
import type { OpenInstance } from '../../instances/index.ts';
import {
  apiName,
  apiSchema,
  childPath,
  isCurrentRevision,
  parseArm,
  productSchema,
  productSubscriptionSchema,
  type Api,
  type Product,
} from '../../protocol/apim/arm.ts';
import { userSchema, type User } from '../../protocol/apim/people.ts';
import { resourceIdFrom } from '../../protocol/apim/publicationProblems.ts';
import {
  isSubscriptionName,
  type NewSubscription,
  notifyQuery,
  subscriptionBody,
} from '../../protocol/apim/subscriptionStates.ts';
import { entityOf } from '../../shared/instanceNode.ts';
import { askChoice, askInSteps, type Choice, type Step, trimmedText } from '../../shared/steps.ts';
import { freeId } from './freeId.ts';
import { userItem } from './members.ts';
import { offerToCopy } from './subscriptionKeys.ts';
import { type AccessTools, changing, type Chosen, confirm, tell, waitFor } from './tools.ts';

/** What a subscription may be for, and whom it may belong to. */
interface Offer {
  readonly products: readonly Product[];
  readonly apis: readonly Api[];
  readonly users: readonly User[];
}

type Draft = { -readonly [K in keyof NewSubscription]: NewSubscription[K] };

const allApis = '/apis';

/** Gives out a pair of keys; on a product, an API or a user of the tree that is settled already. */
export async function newSubscription(tools: AccessTools, target: unknown): Promise<void> {
  const title = vscode.l10n.t('New subscription');
  const access = await tools.instances.open(target, title);
  if (access === undefined) return;
  const offer = await waitFor(access, (signal) => readOffer(access, signal));
  const wanted = await askFor(title, offer, {
    scope: entityOf(target, 'product', 'api')?.path,
    ownerPath: entityOf(target, 'user')?.path,
    instanceId: access.id,
  });
  if (wanted === undefined || !(await mayOpenAll(access, wanted))) return;
  const made = await changing(tools, access, ['subscriptions'], () => make(access, wanted));
  if (wanted.state === 'active') {
    await offerToCopy(
      made,
      'primary',
      vscode.l10n.t('The subscription {0} is made, with two keys.', wanted.displayName),
    );
  } else {
    tell(vscode.l10n.t('The subscription {0} is made. It waits for approval.', wanted.displayName));
  }
}

async function readOffer({ arm, id, hasPortal }: OpenInstance, signal: AbortSignal): Promise<Offer> {
  const [products, apis, users] = await Promise.all([
    arm.listAll(`${id}/products`, productSchema, { signal }),
    arm.listAll(`${id}/apis`, apiSchema, { signal }),
    hasPortal ? arm.listAll(`${id}/users`, userSchema, { signal }) : [],
  ]);
  return {
    // A product that takes no subscriptions has no keys.
    products: products.filter(({ properties }) => properties.subscriptionRequired !== false),
    apis: apis.filter(isCurrentRevision),
    users,
  };
}

interface Settled {
  readonly scope: string | undefined;
  readonly ownerPath: string | undefined;
  readonly instanceId: string;
}

async function askFor(title: string, offer: Offer, settled: Settled): Promise<NewSubscription | undefined> {
  const draft: Draft = { displayName: '', scope: settled.scope ?? '', state: 'active' };
  if (settled.ownerPath !== undefined) draft.ownerId = settled.instanceId + settled.ownerPath;
  const steps = [
    askName(draft),
    ...(offer.users.length > 0 && settled.ownerPath === undefined ? [askOwner(draft, offer)] : []),
    ...(settled.scope === undefined ? [askScope(draft, offer)] : []),
    askState(draft),
  ];
  return (await askInSteps(title, steps, () => steps.length)) ? draft : undefined;
}

function askName(draft: Draft): Step {
  const prompt = vscode.l10n.t('Name of the subscription: what its keys are for');
  const validate = (text: string): string | undefined =>
    isSubscriptionName(text) ? undefined : vscode.l10n.t('1 to 100 characters are expected.');
  return trimmedText(
    () => ({ prompt, value: draft.displayName, validate }),
    (text) => (draft.displayName = text),
  );
}

function askOwner(draft: Draft, { users }: Offer): Step {
  const nobody: Choice<User | undefined> = {
    label: vscode.l10n.t('Nobody: it stands alone'),
    detail: vscode.l10n.t('For programs. No user sees it in the developer portal.'),
    value: undefined,
  };
  const placeholder = vscode.l10n.t('Owner, who sees the keys in the developer portal');
  return (position) =>
    askChoice(position, { placeholder, choices: [nobody, ...users.map(userItem)] }, (user) => {
      if (user === undefined) delete draft.ownerId;
      else draft.ownerId = user.id;
    });
}

function askScope(draft: Draft, { products, apis }: Offer): Step {
  const choices: Choice<string>[] = [
    ...products.map(({ name, properties }) => ({
      label: properties.displayName ?? name,
      description: vscode.l10n.t('product'),
      value: childPath('/products', name),
    })),
    ...apis.map((api) => ({
      label: apiName(api),
      description: vscode.l10n.t('API'),
      value: childPath(allApis, api.name),
    })),
    {
      label: vscode.l10n.t('$(warning) All APIs'),
      detail: vscode.l10n.t('Its keys open every API of the instance, those to come included.'),
      value: allApis,
    },
  ];
  const placeholder = vscode.l10n.t('What the keys are for');
  return (position) => askChoice(position, { placeholder, choices }, (scope) => (draft.scope = scope));
}

function askState(draft: Draft): Step {
  const choices = [
    { label: vscode.l10n.t('Active'), detail: vscode.l10n.t('Its keys work at once.'), value: 'active' },
    {
      label: vscode.l10n.t('Submitted'),
      detail: vscode.l10n.t('An administrator approves it before its keys work.'),
      value: 'submitted',
    },
  ] as const;
  const placeholder = vscode.l10n.t('How it begins');
  return (position) => askChoice(position, { placeholder, choices }, (state) => (draft.state = state));
}

async function mayOpenAll({ name }: OpenInstance, { scope, displayName }: NewSubscription): Promise<boolean> {
  if (scope !== allApis) return true;
  const make = vscode.l10n.t('Make subscription');
  const choice = await confirm(
    vscode.l10n.t('Make the subscription {0} for all APIs of {1}?', displayName, name),
    vscode.l10n.t(
      'Whoever has one of its keys calls every API, those to come included, and no limit of a product counts for him.',
    ),
    [make],
  );
  return choice === make;
}

async function make(access: OpenInstance, wanted: NewSubscription): Promise<Chosen> {
  return waitFor(access, async (signal) => {
    const { arm, id } = access;
    const name = await freeId(access, '/subscriptions', resourceIdFrom(wanted.displayName), signal);
    const path = childPath('/subscriptions', name);
    const { body } = await arm.put(id + path, subscriptionBody(wanted), {
      query: notifyQuery(false),
      signal,
    });
    const { displayName = name } = parseArm(productSubscriptionSchema, body).properties;
    return {
      access,
      node: { node: 'entity', instanceId: id, kind: 'subscription', path, label: displayName },
    };
  });
}
