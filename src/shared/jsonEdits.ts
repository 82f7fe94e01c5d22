/** Any JSON value. */
export type JsonValue = null | boolean | number | string | readonly JsonValue[] | JsonMembers;

export interface JsonMembers {
  readonly [name: string]: JsonValue;
}

export type JsonPath = readonly (string | number)[];

/** A change of one place in a JSON document. `insert` needs an index as the last part of its path. */
export type JsonEdit =
  | { readonly kind: 'set'; readonly path: JsonPath; readonly value: JsonValue }
  | { readonly kind: 'insert'; readonly path: JsonPath; readonly value: JsonValue }
  | { readonly kind: 'remove'; readonly path: JsonPath };

export function isMembers(value: JsonValue | undefined): value is JsonMembers {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** `Array.isArray` for JSON, which keeps the type of the elements. */
export function isItems(value: JsonValue | undefined): value is readonly JsonValue[] {
  return Array.isArray(value);
}

/** The document after the edits; those whose place does not exist any more are left out. */
export function applyJsonEdits(document: JsonValue, edits: readonly JsonEdit[]): JsonValue {
  return edits.reduce((value, edit) => applyAt(value, edit, 0), document);
}

function applyAt(value: JsonValue, edit: JsonEdit, depth: number): JsonValue {
  const key = edit.path[depth];
  if (key === undefined) return edit.kind === 'set' ? edit.value : value;
  const last = depth === edit.path.length - 1;
  if (isItems(value)) return typeof key === 'number' ? applyToItems(value, key, edit, last, depth) : value;
  if (!isMembers(value)) return value;
  return applyToMembers(value, String(key), edit, last, depth);
}

function applyToItems(
  items: readonly JsonValue[],
  index: number,
  edit: JsonEdit,
  last: boolean,
  depth: number,
): JsonValue {
  const item = items[index];
  if (!last) return item === undefined ? items : items.with(index, applyAt(item, edit, depth + 1));
  switch (edit.kind) {
    case 'insert':
      return items.toSpliced(index, 0, edit.value);
    case 'remove':
      return items.toSpliced(index, 1);
    case 'set':
      return index < items.length ? items.with(index, edit.value) : [...items, edit.value];
  }
}

function applyToMembers(
  members: JsonMembers,
  name: string,
  edit: JsonEdit,
  last: boolean,
  depth: number,
): JsonValue {
  if (!last) {
    const inner = Object.hasOwn(members, name) ? members[name] : undefined;
    if (inner === undefined && edit.kind === 'remove') return members;
    return withMember(members, name, applyAt(inner ?? {}, edit, depth + 1));
  }
  if (edit.kind !== 'remove') return withMember(members, name, edit.value);
  return Object.fromEntries(Object.entries(members).filter(([other]) => other !== name));
}

function withMember(members: JsonMembers, name: string, value: JsonValue): JsonMembers {
  if (name !== '__proto__') return { ...members, [name]: value };
  return Object.fromEntries([...Object.entries(members).filter(([other]) => other !== name), [name, value]]);
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
