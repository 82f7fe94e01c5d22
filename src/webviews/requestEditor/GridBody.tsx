import { useState } from 'preact/hooks';
import type { Problem } from '../../shared/inputProblems.ts';
import { problemColumns } from '../../shared/inputProblems.ts';
import type { RequestData } from '../../shared/requestData.ts';
import { schemaOf } from '../../shared/requestEditorContract.ts';
import { inputForms, type InputForm } from '../../shared/requestForm.ts';
import { Button, Message, Tabs, tabId } from '../controls/controls.tsx';
import { GlobalParameters } from '../document/GlobalParameters.tsx';
import { SchemaRemark } from '../document/SchemaRemark.tsx';
import { NoInputs } from './Form.tsx';
import { InputGrid } from './InputGrid.tsx';
import { useKept, useSession } from './session.ts';

interface GridBodyProps {
  readonly request: RequestData;
  readonly goTo: Problem | undefined;
}

const panelId = 'input';

/** The body as a spreadsheet for each input, one at a time, and the global parameters. */
export function GridBody({ request, goTo }: GridBodyProps) {
  const { strings, target } = useSession();
  const schema = schemaOf(target);
  const inputs = inputForms(request, schema);
  const [kept, setInput] = useKept('gridInput', '');
  const wanted = goTo?.kind === 'cell' ? goTo : undefined;
  const [reached, setReached] = useState<Problem>();
  if (wanted && wanted !== reached) {
    setReached(wanted);
    setInput(wanted.input);
  }
  const shown = inputs.find(({ name }) => name === kept) ?? inputs[0];
  return (
    <div class="form">
      <SchemaRemark />
      {!shown && <NoInputs known={schema !== undefined} />}
      {shown && inputs.length > 1 && (
        <Tabs
          label={strings.inputs}
          panelId={panelId}
          selected={shown.name}
          onSelect={setInput}
          tabs={inputs.map((form) => ({
            id: form.name,
            label: form.name,
            badge: hasProblem(form) ? `${form.rowCount} !` : String(form.rowCount),
          }))}
        />
      )}
      {shown && (
        <section
          id={panelId}
          class="input-group input-section"
          role={inputs.length > 1 ? 'tabpanel' : undefined}
          aria-label={inputs.length > 1 ? undefined : shown.name}
          aria-labelledby={inputs.length > 1 ? tabId(panelId, shown.name) : undefined}
        >
          {inputs.length === 1 && <h3 class="group-title">{shown.name}</h3>}
          <InputOf key={shown.name} request={request} form={shown} goTo={wanted} />
        </section>
      )}
      <GlobalParameters data={request} goTo={goTo} />
    </div>
  );
}

function hasProblem(form: InputForm): boolean {
  for (let row = 0; row < form.rowCount; row++) if (problemColumns(form, row).length > 0) return true;
  return false;
}

interface InputOfProps {
  readonly request: RequestData;
  readonly form: InputForm;
  readonly goTo: Extract<Problem, { kind: 'cell' }> | undefined;
}

function InputOf({ request, form, goTo }: InputOfProps) {
  const session = useSession();
  const { strings } = session;
  const remove = (): void => session.edit([{ kind: 'remove', path: ['inputs', form.name] }]);
  return (
    <>
      {!form.known && (
        <Message kind="warning" actions={<Button label={strings.removeInput} onClick={remove} />}>
          {strings.inputUnknown}
        </Message>
      )}
      {form.unreadable ? (
        <Message kind="info">{strings.inputUnreadable}</Message>
      ) : (
        <InputGrid request={request} form={form} goTo={goTo?.input === form.name ? goTo : undefined} />
      )}
    </>
  );
}
