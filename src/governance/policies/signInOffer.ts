import * as vscode from 'vscode';

/** Offers to sign in for policies that came back with their window, and cannot be read without; once for all of them. */
export class SignInOffer {
  readonly #waiting = new Map<string, vscode.Uri>();
  readonly #report: (error: unknown) => void;

  constructor(report: (error: unknown) => void) {
    this.#report = report;
  }

  /** Notes that a policy waits, for whose instance `signIn` asks; the editor itself shows no words of ours. */
  make(uri: vscode.Uri, sentence: string, signIn: () => Promise<unknown>): void {
    const isFirst = this.#waiting.size === 0;
    this.#waiting.set(uri.toString(), uri);
    if (isFirst) this.#ask(sentence, signIn).catch(this.#report);
  }

  async #ask(sentence: string, signIn: () => Promise<unknown>): Promise<void> {
    const accepted = vscode.l10n.t('Sign in');
    const text = vscode.l10n.t('{0} Policies that were open can be shown after a sign-in.', sentence);
    const choice = await vscode.window.showWarningMessage(text, accepted);
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    if (choice !== accepted) return;
    await signIn();
    for (const uri of waiting) await vscode.commands.executeCommand('vscode.open', uri);
  }
}
