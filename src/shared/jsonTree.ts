import * as jsonc from 'jsonc-parser';

export interface JsonTree {
  /** Undefined for a text with nothing in it. */
  readonly root: jsonc.Node | undefined;
  readonly errors: readonly jsonc.ParseError[];
}

/** Texts are parsed once for all who ask about them in turn: the one before an edit, and the one after it. */
const keptTrees = 2;
const kept: { readonly text: string; readonly tree: JsonTree }[] = [];

/** The tree of a document; comments and trailing commas are fine. */
export function treeOf(text: string): JsonTree {
  const known = kept.find((each) => each.text === text);
  if (known) return known.tree;
  const errors: jsonc.ParseError[] = [];
  const root = jsonc.parseTree(text, errors, { allowTrailingComma: true, allowEmptyContent: true });
  const tree = { root, errors };
  kept.unshift({ text, tree });
  kept.length = Math.min(kept.length, keptTrees);
  return tree;
}
