import * as vscode from 'vscode';
import { Failure } from '../protocol/failure.ts';
import { editText } from './editText.ts';
import { minimalChange } from './jsonDocument.ts';
import type { JsonEdit } from './jsonEdits.ts';

const mostAttempts = 5;

/** The edits that a form makes in its document; each is a step of undo. */
export class DocumentEdits {
  readonly #document: vscode.TextDocument;
  readonly #refuse: (edits: readonly JsonEdit[]) => void;
  readonly #afterEdit: (edits: readonly JsonEdit[]) => unknown;
  #last: Promise<unknown> = Promise.resolve();
  #isApplying = false;

  /** `refuse` throws when edits must not get into the document; `afterEdit` is waited for before the next one. */
  constructor(
    document: vscode.TextDocument,
    refuse: (edits: readonly JsonEdit[]) => void,
    afterEdit: (edits: readonly JsonEdit[]) => unknown,
  ) {
    this.#document = document;
    this.#refuse = refuse;
    this.#afterEdit = afterEdit;
  }

  /** Whether the document is being changed from here just now. */
  get isApplying(): boolean {
    return this.#isApplying;
  }

  /** Resolves when what was begun is in the document. Never rejects. */
  async settled(): Promise<void> {
    await this.#last;
  }

  /** Edits wait for each other, so that each is made on the text that the one before it left. */
  inTurn<T>(edit: () => Promise<T>): Promise<T> {
    const edited = this.#last.then(edit);
    this.#last = edited.catch(() => undefined);
    return edited;
  }

  /**
   * An undo or another editor may come in between: then the edits are made on what it left. Gives how many changes the
   * document has had by it: one, or none. To be called `inTurn`.
   */
  async make(editsFor: (text: string) => readonly JsonEdit[]): Promise<number> {
    for (let attempt = 0; attempt < mostAttempts; attempt++) {
      const text = this.#document.getText();
      const edits = editsFor(text);
      this.#refuse(edits);
      const change = minimalChange(text, editText(text, edits));
      if (!change) return 0;
      if (!(await this.#replace(change))) continue;
      await this.#afterEdit(edits);
      return 1;
    }
    throw new Failure({
      code: 'DocumentNotEditable',
      origin: 'client',
      sentence: vscode.l10n.t('The document cannot be changed; it may be read-only.'),
    });
  }

  async #replace({ start, end, text }: { start: number; end: number; text: string }): Promise<boolean> {
    const document = this.#document;
    const range = new vscode.Range(document.positionAt(start), document.positionAt(end));
    const edit = new vscode.WorkspaceEdit();
    edit.replace(document.uri, range, text);
    this.#isApplying = true;
    try {
      return await vscode.workspace.applyEdit(edit);
    } finally {
      this.#isApplying = false;
    }
  }
}
