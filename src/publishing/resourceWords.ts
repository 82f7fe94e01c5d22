import * as vscode from 'vscode';
import type { PlannedResource } from '../protocol/apim/publication.ts';

/** What a person calls a resource: its kind and its name. */
export function resourceWords({ kind, name }: PlannedResource): string {
  switch (kind) {
    case 'product':
      return vscode.l10n.t('Product {0}', name);
    case 'productPolicy':
      return vscode.l10n.t('Policy of the product {0}', name);
    case 'api':
      return vscode.l10n.t('API {0}', name);
    case 'schema':
      return vscode.l10n.t('Types of the bodies of {0}', name);
    case 'operation':
      return vscode.l10n.t('Operation {0}', name);
    case 'namedValue':
      return vscode.l10n.t('Named value {0} (API key)', name);
    case 'apiPolicy':
      return vscode.l10n.t('Policy of the API {0}', name);
    case 'productApi':
      return vscode.l10n.t('API in its product: {0}', name);
    case 'productGroup':
      return vscode.l10n.t('Developers see the product {0}', name);
    case 'subscription':
      return vscode.l10n.t('Subscription {0}', name);
  }
}
