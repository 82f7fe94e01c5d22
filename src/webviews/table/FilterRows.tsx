import { useState } from 'preact/hooks';
import type { TableColumn, TableCondition, TableTest } from '../../shared/tableEditorContract.ts';
import type { TableEditorStrings } from '../../shared/tableEditorStrings.ts';
import { Button, IconButton } from '../controls/controls.tsx';
import { Select } from '../controls/Select.tsx';
import { fill } from '../controls/fill.ts';

interface FilterRowsProps {
  readonly strings: TableEditorStrings;
  readonly columns: readonly TableColumn[];
  /** What holds now. */
  readonly conditions: readonly TableCondition[];
  /** The column of a new condition. */
  readonly column: number;
  readonly onApply: (conditions: readonly TableCondition[]) => void;
}

const tests: readonly TableTest[] = [
  'contains',
  'doesNotContain',
  'equal',
  'notEqual',
  'less',
  'lessOrEqual',
  'greater',
  'greaterOrEqual',
  'empty',
  'notEmpty',
];
/** A list with more of them is no help. */
const mostListed = 2_000;

/** What rows have to fulfil to be shown, one comparison in a line; it holds when it is applied. */
export function FilterRows({ strings, columns, conditions, column, onApply }: FilterRowsProps) {
  const [lines, setLines] = useState<readonly TableCondition[]>(
    conditions.length > 0 ? conditions : [firstCondition(column)],
  );
  const change = (index: number, line: TableCondition): void =>
    setLines(lines.map((each, i) => (i === index ? line : each)));
  const remove = (index: number): void => {
    const rest = lines.filter((_, i) => i !== index);
    setLines(rest.length > 0 ? rest : [firstCondition(column)]);
    if (rest.length === 0 && conditions.length > 0) onApply([]);
  };
  const optionOf = (i: number) => ({
    value: String(i),
    text: columns[i]?.name || fill(strings.column, i + 1),
  });
  const listed = columns.slice(0, mostListed).map((_, i) => optionOf(i));
  const optionsFor = ({ column: at = 0, test }: TableCondition) => [
    ...(isOfText(test) ? [{ value: '', text: strings.anyColumn }] : []),
    ...listed,
    ...(at < mostListed ? [] : [optionOf(at)]),
  ];
  return (
    <form
      class="filter"
      onSubmit={(event) => {
        event.preventDefault();
        onApply(lines.filter(isComplete));
      }}
    >
      {lines.map((line, i) => (
        <div key={i} class="filter-line" role="group" aria-label={strings.addCondition}>
          <Select
            label={strings.conditionColumn}
            value={line.column === undefined ? '' : String(line.column)}
            options={optionsFor(line)}
            onChange={(value) => change(i, withColumn(line, value))}
          />
          <Select
            label={strings.conditionTest}
            value={line.test}
            options={tests.map((test) => ({ value: test, text: strings.tests[test] }))}
            onChange={(value) => change(i, withTest(line, testOf(value), column))}
          />
          {line.test === 'empty' || line.test === 'notEmpty' ? (
            <span />
          ) : (
            <input
              class="input"
              value={line.value}
              aria-label={strings.conditionValue}
              onInput={(event) => change(i, { ...line, value: event.currentTarget.value })}
            />
          )}
          <IconButton label={strings.removeCondition} icon="remove" onClick={() => remove(i)} />
        </div>
      ))}
      <div class="filter-actions">
        <button type="submit" class="button button-primary">
          {strings.applyFilter}
        </button>
        <IconButton
          label={strings.addCondition}
          icon="add"
          onClick={() => setLines([...lines, firstCondition(column)])}
        />
        {conditions.length > 0 && (
          <Button
            kind="link"
            label={strings.removeFilter}
            onClick={() => {
              setLines([firstCondition(column)]);
              onApply([]);
            }}
          />
        )}
      </div>
    </form>
  );
}

function firstCondition(column: number): TableCondition {
  return { column, test: 'contains', value: '' };
}

function isOfText(test: TableTest): boolean {
  return test === 'contains' || test === 'doesNotContain';
}

function isComplete({ test, value }: TableCondition): boolean {
  return value !== '' || !isOfText(test);
}

function withColumn({ test, value }: TableCondition, column: string): TableCondition {
  return column === '' ? { test, value } : { column: Number(column), test, value };
}

function withTest(line: TableCondition, test: TableTest, column: number): TableCondition {
  return line.column === undefined && !isOfText(test) ? { ...line, column, test } : { ...line, test };
}

function testOf(value: string): TableTest {
  return tests.find((test) => test === value) ?? 'contains';
}
