import type { AnswerView, OutputView } from '../../shared/requestEditorContract.ts';
import { Button, Message, Tabs, tabId } from '../controls/controls.tsx';
import { DataGrid } from '../controls/DataGrid.tsx';
import { useKept, useSession } from './session.ts';
import { fill } from './text.ts';

const panelId = 'output';

/** The outputs of an answer as tables, one at a time. */
export function AnswerTable({ answer: { outputs } }: { readonly answer: AnswerView }) {
  const { strings } = useSession();
  const [kept, setOutput] = useKept('output', '');
  const shown = outputs.find(({ name }) => name === kept) ?? outputs[0];
  if (!shown) return <p class="muted">{strings.noOutputs}</p>;
  if (outputs.length === 1) return <OutputTable output={shown} />;
  return (
    <>
      <Tabs
        label={strings.outputs}
        panelId={panelId}
        selected={shown.name}
        onSelect={setOutput}
        tabs={outputs.map(({ name, rowCount }) => ({ id: name, label: name, badge: String(rowCount) }))}
      />
      <div id={panelId} class="tab-panel" role="tabpanel" aria-labelledby={tabId(panelId, shown.name)}>
        <OutputTable output={shown} />
      </div>
    </>
  );
}

function OutputTable({ output }: { readonly output: OutputView }) {
  const { strings, host } = useSession();
  const { name, columns, rows, rowCount, isTable } = output;
  if (!isTable) return <Message kind="info">{strings.outputNoTable}</Message>;
  if (rowCount === 0 && columns.length === 0) return <p class="muted">{strings.outputNoRows}</p>;
  return (
    <>
      <div class="table-facts muted">
        <span>{name}</span>
        <span>{rowCount === 1 ? strings.oneRow : fill(strings.rowCount, rowCount.toLocaleString())}</span>
      </div>
      {rows.length < rowCount && (
        <Message
          kind="info"
          actions={
            <Button kind="link" label={strings.openAsDocument} onClick={() => void host.openAnswer()} />
          }
        >
          {fill(strings.rowsCut, rows.length.toLocaleString(), rowCount.toLocaleString())}
        </Message>
      )}
      <DataGrid
        label={fill(strings.tableOf, name)}
        columns={columns.map(({ name: title, type, numeric }, i) => ({
          title: title ?? fill(strings.column, i + 1),
          ...(type === undefined ? {} : { subtitle: type }),
          numeric,
        }))}
        rows={rows}
        rowNumberTitle={strings.rowNumber}
        nullText={strings.nullValue}
      />
    </>
  );
}
