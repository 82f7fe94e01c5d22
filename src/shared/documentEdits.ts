import * as vscode from 'vscode';
import { Failure } from '../protocol/failure.ts';
import type { EditorCommand } from './documentContract.ts';
import { editText } from './editText.ts';
import { minimalChange } from './jsonDocument.ts';
import type { JsonEdit } from './jsonEdits.ts';

const mostAttempts = 5;

/** What an editor does about the edits in its document; `State` is the document as its page is told of it. */
export interface EditedForm<State> {
  state(): State;
  /** Tells the page of changes that it has not made itself. */
  tell(state: State): void;
  /** Throws when edits must not get into the document. */
  refuse(edits: readonly JsonEdit[]): void;
  /** Waited for before the next edit. */
  afterEdit?(): Promise<void>;
  /** The document may be for another service now. */
  followTarget(): void;
}

/** The edits that a form makes in its document; each is a step of undo. */
export class DocumentEdits<State> implements vscode.Disposable {
  readonly #document: vscode.TextDocument;
  readonly #form: EditedForm<State>;
  readonly #subscription: vscode.Disposable;
  #last: Promise<unknown> = Promise.resolve();
  #isApplying = false;

  constructor(document: vscode.TextDocument, form: EditedForm<State>) {
    this.#document = document;
    this.#form = form;
    this.#subscription = vscode.workspace.onDidChangeTextDocument((event) => {
      if (event.document !== document || event.contentChanges.length === 0) return;
      // The page is told of its own changes by the answer to them.
      if (this.#isApplying) return;
      form.tell(form.state());
      form.followTarget();
    });
  }

  /** Resolves when what was begun is in the document. Never rejects. */
  async settled(): Promise<void> {
    await this.#last;
  }

  /** Gives the document as it is after the edits. */
  edit(editsFor: (text: string) => readonly JsonEdit[]): Promise<State> {
    return this.inTurn(async () => {
      await this.make(editsFor);
      return this.#form.state();
    });
  }

  /** For edits that the page has not made itself, so that it does not know them. */
  async editAndTell(editsFor: (text: string) => readonly JsonEdit[]): Promise<void> {
    this.#form.tell(await this.edit(editsFor));
  }

  /** Carries out a shortcut that was held back until the document had everything. */
  async perform(command: EditorCommand): Promise<void> {
    await this.settled();
    if (command === 'save') await this.#document.save();
    else await vscode.commands.executeCommand(command);
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
      this.#form.refuse(edits);
      const change = minimalChange(text, editText(text, edits));
      if (!change) return 0;
      if (!(await this.#replace(change))) continue;
      await this.#form.afterEdit?.();
      if (edits.some(({ path: [member] }) => member !== 'inputs')) this.#form.followTarget();
      return 1;
    }
    throw new Failure({
      code: 'DocumentNotEditable',
      origin: 'client',
      sentence: vscode.l10n.t('The document cannot be changed; it may be read-only.'),
    });
  }

  dispose(): void {
    this.#subscription.dispose();
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
