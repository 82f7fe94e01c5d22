import assert from 'node:assert/strict';
import fc from 'fast-check';
import * as jsonc from 'jsonc-parser';
import type { Cell, ServiceSchema } from '../../../src/protocol/studio/serviceSchema.ts';
import { editText } from '../../../src/shared/editText.ts';
import { minimalChange } from '../../../src/shared/jsonDocument.ts';
import { parseRequest, wireBody } from '../../../src/requests/requestDocument.ts';
import { insertRows, removeRows, setCells } from '../../../src/shared/inputEdits.ts';
import type { JsonEdit } from '../../../src/shared/jsonEdits.ts';
import { pasteText } from '../../../src/shared/pasteEdits.ts';
import { editRequest, type RequestData } from '../../../src/shared/requestData.ts';
import { inputForms, setParameter, type InputForm } from '../../../src/shared/requestForm.ts';

const runs = 400;

/** Choices that fast-check makes, and makes smaller when a document fails. */
class Dice {
  readonly #choose: fc.GeneratorValue;

  constructor(choose: fc.GeneratorValue) {
    this.#choose = choose;
  }

  below(limit: number): number {
    return this.#choose(fc.integer, { min: 0, max: limit - 1 });
  }

  pick<T>(values: readonly [T, ...T[]]): T {
    return values[this.below(values.length)] ?? values[0];
  }

  times<T>(most: number, make: (index: number) => T): T[] {
    return Array.from({ length: this.below(most + 1) }, (_, i) => make(i));
  }
}

/** Documents of the format, as people and other programs write them. */
class Documents {
  readonly #dice: Dice;
  readonly #eol: string;
  readonly #unit: string;

  constructor(dice: Dice) {
    this.#dice = dice;
    this.#eol = dice.pick(['\n', '\r\n', '\n', '']);
    this.#unit = dice.pick(['  ', '\t', '    ']);
  }

  text(): string {
    const dice = this.#dice;
    const isSwagger = dice.below(2) === 0;
    const members = [
      this.#member('workspace', this.#string()),
      this.#member('service', this.#string()),
      ...(isSwagger ? [this.#member('format', '"swagger"')] : []),
      ...(dice.below(2) ? [this.#member('details', dice.pick(['true', 'false']))] : []),
      ...(dice.below(2) ? [this.#member('apiVersion', '"2.0"')] : []),
      ...(dice.below(2)
        ? [
            this.#member(
              'headers',
              this.#object(
                dice.times(2, (i) => `X-${i}`),
                () => this.#string(),
                1,
              ),
            ),
          ]
        : []),
      ...(dice.below(4)
        ? [
            this.#member(
              'globalParameters',
              this.#object(this.#names(3), () => this.#cell(), 1),
            ),
          ]
        : []),
      ...(dice.below(3)
        ? [
            this.#member(
              `other ${dice.below(9)}`,
              this.#array(
                dice.times(3, () => this.#cell()),
                1,
              ),
            ),
          ]
        : []),
      this.#member(
        'inputs',
        this.#object(this.#names(2), () => (isSwagger ? this.#rowObjects() : this.#table()), 1),
      ),
    ].toSorted(() => dice.below(3) - 1);
    return this.#block('{', members, '}', 0) + dice.pick(['', '\n', '\r\n']);
  }

  #table(): string {
    const names = this.#dice.times(4, () => this.#string());
    const rows = this.#dice.times(5, () => {
      const cells = names.map(() => this.#cell());
      // Some programs leave out the last cells.
      return this.#array(this.#dice.below(6) === 0 ? cells.slice(1) : cells, 4);
    });
    const members = [
      this.#member('ColumnNames', this.#array(names, 3)),
      this.#member('Values', this.#array(rows, 3)),
    ];
    return this.#block('{', this.#dice.below(2) ? members : members.toReversed(), '}', 2);
  }

  #rowObjects(): string {
    const names = this.#names(4);
    const rows = this.#dice.times(5, () =>
      this.#object(
        names.filter(() => this.#dice.below(8) > 0),
        () => this.#cell(),
        3,
      ),
    );
    return this.#array(rows, 2);
  }

  #names(most: number): string[] {
    return [...new Set(this.#dice.times(most, () => JSON.parse(this.#string()) as string))];
  }

  #member(name: string, value: string): string {
    return `${JSON.stringify(name)}${this.#dice.pick(['', ' '])}:${this.#dice.pick([' ', '', '  '])}${value}`;
  }

  #object(names: readonly string[], value: () => string, depth: number): string {
    return this.#block(
      '{',
      names.map((name) => this.#member(name, value())),
      '}',
      depth,
    );
  }

  #array(items: readonly string[], depth: number): string {
    return this.#block('[', items, ']', depth);
  }

  #block(open: string, parts: readonly string[], close: string, depth: number): string {
    const dice = this.#dice;
    const inner = dice.pick([' ', '']);
    if (parts.length === 0) return open + inner + close;
    const comma = dice.below(12) === 0 ? ',' : '';
    if (this.#eol === '' || dice.below(2) === 0)
      return open + inner + parts.join(dice.pick([', ', ','])) + comma + inner + close;
    const line = this.#eol + this.#unit.repeat(depth + 1);
    const remark = dice.below(6) === 0 ? ` // ${dice.pick(['rows', 'what, [is] {this}', '"'])}` : '';
    return `${open}${remark}${line}${parts.join(`,${dice.below(8) === 0 ? ' /* , */' : ''}${line}`)}${comma}${this.#eol}${this.#unit.repeat(depth)}${close}`;
  }

  #cell(): string {
    return this.#dice.pick([
      () => this.#string(),
      () => this.#dice.pick(['0', '-0', '1.50', '2e3', '12345678901234567890', '-7', '1E-2', '0.1']),
      () => this.#dice.pick(['true', 'false', 'null']),
    ])();
  }

  #string(): string {
    return this.#dice.pick([
      '""',
      '"a"',
      '"with, comma"',
      '"quote \\" and \\\\"',
      '"line\\nbreak"',
      '"\\u00e9\\u65e5"',
      '"日本語 é"',
      '"__proto__"',
      '"constructor"',
      '"{\\"x\\": [1]}"',
      '"// no remark"',
      '" "',
    ]);
  }
}

