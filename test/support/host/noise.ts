/** What the workbench says on every healthy run: no fault of the extension, and of no use to a reader. */
const noise = [
  // Progress of the window's own start.
  /^Resolv(ing|ed) connection token/,
  /^Creating a socket/,
  /^\[reconnection-grace-time\]/,
  /^Updating additional builtin extensions cache/,
  /^Ignoring fetching additional builtin extensions/,
  /^\[AgentHost/,
  /^\[AccountPolicyGate\]/,
  // The server serves no worker for the gallery's pages, no verifier of signatures and no updates.
  /^\[Service Worker\] registration/,
  /^A bad HTTP response code \(404\) was received when fetching the script/,
  /\/update\/check$/,
  /vsda(_bg)?\.(js|wasm)/,
  // An account that no extension here offers.
  /Timed out waiting for authentication provider 'github' to register/,
  // Without a network.
  /open-vsx\.org/,
  /ERR_INTERNET_DISCONNECTED|ERR_NAME_NOT_RESOLVED/,
  // What was under way when the window closed or loaded again.
  /Canceled: Canceled/,
  /IndexedDB database '[^']*' is closed/,
  /Failed to execute 'abort' on 'IDBTransaction'/,
  /^\[lifecycle\] Long running operations during shutdown/,
  /^Error: Aborted onWillSaveTextDocument-event/,
  // Races of VS Code itself: a page of a webview that is replaced while it loads (its own preview of Markdown too),
  // and a tree view that is refreshed while it still renders the items before.
  /Found unexpected null[\s\S]*hookupOnLoadHandlers/,
  /TreeError \[[^\]]*\] Tree element not found/,
];

/** Tells whether a line of the workbench's log or console is one that every healthy run has. */
export function isKnownNoise(line: string): boolean {
  return noise.some((pattern) => pattern.test(line));
}
