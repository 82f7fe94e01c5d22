const vscode = require('vscode');

const server = process.env.AZURE_SIGN_IN_SERVER;
const tenantMark = 'VSCODE_TENANT:';

exports.activate = ({ subscriptions }) => {
  const changed = new vscode.EventEmitter();
  const sessionsOf = async (method, scopes, account) => {
    const tenantId = scopes?.find((scope) => scope.startsWith(tenantMark))?.slice(tenantMark.length);
    const asked = new URLSearchParams();
    if (tenantId !== undefined) asked.set('tenant', tenantId);
    if (account !== undefined) asked.set('account', account.id);
    const response = await fetch(`${server}/sessions?${asked}`, { method });
    const answer = await response.json();
    if (!response.ok) throw new Error(answer);
    return answer.map((session) => ({ ...session, scopes: scopes ?? [] }));
  };
  const provider = {
    onDidChangeSessions: changed.event,
    getSessions: (scopes, { account }) => sessionsOf('GET', scopes, account),
    createSession: async (scopes, { account }) => {
      const [session] = await sessionsOf('POST', scopes, account);
      changed.fire({ added: [session], removed: [], changed: [] });
      return session;
    },
    removeSession: () => Promise.resolve(),
  };
  subscriptions.push(
    changed,
    vscode.authentication.registerAuthenticationProvider('microsoft', 'Microsoft', provider, {
      supportsMultipleAccounts: true,
    }),
  );
};
