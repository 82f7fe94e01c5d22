/** Any JSON value. */
export type JsonValue = null | boolean | number | string | readonly JsonValue[] | JsonMembers;

export interface JsonMembers {
  readonly [name: string]: JsonValue;
}

export type JsonPath = readonly (string | number)[];

/** A change in a JSON document. `insert` needs an index as the last part of its path. */
export type JsonEdit =
  | { readonly kind: 'set'; readonly path: JsonPath; readonly value: JsonValue }
  | { readonly kind: 'insert'; readonly path: JsonPath; readonly value: JsonValue }
  | { readonly kind: 'remove'; readonly path: JsonPath }
  | SpliceEdit
  | BlockEdit;

/** Takes items out of the array at the path, and puts others in their place. */
export interface SpliceEdit {
  readonly kind: 'splice';
  readonly path: JsonPath;
  readonly at: number;
  readonly remove: number;
  readonly items: readonly JsonValue[];
}

/** Sets cells of a table, which is the array at the path: `rows` from `top` on, in each the members `columns`. */
export interface BlockEdit {
  readonly kind: 'block';
  readonly path: JsonPath;
  readonly top: number;
  readonly columns: readonly (string | number)[];
  readonly rows: readonly (readonly JsonValue[])[];
}

/** The cells of a block, one edit for each. */
export function* cellEdits({ path, top, columns, rows }: BlockEdit): Generator<JsonEdit> {
  for (const [i, row] of rows.entries()) {
    for (const [j, column] of columns.entries()) {
      yield { kind: 'set', path: [...path, top + i, column], value: row[j] ?? null };
    }
  }
}

export function isMembers(value: JsonValue | undefined): value is JsonMembers {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** `Array.isArray` for JSON, which keeps the type of the elements. */
export function isItems(value: JsonValue | undefined): value is readonly JsonValue[] {
  return Array.isArray(value);
}

/** The document after the edits; those whose place does not exist any more are left out. */
export function applyJsonEdits(document: JsonValue, edits: readonly JsonEdit[]): JsonValue {
  const draft = new Draft();
  return edits.reduce((value, edit) => draft.apply(value, edit), document);
}

/** What is changed is copied once, however many edits there are; what is not stays the same object. */
class Draft {
  readonly #items = new Map<readonly JsonValue[], JsonValue[]>();
  readonly #members = new Map<JsonMembers, Record<string, JsonValue>>();

  apply(value: JsonValue, edit: JsonEdit): JsonValue {
    if (edit.kind !== 'block') return this.#applyAt(value, edit, 0);
    let after = value;
    for (const cell of cellEdits(edit)) after = this.#applyAt(after, cell, 0);
    return after;
  }

  #applyAt(value: JsonValue, edit: JsonEdit, depth: number): JsonValue {
    const key = edit.path[depth];
    if (key === undefined) {
      if (edit.kind === 'set') return edit.value;
      return edit.kind === 'splice' && isItems(value) ? this.#splice(value, edit) : value;
    }
    const last = depth === edit.path.length - 1;
    if (isItems(value))
      return typeof key === 'number' ? this.#applyToItems(value, key, edit, last, depth) : value;
    if (!isMembers(value)) return value;
    return this.#applyToMembers(value, String(key), edit, last, depth);
  }

  #splice(items: readonly JsonValue[], { at, remove, items: added }: SpliceEdit): JsonValue {
    return at > items.length ? items : [...items.slice(0, at), ...added, ...items.slice(at + remove)];
  }

  #applyToItems(
    items: readonly JsonValue[],
    index: number,
    edit: JsonEdit,
    last: boolean,
    depth: number,
  ): JsonValue {
    const item = items[index];
    if (!last || edit.kind === 'splice') {
      if (item === undefined) return items;
      const after = this.#applyAt(item, edit, depth + 1);
      if (after === item) return items;
      const own = this.#ownItems(items);
      own[index] = after;
      return own;
    }
    if (index > items.length || (edit.kind === 'remove' && index === items.length)) return items;
    const own = this.#ownItems(items);
    if (edit.kind === 'set') own[index] = edit.value;
    else if (edit.kind === 'insert') own.splice(index, 0, edit.value);
    else own.splice(index, 1);
    return own;
  }

  #applyToMembers(
    members: JsonMembers,
    name: string,
    edit: JsonEdit,
    last: boolean,
    depth: number,
  ): JsonValue {
    const inner = Object.hasOwn(members, name) ? members[name] : undefined;
    if (!last || edit.kind === 'splice') {
      if (inner === undefined && edit.kind !== 'set') return members;
      const after = this.#applyAt(inner ?? {}, edit, depth + 1);
      if (after === inner) return members;
      return this.#withMember(members, name, after);
    }
    if (edit.kind === 'set' || edit.kind === 'insert') return this.#withMember(members, name, edit.value);
    return Object.fromEntries(Object.entries(members).filter(([other]) => other !== name));
  }

  #ownItems(items: readonly JsonValue[]): JsonValue[] {
    const known = this.#items.get(items);
    if (known) return known;
    const copy = [...items];
    this.#items.set(copy, copy);
    return copy;
  }

  #withMember(members: JsonMembers, name: string, value: JsonValue): JsonMembers {
    let own = this.#members.get(members);
    if (!own) {
      own = { ...members };
      this.#members.set(own, own);
    }
    // An assignment to `__proto__` would be no member.
    Object.defineProperty(own, name, { value, enumerable: true, writable: true, configurable: true });
    return own;
  }
}

/** The fewest places to change to get from one value to another; order of members does not count. */
export function diffJson(before: JsonValue | undefined, after: JsonValue, path: JsonPath = []): JsonEdit[] {
  if (isItems(before) && isItems(after)) return diffItems(before, after, path);
  if (isMembers(before) && isMembers(after)) return diffMembers(before, after, path);
  return before === after ? [] : [{ kind: 'set', path, value: after }];
}

function diffItems(before: readonly JsonValue[], after: readonly JsonValue[], path: JsonPath): JsonEdit[] {
  const common = Math.min(before.length, after.length);
  const edits = after.slice(0, common).flatMap((item, i) => diffJson(before[i], item, [...path, i]));
  for (let i = before.length - 1; i >= common; i--) edits.push({ kind: 'remove', path: [...path, i] });
  after
    .slice(common)
    .forEach((value, i) => edits.push({ kind: 'insert', path: [...path, common + i], value }));
  return edits;
}

function diffMembers(before: JsonMembers, after: JsonMembers, path: JsonPath): JsonEdit[] {
  const edits: JsonEdit[] = [];
  for (const name of Object.keys(before)) {
    if (!Object.hasOwn(after, name)) edits.push({ kind: 'remove', path: [...path, name] });
  }
  for (const [name, value] of Object.entries(after)) {
    edits.push(...diffJson(Object.hasOwn(before, name) ? before[name] : undefined, value, [...path, name]));
  }
  return edits;
}
