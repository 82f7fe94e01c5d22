import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { insertRow, removeRow, setCell } from '../../shared/inputEdits.ts';
import type { Problem } from '../../shared/inputProblems.ts';
import type { RequestData } from '../../shared/requestData.ts';
import { schemaOf } from '../../shared/requestEditorContract.ts';
import {
  cellProblem,
  inputForms,
  parameterFields,
  setParameter,
  type FormRow,
  type InputForm,
  type ParameterField,
} from '../../shared/requestForm.ts';
import { Button, IconButton, Message } from '../controls/controls.tsx';
import { CellField } from './CellField.tsx';
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
      <GlobalParameters request={request} goTo={goTo} />
    </div>
  );
}

/** Focuses the field of a problem, each time that it is another object. */
function useGoTo(place: { readonly current: HTMLElement | null }, goTo: Problem | undefined): void {
  useEffect(() => {
    if (!goTo) return;
    const mark = goTo.kind === 'cell' ? `${goTo.column}.${goTo.name}` : goTo.name;
    const field = place.current?.querySelector<HTMLElement>(`[data-mark="${CSS.escape(mark)}"]`);
    field?.focus();
    field?.scrollIntoView({ block: 'nearest' });
  }, [goTo]);
}

/** The global parameters as fields, and a way to add one of any name. */
export function GlobalParameters({
  request,
  goTo,
}: {
  readonly request: RequestData;
  readonly goTo: Problem | undefined;
}) {
  const { strings, target } = useSession();
  const parameters = parameterFields(request, schemaOf(target));
  const place = useRef<HTMLElement>(null);
  useGoTo(place, goTo?.kind === 'parameter' ? goTo : undefined);
  const [added, setAdded] = useState('');
  useEffect(() => {
    if (added === '') return;
    place.current?.querySelector<HTMLElement>(`[data-mark="${CSS.escape(added)}"]`)?.focus();
  }, [added]);
  return (
    <section class="input-group" aria-label={strings.globalParameters} ref={place}>
      <GroupHead title={strings.globalParameters}>
        <NewParameter names={parameters.map(({ name }) => name)} onAdded={setAdded} />
      </GroupHead>
      {parameters.length > 0 && (
        <div class="fields">
          {parameters.map((parameter) => (
            <ParameterInput key={parameter.name} parameter={parameter} />
          ))}
        </div>
      )}
    </section>
  );
}

/** Adds a parameter that the schema does not name; a service may take it all the same. */
function NewParameter({
  names,
  onAdded,
}: {
  readonly names: readonly string[];
  readonly onAdded: (name: string) => void;
}) {
  const session = useSession();
  const { strings } = session;
  const [name, setName] = useState<string>();
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => field.current?.focus(), [name === undefined]);
  if (name === undefined) {
    return <Button kind="link" icon="add" label={strings.addParameter} onClick={() => setName('')} />;
  }
  const add = (): void => {
    const trimmed = name.trim();
    setName(undefined);
    if (trimmed === '') return;
    if (!names.includes(trimmed)) session.edit([setParameter(trimmed, '')]);
    onAdded(trimmed);
  };
  return (
    <input
      ref={field}
      class="input new-parameter"
      value={name}
      placeholder={strings.parameterName}
      aria-label={strings.parameterName}
      spellcheck={false}
      onInput={({ currentTarget }) => setName(currentTarget.value)}
      onBlur={add}
      onKeyDown={(event) => {
        if (event.key === 'Enter' && !event.ctrlKey && !event.metaKey) add();
        else if (event.key === 'Escape') setName(undefined);
      }}
    />
  );
}

export function NoInputs({ known }: { readonly known: boolean }) {
  const { strings, target } = useSession();
  if (known) return <p class="muted">{strings.noInputs}</p>;
  const isLoading = target.kind === 'finding' || (target.kind === 'found' && target.schema === 'loading');
  return isLoading ? null : <p class="muted">{strings.noInputsYet}</p>;
}

export function SchemaRemark() {
  const { strings, target, host } = useSession();
  if (target.kind !== 'found') return null;
  if (target.schema === 'loading') return <p class="muted">{strings.loadingSchema}</p>;
  const reload = (label: string) => (
    <Button kind="link" label={label} onClick={() => void host.reloadSchema()} />
  );
  const attach = <Button kind="link" label={strings.attachSchema} onClick={() => void host.attachSchema()} />;
  if (target.schema === 'none') {
    return (
      <Message
        kind="info"
        actions={
          <>
            {attach}
            {reload(strings.reloadSchema)}
          </>
        }
      >
        {strings.noSchema}
      </Message>
    );
  }
  if (!('unread' in target.schema)) return null;
  return (
    <Message
      kind="warning"
      actions={
        <>
          {reload(strings.tryAgain)}
          {attach}
        </>
      }
    >
      {fill(strings.schemaUnread, target.schema.unread)}
    </Message>
  );
}

function GroupHead({ title, children }: { readonly title: string; readonly children?: ComponentChildren }) {
  return (
    <div class="group-head">
      <h3 class="group-title">{title}</h3>
      {children}
    </div>
  );
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

function ParameterInput({ parameter }: { readonly parameter: ParameterField }) {
  const session = useSession();
  const { strings } = session;
  const { name, value, required, known } = parameter;
  const problem = value === undefined ? undefined : cellProblem({ ...parameter, nullable: false }, value);
  const remove = (): void => session.edit([setParameter(name, undefined)]);
  return (
    <CellField
      column={{ ...parameter, nullable: false }}
      mark={name}
      {...(value === undefined ? {} : { cell: value })}
      remarks={[
        parameter.format ?? parameter.type,
        ...(required ? [strings.required] : []),
        ...(known ? [] : [strings.unknownColumn]),
      ]}
      hint={parameter.description}
      placeholder={
        parameter.default === undefined ? undefined : fill(strings.defaultValue, String(parameter.default))
      }
      problem={problem}
      problemText={required && value === undefined ? strings.parameterMissing : undefined}
      onChange={(cell, pace) => session.edit([setParameter(name, cell)], pace)}
      action={
        value !== undefined &&
        (!known || !required) && (
          <IconButton
            label={fill(known ? strings.useDefault : strings.removeParameter, name)}
            icon={known ? 'reset' : 'remove'}
            onClick={remove}
          />
        )
      }
    />
  );
}
