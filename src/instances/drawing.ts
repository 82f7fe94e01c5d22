import * as vscode from 'vscode';
import {
  apiName,
  isCurrentRevision,
  type Api,
  type ApiOperation,
  type Product,
  type ProductSubscription,
} from '../protocol/apim/arm.ts';
import {
  groupName,
  userName,
  type Group,
  type Notification,
  type RecipientEmail,
  type RecipientUser,
  type User,
} from '../protocol/apim/people.ts';
import { scopeWords } from '../shared/scopeWords.ts';
import type { Listed } from './listed.ts';

export function drawApi(api: Api, path: string): Listed | undefined {
  if (!isCurrentRevision(api)) return undefined;
  const { name, properties } = api;
  return {
    kind: 'api',
    path,
    label: apiName(api),
    description: `/${properties.path}`,
    icon: 'symbol-interface',
    facts: {
      [vscode.l10n.t('API id')]: name,
      [vscode.l10n.t('URL suffix')]: properties.path,
      [vscode.l10n.t('Web service URL')]: properties.serviceUrl,
      [vscode.l10n.t('Description')]: properties.description,
    },
    opens: true,
  };
}

export function drawOperation({ properties }: ApiOperation, path: string): Listed {
  const { displayName = path, method, urlTemplate } = properties;
  return {
    kind: 'operation',
    path,
    label: displayName,
    description: `${method} ${urlTemplate}`,
    icon: 'zap',
  };
}

export function drawProduct({ name, properties }: Product, path: string, hasPortal: boolean): Listed {
  const { displayName = name, state, subscriptionRequired, approvalRequired } = properties;
  const isPublished = state === 'published';
  return {
    kind: 'product',
    path,
    label: displayName,
    description: [
      !isPublished && vscode.l10n.t('not published'),
      subscriptionRequired === false && vscode.l10n.t('open, no key'),
      approvalRequired === true && vscode.l10n.t('needs approval'),
    ]
      .filter(Boolean)
      .join(', '),
    icon: 'package',
    words: [isPublished ? 'published' : 'notPublished', !hasPortal && 'withoutPortal'],
    facts: {
      [vscode.l10n.t('Product id')]: name,
      [vscode.l10n.t('Description')]: properties.description,
      [vscode.l10n.t('Subscriptions of a user')]: properties.subscriptionsLimit?.toString(),
    },
    opens: true,
  };
}

/** An API that a product has. */
export function drawProductApi(api: Api, path: string): Listed | undefined {
  if (!isCurrentRevision(api)) return undefined;
  return {
    kind: 'productApi',
    path,
    label: apiName(api),
    description: vscode.l10n.t('API'),
    icon: 'symbol-interface',
    facts: { [vscode.l10n.t('API id')]: api.name },
  };
}

/** A group that sees a product. */
export function drawProductGroup(group: Group, path: string): Listed {
  return {
    kind: 'productGroup',
    path,
    label: groupName(group),
    description: vscode.l10n.t('sees it'),
    icon: 'organization',
  };
}

export function drawSubscription({ name, properties }: ProductSubscription, path: string): Listed {
  const { displayName, state = 'active', scope = '', ownerId } = properties;
  return {
    kind: 'subscription',
    path,
    label: displayName ?? name,
    description: [state !== 'active' && subscriptionState(state), scopeWords(scope)]
      .filter(Boolean)
      .join(' · '),
    icon: 'key',
    words: [state],
    facts: {
      [vscode.l10n.t('Subscription id')]: name,
      [vscode.l10n.t('State')]: subscriptionState(state),
      [vscode.l10n.t('For')]: scopeWords(scope),
      [vscode.l10n.t('Owner')]: ownerId?.split('/').at(-1),
    },
    waits: state === 'submitted',
  };
}

export function drawUser(user: User, path: string): Listed {
  const { email = '', state = 'active', note } = user.properties;
  return {
    kind: 'user',
    path,
    label: userName(user),
    description: userDescription(user),
    icon: 'account',
    words: [state],
    facts: {
      [vscode.l10n.t('User id')]: user.name,
      [vscode.l10n.t('E-mail')]: email,
      [vscode.l10n.t('State')]: userState(state),
      [vscode.l10n.t('Note')]: note,
    },
  };
}

/** By which somebody is told from others of his name, after what keeps him from calling. */
export function userDescription({ properties: { email = '', state = 'active' } }: User): string {
  return [state !== 'active' && userState(state), email].filter(Boolean).join(' · ');
}

export function drawMember(user: User, path: string): Listed {
  return { ...drawUser(user, path), kind: 'member' };
}

export function drawGroup(group: Group, path: string): Listed {
  const { name, properties } = group;
  const { builtIn, type, description } = properties;
  return {
    kind: 'group',
    path,
    label: groupName(group),
    description:
      builtIn === true ? vscode.l10n.t('built in') : type === 'external' ? 'Microsoft Entra ID' : '',
    icon: 'organization',
    words: [builtIn === true ? 'builtIn' : type === 'external' ? 'external' : 'custom'],
    facts: {
      [vscode.l10n.t('Group id')]: name,
      [vscode.l10n.t('Description')]: description,
      [vscode.l10n.t('External id')]: properties.externalId,
    },
    opens: true,
  };
}

export function drawNotification({ name, properties }: Notification, path: string): Listed {
  return {
    kind: 'notification',
    path,
    label: properties.title ?? name,
    description: ofOldPortal.has(name) ? vscode.l10n.t('old developer portal only') : '',
    icon: 'mail',
    facts: {
      [vscode.l10n.t('Description')]: properties.description,
      ...(name === 'QuotaLimitApproachingPublisherNotificationMessage' && {
        [vscode.l10n.t('Note')]: vscode.l10n.t('Of quotas of a subscription, not of quotas by key.'),
      }),
    },
    opens: true,
  };
}

/** Events that only the retired portal had. Source: azure-docs api-management-howto-configure-notifications.md. */
const ofOldPortal: ReadonlySet<string> = new Set([
  'NewApplicationNotificationMessage',
  'NewIssuePublisherNotificationMessage',
]);

export function drawRecipientEmail(
  { name, properties: { email = name } }: RecipientEmail,
  path: string,
): Listed {
  return { kind: 'recipientEmail', path, label: email, icon: 'mail' };
}

/** @param user undefined where it is not known any more */
export function drawRecipientUser({ name }: RecipientUser, path: string, user: User | undefined): Listed {
  return {
    kind: 'recipientUser',
    path,
    label: user === undefined ? name : userName(user),
    description: user?.properties.email ?? vscode.l10n.t('user'),
    icon: 'account',
  };
}

/** What a person calls the state of a subscription. */
export function subscriptionState(state: string): string {
  switch (state) {
    case 'active':
      return vscode.l10n.t('active');
    case 'submitted':
      return vscode.l10n.t('waits for approval');
    case 'suspended':
      return vscode.l10n.t('suspended');
    case 'rejected':
      return vscode.l10n.t('rejected');
    case 'cancelled':
      return vscode.l10n.t('cancelled');
    case 'expired':
      return vscode.l10n.t('expired');
    default:
      return state;
  }
}

function userState(state: string): string {
  switch (state) {
    case 'active':
      return vscode.l10n.t('active');
    case 'blocked':
      return vscode.l10n.t('blocked');
    case 'pending':
      return vscode.l10n.t('not confirmed yet');
    case 'deleted':
      return vscode.l10n.t('deleted');
    default:
      return state;
  }
}
