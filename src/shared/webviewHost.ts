import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';
import { connect, type Contract, type Handlers, type Link } from './messages.ts';

/** The bundles in `dist/webviews`: each is a script and a style sheet. */
export type WebviewName = 'requestEditor' | 'jobEditor' | 'table' | 'dashboard' | 'monitoring';

/**
 * Fills a webview with one of the extension's own pages and connects it. The page gets scripts and styles from its
 * bundle alone and reaches no network; all data goes in by message. Disposing ends what either side still waits for.
 */
export function openWebview<Incoming extends Contract, Outgoing extends Contract>(
  webview: vscode.Webview,
  page: { readonly extensionUri: vscode.Uri; readonly name: WebviewName; readonly title: string },
  contracts: {
    readonly incoming: Incoming;
    readonly outgoing: Outgoing;
    readonly handlers: Handlers<Incoming>;
  },
): Link<Outgoing> {
  const folder = vscode.Uri.joinPath(page.extensionUri, 'dist', 'webviews');
  webview.options = { enableScripts: true, localResourceRoots: [folder] };
  let isOpen = true;
  const link = connect({
    ...contracts,
    // What ends after the page is gone has nobody to tell.
    post: (message) => (isOpen ? webview.postMessage(message) : undefined),
  });
  const subscription = webview.onDidReceiveMessage((message: unknown) => link.receive(message));
  webview.html = pageHtml(webview, folder, page);
  return {
    remote: link.remote,
    receive: (message) => link.receive(message),
    dispose() {
      isOpen = false;
      subscription.dispose();
      link.dispose();
    },
  };
}

function pageHtml(
  webview: vscode.Webview,
  folder: vscode.Uri,
  { name, title }: { readonly name: WebviewName; readonly title: string },
): string {
  const nonce = randomBytes(16).toString('base64');
  const file = (extension: string): string =>
    webview.asWebviewUri(vscode.Uri.joinPath(folder, `${name}.${extension}`)).toString();
  const policy = `default-src 'none'; script-src 'nonce-${nonce}'; style-src ${webview.cspSource}`;
  return `<!DOCTYPE html>
<html lang="${escapeHtml(vscode.env.language)}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<link rel="stylesheet" href="${file('css')}">
</head>
<body>
<div id="root"></div>
<script nonce="${nonce}" src="${file('js')}"></script>
</body>
</html>`;
}

function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
