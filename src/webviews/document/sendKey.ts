/** The keys that send or run a document, as they are called here. */
export function sendKey(): string {
  return /mac/i.test(navigator.userAgent) ? '⌘Enter' : 'Ctrl+Enter';
}