/** The request in a text, which must be one. */
function read(text: string): RequestData {
  const parsed = parseRequest(text);
  assert.equal(parsed.kind, 'request', text);
  return parsed.data;
}

type Path = readonly (string | number)[];

/** The source of every scalar, by its path. */
function scalars(text: string): Map<string, string> {
  const found = new Map<string, string>();
  const visit = (node: jsonc.Node, path: Path): void => {
    if (node.type === 'array') node.children?.forEach((child, i) => visit(child, [...path, i]));
    else if (node.type === 'object') {
      for (const { children: [name, value] = [] } of node.children ?? [])
        if (value) visit(value, [...path, String(name?.value)]);
    } else {
      found.set(JSON.stringify(path), text.slice(node.offset, node.offset + node.length));
    }
  };
  const root = jsonc.parseTree(text, [], { allowTrailingComma: true });
  if (root) visit(root, []);
  return found;
}

function remarks(text: string): string[] {
  const found: string[] = [];
  jsonc.visit(text, {
    onComment: (offset, length) => {
      found.push(text.slice(offset, offset + length));
    },
  });
  return found;
}

function shown(data: RequestData, schema?: ServiceSchema) {
  return inputForms(data, schema).map((form) => [
    form.name,
    form.columns.map(({ name }) => name),
    Array.from({ length: form.rowCount }, (_, i) => form.row(i)),
  ]);
}

/** Runs the property on many documents. */
function forAll(property: (text: string, dice: Dice) => void): void {
  fc.assert(
    fc.property(fc.gen(), (choose) => {
      const dice = new Dice(choose);
      property(new Documents(dice).text(), dice);
    }),
    { numRuns: runs },
  );
}

function readable(data: RequestData): InputForm[] {
  return inputForms(data).filter(
    ({ unreadable, columns, rowCount }) => !unreadable && columns.length > 0 && rowCount > 0,
  );
}

