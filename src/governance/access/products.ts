import * as vscode from 'vscode';
import { productSchema, type Product } from '../../protocol/apim/arm.ts';
import { readSeen } from './deciding.ts';
import { type AccessTools, choose, confirm, decideOn, seenWords, tell } from './tools.ts';

/** Lets developers find a product and subscribe to it, or not any more. */
export async function setPublished(tools: AccessTools, target: unknown, published: boolean): Promise<void> {
  const title = published ? vscode.l10n.t('Publish product') : vscode.l10n.t('Unpublish product');
  const chosen = await choose(tools, target, 'product', title);
  if (chosen === undefined) return;
  const { access, node } = chosen;
  const state = published ? 'published' : 'notPublished';
  const done = await decideOn<Product, string>(tools, access, ['products'], {
    read: (signal) => readSeen(access, node.path, productSchema, signal),
    ask: ({ properties }, changed) =>
      properties.state === state
        ? alreadySo(node.label, published)
        : askToSet(node.label, published, access.hasPortal, changed),
    write: (_, { etag }, signal) =>
      access.arm.patch(access.id + node.path, { properties: { state } }, { ifMatch: etag, signal }),
  });
  if (done === undefined) return;
  tell(
    published
      ? vscode.l10n.t('The product {0} is published.', node.label)
      : vscode.l10n.t('The product {0} is not published any more.', node.label),
  );
}

function askToSet(
  product: string,
  published: boolean,
  hasPortal: boolean,
  changed: boolean,
): Promise<string | undefined> {
  const effect = hasPortal ? effectInPortal(published) : effectWithoutPortal();
  return published
    ? confirm(vscode.l10n.t('Publish the product {0}?', product), seenWords(changed, effect), [
        vscode.l10n.t('Publish'),
      ])
    : confirm(vscode.l10n.t('Unpublish the product {0}?', product), seenWords(changed, effect), [
        vscode.l10n.t('Unpublish'),
      ]);
}

function effectInPortal(published: boolean): string {
  return published
    ? vscode.l10n.t('Whoever is in a group that sees it finds it in the developer portal and can subscribe.')
    : vscode.l10n.t('Only administrators see it then. Subscriptions that are there go on working.');
}

function effectWithoutPortal(): string {
  return vscode.l10n.t(
    'The tier Consumption has no developer portal in which it would be found. Subscriptions that are there go on working.',
  );
}

function alreadySo(product: string, published: boolean): Promise<undefined> {
  tell(
    published
      ? vscode.l10n.t('The product {0} is published already.', product)
      : vscode.l10n.t('The product {0} is not published.', product),
  );
  return Promise.resolve(undefined);
}
