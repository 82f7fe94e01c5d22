import * as vscode from 'vscode';
import {
  policyProblems,
  type PolicyProblem,
  type PolicyRefusal,
} from '../../protocol/apim/policyProblems.ts';
import { schemes } from '../../shared/contributions.ts';
import type { PolicyPlaces } from './policyUri.ts';

/** Marks what is wrong in policies that are open: what is known while they are typed, and what the service said. */
export class PolicyDiagnostics implements vscode.Disposable {
  readonly #places: PolicyPlaces;
  readonly #known = vscode.languages.createDiagnosticCollection('azureml-policy');
  readonly #refused = vscode.languages.createDiagnosticCollection('azureml-policy-service');
  readonly #disposables: vscode.Disposable[] = [this.#known, this.#refused];

  constructor(places: PolicyPlaces) {
    this.#places = places;
    const look = (document: vscode.TextDocument): void => this.#look(document);
    this.#disposables.push(
      vscode.workspace.onDidOpenTextDocument(look),
      vscode.workspace.onDidChangeTextDocument(({ document }) => look(document)),
      vscode.workspace.onDidCloseTextDocument(({ uri }) => {
        this.#known.delete(uri);
        this.#refused.delete(uri);
      }),
    );
    for (const document of vscode.workspace.textDocuments) look(document);
  }

  dispose(): void {
    vscode.Disposable.from(...this.#disposables).dispose();
  }

  /** What is wrong with a text before it is sent. */
  problems(uri: vscode.Uri, text: string): readonly PolicyProblem[] {
    return policyProblems(text, this.#places.placeOf(uri));
  }

  /** Shows what the service said against the text that was sent. */
  refuse(uri: vscode.Uri, text: string, refusals: readonly PolicyRefusal[]): void {
    const lines = text.split('\n');
    const found = refusals.map(({ at, message }) => {
      const { line, column } = at ?? { line: 1, column: 1 };
      const name = /^[\w.:-]+/.exec(lines[line - 1]?.slice(column - 1) ?? '')?.[0] ?? ' ';
      const range = new vscode.Range(line - 1, column - 1, line - 1, column - 1 + name.length);
      return diagnostic(range, message, vscode.DiagnosticSeverity.Error, 'API Management');
    });
    this.#refused.set(uri, found);
  }

  /** Forgets what the service said. */
  clear(uri: vscode.Uri): void {
    this.#refused.delete(uri);
  }

  #look(document: vscode.TextDocument): void {
    const { uri } = document;
    // A side of a comparison is not for saving.
    if (uri.scheme !== schemes.policy || uri.query !== '') return;
    const text = document.getText();
    const found = text.trim() === '' ? [] : this.problems(uri, text);
    this.#known.set(
      uri,
      found.map(({ severity, message, span }) => {
        const range = new vscode.Range(document.positionAt(span.start), document.positionAt(span.end));
        const isError = severity === 'error';
        const level = isError ? vscode.DiagnosticSeverity.Error : vscode.DiagnosticSeverity.Warning;
        return diagnostic(range, message, level, 'Azure ML');
      }),
    );
  }
}

function diagnostic(
  range: vscode.Range,
  message: string,
  severity: vscode.DiagnosticSeverity,
  source: string,
): vscode.Diagnostic {
  const made = new vscode.Diagnostic(range, message, severity);
  made.source = source;
  return made;
}
