import * as vscode from 'vscode';
import type { InstanceAccess } from '../azure/index.ts';
import {
  apiSchema,
  childPath,
  operationSchema,
  parseArm,
  productSchema,
  productSubscriptionSchema,
  type Instance,
} from '../protocol/apim/arm.ts';
import {
  groupSchema,
  notificationSchema,
  recipientEmailSchema,
  recipientUserSchema,
  type RecipientUser,
  userSchema,
} from '../protocol/apim/people.ts';
import type { BranchName, EntityKind } from '../shared/instanceNode.ts';
import {
  drawApi,
  drawGroup,
  drawMember,
  drawNotification,
  drawOperation,
  drawProduct,
  drawProductApi,
  drawProductGroup,
  drawRecipientEmail,
  drawRecipientUser,
  drawSubscription,
  drawUser,
} from './drawing.ts';
import { inTurn, pagesOf, type Listed, type ListedInstance, type Pages } from './listed.ts';

export interface Branch {
  readonly name: BranchName;
  readonly label: string;
  readonly icon: string;
  /** Said when there is none. */
  readonly nothing: string;
  readonly list: (access: ListedInstance, signal: AbortSignal) => Pages;
  /** Only with a developer portal. */
  readonly isForPortal?: boolean;
}

export function branches(): readonly Branch[] {
  return [
    {
      name: 'apis',
      label: vscode.l10n.t('APIs'),
      icon: 'symbol-interface',
      nothing: vscode.l10n.t('No APIs yet. Publish an endpoint from the view Web services.'),
      list: (access, signal) => pagesOf(access, '/apis', apiSchema, drawApi, signal),
    },
    {
      name: 'products',
      label: vscode.l10n.t('Products'),
      icon: 'package',
      nothing: vscode.l10n.t('No products yet.'),
      list: (access, signal) =>
        pagesOf(
          access,
          '/products',
          productSchema,
          (product, path) => drawProduct(product, path, access.hasPortal),
          signal,
        ),
    },
    {
      name: 'subscriptions',
      label: vscode.l10n.t('Subscriptions'),
      icon: 'key',
      nothing: vscode.l10n.t('No subscriptions yet.'),
      list: (access, signal) =>
        pagesOf(access, '/subscriptions', productSubscriptionSchema, drawSubscription, signal),
    },
    {
      name: 'users',
      label: vscode.l10n.t('Users'),
      icon: 'account',
      nothing: vscode.l10n.t('No users yet.'),
      list: (access, signal) => pagesOf(access, '/users', userSchema, drawUser, signal),
      isForPortal: true,
    },
    {
      name: 'groups',
      label: vscode.l10n.t('Groups'),
      icon: 'organization',
      nothing: vscode.l10n.t('No groups yet.'),
      list: (access, signal) => pagesOf(access, '/groups', groupSchema, drawGroup, signal),
      isForPortal: true,
    },
    {
      name: 'notifications',
      label: vscode.l10n.t('Notifications'),
      icon: 'mail',
      nothing: vscode.l10n.t('No notifications.'),
      list: (access, signal) =>
        pagesOf(access, '/notifications', notificationSchema, drawNotification, signal),
      isForPortal: true,
    },
  ];
}

/** What is below something of an instance; undefined where there is nothing. */
export function listBelow(
  kind: EntityKind,
  path: string,
  access: ListedInstance,
  signal: AbortSignal,
): Pages | undefined {
  switch (kind) {
    case 'api':
      return pagesOf(access, `${path}/operations`, operationSchema, drawOperation, signal);
    case 'product':
      return inTurn(
        pagesOf(access, `${path}/apis`, apiSchema, drawProductApi, signal),
        ...(access.hasPortal
          ? [pagesOf(access, `${path}/groups`, groupSchema, drawProductGroup, signal)]
          : []),
      );
    case 'group':
      return pagesOf(access, `${path}/users`, userSchema, drawMember, signal);
    case 'notification':
      return inTurn(
        pagesOf(access, `${path}/recipientEmails`, recipientEmailSchema, drawRecipientEmail, signal),
        recipientUsers(access, path, signal),
      );
    default:
      return undefined;
  }
}

/** A recipient is named by the id of a user alone. */
function recipientUsers(access: InstanceAccess, path: string, signal: AbortSignal): Pages {
  const draw = async (recipient: RecipientUser, at: string): Promise<Listed> => {
    const user = await access.arm.find(childPath(`${access.id}/users`, recipient.name), { signal });
    return drawRecipientUser(recipient, at, user && parseArm(userSchema, user.body));
  };
  return pagesOf(access, `${path}/recipientUsers`, recipientUserSchema, draw, signal);
}

/** What is said where nothing is below it. */
export function nothingBelow(kind: EntityKind): string {
  switch (kind) {
    case 'api':
      return vscode.l10n.t('No operations.');
    case 'product':
      return vscode.l10n.t('No APIs, and no group that sees it.');
    case 'group':
      return vscode.l10n.t('No members.');
    default:
      return vscode.l10n.t('Nobody is notified.');
  }
}

/** The tier that costs nothing while nobody calls has no users and nothing that is for them. Source: azure-docs api-management-features.md. */
export function isWithoutPortal({ sku }: Instance): boolean {
  return sku?.name.toLowerCase() === 'consumption';
}

/** Whether an instance has nothing of the kind. */
export function isLacking({ isForPortal = false }: Branch, instance: Instance): boolean {
  return isForPortal && isWithoutPortal(instance);
}
