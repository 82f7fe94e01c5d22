import { useMemo } from 'preact/hooks';
import type { ComparedOutput, ComparisonView } from '../../shared/answerContract.ts';
import { Button, Message, Tabs, tabId } from '../controls/controls.tsx';
import { DataGrid } from '../controls/DataGrid.tsx';
import { useKept, useSession } from './session.ts';
import { fill } from './text.ts';

const panelId = 'compared';

/** The answer held against an earlier one: what differs is marked, with what it was. */
export function Comparison({ comparison }: { readonly comparison: ComparisonView }) {
  const { strings, host } = useSession();
  const texts = strings.answers;
  const [kept, setOutput] = useKept('comparedOutput', '');
  const { outputs } = comparison;
  const shown = outputs.find(({ name }) => name === kept) ?? outputs[0];
  return (
    <>
      <div class="comparison-head">
        <span>{fill(texts.comparedWith, new Date(comparison.time).toLocaleString())}</span>
        <Button kind="link" label={texts.compareAsText} onClick={() => void host.compareAsText()} />
        <Button kind="link" label={texts.endComparison} onClick={() => void host.endComparison()} />
      </div>
      {outputs.length > 1 && shown && (
        <Tabs
          label={strings.outputs}
          panelId={panelId}
          selected={shown.name}
          onSelect={setOutput}
          tabs={outputs.map(({ name, changedRows }) => ({
            id: name,
            label: name,
            badge: String(changedRows),
          }))}
        />
      )}
      {shown ? (
        <div
          id={panelId}
          class="tab-panel"
          {...(outputs.length > 1 ? { role: 'tabpanel', 'aria-labelledby': tabId(panelId, shown.name) } : {})}
        >
          <ComparedTable key={shown.name} output={shown} />
        </div>
      ) : (
        <p class="muted">{strings.noOutputs}</p>
      )}
    </>
  );
}

function ComparedTable({ output }: { readonly output: ComparedOutput }) {
  const { strings } = useSession();
  const texts = strings.answers;
  const { name, columns, rows, rowCount, changedCells, changedRows } = output;
  const [changedOnly, setChangedOnly] = useKept('changedOnly', false);
  const order = useMemo(
    () => [...rows.keys()].filter((i) => !changedOnly || rows[i]?.change !== 'same'),
    [rows, changedOnly],
  );
  const value = (cell: string | null): string => cell ?? strings.nullValue;
  const cells = useMemo(
    () =>
      order.map((i) =>
        (rows[i]?.cells ?? []).map(({ now, before }) =>
          before === undefined ? now : fill(texts.cellWas, value(now), value(before)),
        ),
      ),
    [rows, order],
  );
  const titled = useMemo(
    () =>
      columns.map(({ name: title, type, kind, change }, i) => {
        const subtitle = [type, texts.rowChanges[change]].filter(Boolean).join(' · ');
        return {
          title: title ?? fill(strings.column, i + 1),
          ...(subtitle === '' ? {} : { subtitle }),
          numeric: kind === 'number',
          ...(change === 'same' ? {} : { tone: change }),
        };
      }),
    [columns],
  );
  return (
    <>
      <div class="table-facts">
        <span role="status">
          {changedRows === 0
            ? texts.noDifference
            : fill(texts.changedCells, changedCells.toLocaleString(), changedRows.toLocaleString())}
        </span>
        <label class="check table-check">
          <input
            type="checkbox"
            checked={changedOnly}
            onChange={(event) => setChangedOnly(event.currentTarget.checked)}
          />
          {texts.changedOnly}
        </label>
      </div>
      {rows.length < rowCount && (
        <Message kind="info">
          {fill(strings.rowsCut, rows.length.toLocaleString(), rowCount.toLocaleString())}
        </Message>
      )}
      {order.length > 0 && (
        <DataGrid
          label={fill(strings.tableOf, name)}
          columns={titled}
          rows={cells}
          rowNumberTitle={strings.rowNumber}
          nullText={strings.nullValue}
          numberOf={(row) => (order[row] ?? row) + 1}
          markOf={({ row, column }) => {
            const compared = rows[order[row] ?? -1];
            if (compared?.change === 'added' || compared?.change === 'removed') return compared.change;
            return compared?.cells[column]?.before === undefined ? undefined : 'changed';
          }}
        />
      )}
    </>
  );
}