describe('any request document', () => {
  it('is the same, byte for byte, after no edit', () => {
    forAll((text) => {
      read(text);
      assert.equal(editText(text, []), text);
    });
  });

  it('is the same, byte for byte, when an edit is undone', () => {
    forAll((text, dice) => {
      const data = read(text);
      const [form] = readable(data);
      if (!form) return;
      const after = editText(text, anyEdits(data, form, dice).edits);
      const change = minimalChange(text, after);
      if (!change) return;
      const { start, end } = change;
      assert.equal(text.slice(0, start) + change.text + text.slice(end), after);
      const undone = after.slice(0, start) + text.slice(start, end) + after.slice(start + change.text.length);
      assert.equal(undone, text);
    });
  });

  it('goes over the wire with the very numbers and texts that it has', () => {
    forAll((text) => {
      const data = read(text);
      const body = JSON.parse(wireBody(text, 'compact')) as { Inputs: unknown; GlobalParameters: unknown };
      assert.deepEqual(body, { Inputs: data.inputs, GlobalParameters: data.globalParameters });
      const sources = new Set(scalars(text).values());
      for (const scalar of scalars(wireBody(text, 'compact')).values())
        assert.ok(sources.has(scalar), scalar);
    });
  });

  it('is after an edit what the page shows, and elsewhere has every byte that it had', () => {
    forAll((text, dice) => {
      const data = read(text);
      const [form] = readable(data);
      if (!form) return;
      const { edits, placeAfter, keepsRemarks } = anyEdits(data, form, dice);
      const after = editText(text, edits);
      const afterwards = read(after);
      assert.deepEqual(shown(afterwards), shown(editRequest(data, edits)));
      assert.deepEqual(afterwards, editRequest(data, edits));
      const now = scalars(after);
      for (const [path, source] of scalars(text)) {
        const place = placeAfter(JSON.parse(path) as Path);
        if (place) assert.equal(now.get(JSON.stringify(place)), source, `${path} in\n${after}`);
      }
      if (keepsRemarks) assert.deepEqual(remarks(after), remarks(text));
    });
  });
});

interface AnyEdits {
  readonly edits: readonly JsonEdit[];
  /** Where a value is after the edits; undefined for one that they change. */
  readonly placeAfter: (path: Path) => Path | undefined;
  readonly keepsRemarks: boolean;
}

/** Edits of one kind that the grid makes. */
function anyEdits(data: RequestData, form: InputForm, dice: Dice): AnyEdits {
  const row = dice.below(form.rowCount);
  const column = dice.below(form.columns.length);
  const cell = (): Cell => dice.pick<Cell>(['new', 'x"y', 3.25, null, false]);
  const rowsPath = ['inputs', form.name, ...(data.format === 'swagger' ? [] : ['Values'])];
  const places = form.columns.map(({ name, position }) => position ?? name);
  /** By the row that a value is in, unless it is a cell of those columns in those rows. */
  const moved =
    (move: (at: number) => number | undefined, changed: readonly (string | number)[] = []) =>
    (path: Path): Path | undefined => {
      const [at, place, ...rest] = path.slice(rowsPath.length);
      const isInRows = rowsPath.every((part, i) => path[i] === part);
      if (!isInRows || typeof at !== 'number' || place === undefined) return path;
      const to = move(at);
      if (to === undefined || (to < 0 && changed.includes(place))) return undefined;
      return [...rowsPath, to < 0 ? at : to, place, ...rest];
    };
  /** Marks the rows whose cells change. */
  const within = (count: number) => (at: number) => (at >= row && at < row + count ? -1 : at);
  switch (dice.below(5)) {
    case 0: {
      const edits = setCells(data, form, { row, column }, [[cell()]]);
      return { edits, placeAfter: moved(within(1), places.slice(column, column + 1)), keepsRemarks: true };
    }
    case 1: {
      const block = [
        [cell(), cell()],
        [cell(), cell()],
      ];
      const edits = setCells(data, form, { row, column }, block);
      return { edits, placeAfter: moved(within(2), places.slice(column, column + 2)), keepsRemarks: true };
    }
    case 2: {
      const edits = insertRows(data, form, row, [[], [cell()]]);
      return { edits, placeAfter: moved((at) => (at < row ? at : at + 2)), keepsRemarks: true };
    }
    case 3: {
      const edits = removeRows(data, form, row, 1);
      const after = (at: number): number | undefined => (at < row ? at : at === row ? undefined : at - 1);
      return { edits, placeAfter: moved(after), keepsRemarks: false };
    }
    default: {
      const range = { top: row, bottom: row, left: column, right: column };
      const paste = pasteText('p\tq\nr\ts\nt\tu', data, form, undefined, range);
      const edits = [...(paste?.edits ?? []), setParameter('added', 1)];
      return { edits, placeAfter: moved(within(3), places.slice(column, column + 2)), keepsRemarks: true };
    }
  }
}
