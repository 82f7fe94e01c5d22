import * as vscode from 'vscode';

/** What a subscription is for. */
export function scopeWords(scope: string): string {
  const [kind = '', name = ''] = scope.split('/').slice(-2);
  if (kind === 'products') return vscode.l10n.t('product {0}', name);
  if (kind === 'apis') return vscode.l10n.t('API {0}', name);
  return name === 'apis' ? vscode.l10n.t('all APIs') : vscode.l10n.t('everything');
}
