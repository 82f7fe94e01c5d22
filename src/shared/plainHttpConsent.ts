import * as vscode from 'vscode';
import { isLoopback } from '../transport/proxies.ts';

const memento = 'plainHttpOrigins';

/** Plain http is for loopback; any other host needs the user's explicit yes, once. */
export class PlainHttpConsent {
  readonly #state: vscode.Memento;

  constructor(state: vscode.Memento) {
    this.#state = state;
  }

  allows(url: string): boolean {
    const { protocol, origin, hostname } = new URL(url);
    return protocol === 'https:' || isLoopback(hostname) || this.#allowed().includes(origin);
  }

  /** Resolves with true when the address may be called; asks when it is plain http to another machine. */
  async ask(url: string): Promise<boolean> {
    if (this.allows(url)) return true;
    const { origin, host } = new URL(url);
    const allow = vscode.l10n.t('Allow for {0}', host);
    const choice = await vscode.window.showWarningMessage(
      vscode.l10n.t('Send keys and data to {0} without encryption?', host),
      {
        modal: true,
        detail: vscode.l10n.t(
          'Plain http lets everyone on the way read your keys. Use https unless the network is yours.',
        ),
      },
      allow,
    );
    if (choice !== allow) return false;
    await this.#state.update(memento, [...this.#allowed(), origin]);
    return true;
  }

  /** Takes back every yes. */
  async takeBack(): Promise<void> {
    await this.#state.update(memento, undefined);
  }

  #allowed(): readonly string[] {
    return this.#state.get<readonly string[]>(memento, []);
  }
}
