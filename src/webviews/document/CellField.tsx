import type { ComponentChildren } from 'preact';
import { useId } from 'preact/hooks';
import type { Cell, Column } from '../../protocol/studio/serviceSchema.ts';
import { blankCell, cellOfText, type CellProblem } from '../../shared/requestForm.ts';
import { Icon } from '../controls/Icon.tsx';
import { fill } from '../controls/fill.ts';
import { useDocument } from './documentSession.ts';

interface CellFieldProps {
  readonly column: Pick<Column, 'name' | 'type' | 'format' | 'nullable' | 'allowedValues'>;
  /** By which the field is found. */
  readonly mark: string;
  /** Absent when the document leaves it out. */
  readonly cell?: Cell;
  /** Type and the like, beside the label. */
  readonly remarks: readonly string[];
  readonly hint?: string | undefined;
  readonly placeholder?: string | undefined;
  readonly problem?: CellProblem | undefined;
  readonly problemText?: string | undefined;
  readonly onChange: (cell: Cell, pace: 'typing' | 'settled') => void;
  readonly action?: ComponentChildren;
}

/** A labelled field for one cell or parameter, of the kind that its type asks for. */
export function CellField(props: CellFieldProps) {
  const { column, mark, remarks, hint, action } = props;
  const id = useId();
  const problem = useProblemText(props);
  const isChoice = column.type === 'boolean' || column.allowedValues !== undefined;
  const described = {
    id,
    'data-mark': mark,
    'aria-describedby': `${id}-about`,
    'aria-invalid': problem !== undefined,
  };
  return (
    <div class={`field cell${problem === undefined ? '' : ' invalid'}`}>
      <div class="label-line">
        <label class="label" for={id} title={column.name}>
          {column.name}
        </label>
        <span class="remarks">{remarks.join(' · ')}</span>
      </div>
      <div class="cell-control">
        {isChoice ? (
          <Choice {...props} described={described} />
        ) : (
          <TextCell {...props} described={described} />
        )}
        {action}
      </div>
      <div id={`${id}-about`} class={problem === undefined ? 'field-hint' : 'field-problem'}>
        {problem ?? hint}
      </div>
    </div>
  );
}

interface Described {
  readonly described: {
    readonly id: string;
    readonly 'data-mark': string;
    readonly 'aria-describedby': string;
    readonly 'aria-invalid': boolean;
  };
}

function TextCell({ column, cell, placeholder, onChange, described }: CellFieldProps & Described) {
  const { strings } = useDocument();
  const text = cell === undefined || cell === null ? '' : String(cell);
  const common = {
    ...described,
    value: text,
    spellcheck: false,
    placeholder:
      cell === null ? strings.nullValue : cell === undefined ? (placeholder ?? strings.notSent) : undefined,
    onInput: ({ currentTarget }: { readonly currentTarget: HTMLInputElement | HTMLTextAreaElement }) =>
      onChange(cellOfText(column.type, currentTarget.value), 'typing'),
  };
  const isNull = cell === null;
  return (
    <>
      {text.includes('\n') ? (
        <textarea class="input multiline" rows={2} {...common} />
      ) : (
        <input class="input" {...common} />
      )}
      {column.nullable && (
        <button
          type="button"
          class="null-toggle"
          aria-pressed={isNull}
          aria-label={fill(strings.nullToggle, column.name)}
          title={fill(strings.nullToggle, column.name)}
          onClick={() => onChange(isNull ? blankCell({ ...column, nullable: false }) : null, 'settled')}
        >
          {strings.nullValue}
        </button>
      )}
    </>
  );
}

/** Values of the select that stand for no text. */
const notSent = '\u0000not sent';
const nullChoice = '\u0000null';

function Choice({ column, cell, placeholder, onChange, described }: CellFieldProps & Described) {
  const { strings } = useDocument();
  const values = column.allowedValues ?? ['true', 'false'];
  const current = cell === undefined ? notSent : cell === null ? nullChoice : String(cell);
  const isListed = cell === undefined || cell === null || values.includes(current);
  return (
    <span class="select">
      <select
        {...described}
        value={current}
        onChange={({ currentTarget }) => {
          const { value } = currentTarget;
          if (value !== notSent)
            onChange(value === nullChoice ? null : cellOfText(column.type, value), 'settled');
        }}
      >
        {cell === undefined && <option value={notSent}>{placeholder ?? strings.notSent}</option>}
        {!isListed && <option value={current}>{current === '' ? `(${strings.empty})` : current}</option>}
        {values.map((value) => (
          <option key={value} value={value}>
            {value}
          </option>
        ))}
        {(column.nullable || cell === null) && <option value={nullChoice}>{strings.nullValue}</option>}
      </select>
      <Icon name="down" />
    </span>
  );
}

function useProblemText({ column, problem, problemText }: CellFieldProps): string | undefined {
  const { strings } = useDocument();
  if (problemText !== undefined) return problemText;
  return problem === undefined
    ? undefined
    : fill(strings.cellProblems[problem], column.format ?? column.type);
}
