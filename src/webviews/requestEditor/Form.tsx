import { useRef, useState } from 'preact/hooks';
import { insertRow, removeRow, setCell } from '../../shared/inputEdits.ts';
import type { Problem } from '../../shared/inputProblems.ts';
import type { RequestData } from '../../shared/requestData.ts';
import { schemaOf } from '../../shared/requestEditorContract.ts';
import { cellProblem, inputForms, type FormRow, type InputForm } from '../../shared/requestForm.ts';
import { Button, IconButton, Message } from '../controls/controls.tsx';
import { CellField } from '../document/CellField.tsx';
import { GlobalParameters } from '../document/GlobalParameters.tsx';
import { GroupHead } from '../document/GroupHead.tsx';
import { SchemaRemark } from '../document/SchemaRemark.tsx';
import { useGoTo } from '../document/useGoTo.ts';
import { useKept, useSession } from './session.ts';
import { fill } from './text.ts';

/** The body as fields: a row of each input at a time, and the global parameters. */
export function Form({
  request,
  goTo,
}: {
  readonly request: RequestData;
  readonly goTo: Problem | undefined;
}) {
  const schema = schemaOf(useSession().target);
  const inputs = inputForms(request, schema);
  return (
    <div class="form">
      <SchemaRemark />
      {inputs.length === 0 && <NoInputs known={schema !== undefined} />}
      {inputs.map((form) => (
        <InputFields key={form.name} request={request} form={form} goTo={goTo} />
      ))}
      <GlobalParameters data={request} goTo={goTo} />
    </div>
  );
}

export function NoInputs({ known }: { readonly known: boolean }) {
  const { strings, target } = useSession();
  if (known) return <p class="muted">{strings.noInputs}</p>;
  const isLoading = target.kind === 'finding' || (target.kind === 'found' && target.schema === 'loading');
  return isLoading ? null : <p class="muted">{strings.noInputsYet}</p>;
}

interface InputFieldsProps {
  readonly request: RequestData;
  readonly form: InputForm;
}

function InputFields({ request, form, goTo }: InputFieldsProps & { readonly goTo: Problem | undefined }) {
  const session = useSession();
  const { strings } = session;
  const [kept, setRow] = useKept(`row.${form.name}`, 0);
  const wanted = goTo?.kind === 'cell' && goTo.input === form.name ? goTo : undefined;
  const [reached, setReached] = useState<Problem>();
  if (wanted && wanted !== reached) {
    setReached(wanted);
    setRow(wanted.row);
  }
  const place = useRef<HTMLElement>(null);
  useGoTo(place, reached);
  const index = Math.max(0, Math.min(kept, form.rowCount - 1));
  const row = form.row(index);
  const removeInput = (): void => session.edit([{ kind: 'remove', path: ['inputs', form.name] }]);
  return (
    <section class="input-group" aria-label={form.name} ref={place}>
      <GroupHead title={form.name}>
        {!form.unreadable && <RowBar request={request} form={form} index={index} onGo={setRow} />}
      </GroupHead>
      {!form.known && (
        <Message kind="warning" actions={<Button label={strings.removeInput} onClick={removeInput} />}>
          {strings.inputUnknown}
        </Message>
      )}
      {!form.present && <Message kind="warning">{strings.inputMissing}</Message>}
      {form.unreadable ? (
        <Message kind="info">{strings.inputUnreadable}</Message>
      ) : (
        <>
          {form.columns.length === 0 && <p class="muted">{strings.noColumns}</p>}
          {row && (
            <div class="fields">
              {form.columns.map((column, i) => (
                <CellField
                  key={`${i}.${column.name}`}
                  column={column}
                  mark={`${i}.${column.name}`}
                  {...(row[i] === undefined ? {} : { cell: row[i] })}
                  remarks={[
                    column.format ?? column.type,
                    ...(column.nullable && column.known ? [strings.nullable] : []),
                    ...(column.known ? [] : [strings.unknownColumn]),
                  ]}
                  problem={form.typed && !column.known ? undefined : cellProblem(column, row[i])}
                  onChange={(cell, pace) => session.edit(setCell(request, form, index, column, cell), pace)}
                />
              ))}
            </div>
          )}
        </>
      )}
    </section>
  );
}

interface RowBarProps extends InputFieldsProps {
  readonly index: number;
  readonly onGo: (row: number) => void;
}

function RowBar({ request, form, index, onGo }: RowBarProps) {
  const session = useSession();
  const { strings } = session;
  const count = form.rowCount;
  const insert = (at: number, cells?: FormRow): void => {
    session.edit(insertRow(request, form, at, cells));
    onGo(at);
  };
  return (
    <div class="row-bar" role="toolbar" aria-label={form.name}>
      <IconButton
        label={strings.previousRow}
        icon="previous"
        disabled={index <= 0}
        onClick={() => onGo(index - 1)}
      />
      <span class="row-position" role="status">
        {count === 0 ? strings.noRows : fill(strings.rowOf, index + 1, count)}
      </span>
      <IconButton
        label={strings.nextRow}
        icon="next"
        disabled={index >= count - 1}
        onClick={() => onGo(index + 1)}
      />
      <span class="row-gap" />
      <IconButton label={strings.addRow} icon="add" onClick={() => insert(count)} />
      <IconButton
        label={strings.duplicateRow}
        icon="duplicate"
        disabled={count === 0}
        onClick={() => insert(index + 1, form.row(index))}
      />
      <IconButton
        label={strings.removeRow}
        icon="trash"
        disabled={count === 0}
        onClick={() => session.edit(removeRow(request, form, index))}
      />
    </div>
  );
}
