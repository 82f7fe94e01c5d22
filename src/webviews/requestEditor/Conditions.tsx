import { IconButton } from '../controls/controls.tsx';
import { Select } from '../controls/Select.tsx';
import { useSession } from './session.ts';
import { tests, type Condition, type Test, type WideTable } from './tableModel.ts';
import { fill } from './text.ts';

interface ConditionsProps {
  readonly table: WideTable;
  readonly conditions: readonly Condition[];
  readonly onChange: (conditions: readonly Condition[]) => void;
}

/** What rows have to fulfil to be shown, one comparison of a column in a line. */
export function ConditionRows({ table, conditions, onChange }: ConditionsProps) {
  const { strings } = useSession();
  const texts = strings.answers;
  const change = (index: number, part: Partial<Condition>): void =>
    onChange(conditions.map((each, i) => (i === index ? { ...each, ...part } : each)));
  return (
    <>
      {conditions.map(({ column, test, value }, i) => (
        <div key={i} class="condition" role="group" aria-label={texts.addCondition}>
          <Select
            label={texts.conditionColumn}
            value={String(column)}
            options={table.columns.map(({ name }, c) => ({
              value: String(c),
              text: name ?? fill(strings.column, c + 1),
            }))}
            onChange={(value) => change(i, { column: Number(value) })}
          />
          <Select
            label={texts.conditionTest}
            value={test}
            options={tests.map((each) => ({ value: each, text: texts.tests[each] }))}
            onChange={(value) => change(i, { test: testOf(value) })}
          />
          {test === 'isNull' || test === 'isNotNull' ? (
            <span />
          ) : (
            <input
              class="input"
              value={value}
              aria-label={texts.conditionValue}
              onInput={(event) => change(i, { value: event.currentTarget.value })}
            />
          )}
          <IconButton
            label={texts.removeCondition}
            icon="remove"
            onClick={() => onChange(conditions.filter((_, other) => other !== i))}
          />
        </div>
      ))}
    </>
  );
}

function testOf(value: string): Test {
  return tests.find((test) => test === value) ?? 'equal';
}
