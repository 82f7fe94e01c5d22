import type { ComponentChildren } from 'preact';
import type { ServiceSchema } from '../../protocol/studio/serviceSchema.ts';
import type { TargetState } from '../../shared/requestEditorContract.ts';
import type { RequestData } from '../../shared/requestData.ts';
import {
  cellProblem,
  inputForms,
  insertRow,
  parameterFields,
  removeRow,
  setCell,
  setParameter,
  type InputForm,
  type ParameterField,
} from '../../shared/requestForm.ts';
import { Button, IconButton, Message } from '../controls/controls.tsx';
import { CellField } from './CellField.tsx';
import { useKept, useSession } from './session.ts';
import { fill } from './text.ts';

/** The body as fields: a row of each input at a time, and the global parameters. */
export function Form({ request }: { readonly request: RequestData }) {
  const { strings, target } = useSession();
  const schema = schemaOf(target);
  const inputs = inputForms(request, schema);
  const parameters = parameterFields(request, schema);
  return (
    <div class="form">
      <SchemaRemark />
      {inputs.length === 0 && <NoInputs known={schema !== undefined} />}
      {inputs.map((form) => (
        <InputFields key={form.name} request={request} form={form} />
      ))}
      {parameters.length > 0 && (
        <section class="input-group" aria-label={strings.globalParameters}>
          <GroupHead title={strings.globalParameters} />
          <div class="fields">
            {parameters.map((parameter) => (
              <ParameterInput key={parameter.name} parameter={parameter} />
            ))}
          </div>
        </section>
      )}
    </div>
  );
}

function schemaOf(target: TargetState): ServiceSchema | undefined {
  if (target.kind !== 'found' || typeof target.schema === 'string') return undefined;
  return 'unread' in target.schema ? undefined : target.schema;
}

function NoInputs({ known }: { readonly known: boolean }) {
  const { strings, target } = useSession();
  if (known) return <p class="muted">{strings.noInputs}</p>;
  const isLoading = target.kind === 'finding' || (target.kind === 'found' && target.schema === 'loading');
  return isLoading ? null : <p class="muted">{strings.noInputsYet}</p>;
}

function SchemaRemark() {
  const { strings, target, host } = useSession();
  if (target.kind !== 'found') return null;
  if (target.schema === 'loading') return <p class="muted">{strings.loadingSchema}</p>;
  const reload = (label: string) => (
    <Button kind="link" label={label} onClick={() => void host.reloadSchema()} />
  );
  if (target.schema === 'none') {
    return (
      <Message kind="info" actions={reload(strings.reloadSchema)}>
        {strings.noSchema}
      </Message>
    );
  }
  if (!('unread' in target.schema)) return null;
  return (
    <Message kind="warning" actions={reload(strings.tryAgain)}>
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

function InputFields({ request, form }: InputFieldsProps) {
  const session = useSession();
  const { strings } = session;
  const [kept, setRow] = useKept(`row.${form.name}`, 0);
  const index = Math.max(0, Math.min(kept, form.rows.length - 1));
  const row = form.rows[index];
  const removeInput = (): void => session.edit([{ kind: 'remove', path: ['inputs', form.name] }]);
  return (
    <section class="input-group" aria-label={form.name}>
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
                  {...(row[i] === undefined ? {} : { cell: row[i] })}
                  remarks={[
                    column.format ?? column.type,
                    ...(column.nullable && column.known ? [strings.nullable] : []),
                    ...(column.known ? [] : [strings.unknownColumn]),
                  ]}
                  problem={cellProblem(column, row[i])}
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
  const count = form.rows.length;
  const insert = (at: number, cells?: InputForm['rows'][number]): void => {
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
        onClick={() => insert(index + 1, form.rows[index])}
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
