import { useMemo, useState } from 'preact/hooks';
import type { OutputView } from '../../shared/answerContract.ts';
import type { AnswerView } from '../../shared/requestEditorContract.ts';
import { Button, IconButton, Message, Tabs, tabId } from '../controls/controls.tsx';
import { DataGrid } from '../controls/DataGrid.tsx';
import { ConditionRows } from './Conditions.tsx';
import { HistogramChart } from './HistogramChart.tsx';
import { scoreColumn } from './histogramModel.ts';
import { useKept, useSession } from './session.ts';
import {
  arrange,
  nextSorting,
  tableText,
  wideTable,
  type Condition,
  type Sorting,
  type WideTable,
} from './tableModel.ts';
import { fill } from './text.ts';

const panelId = 'output';

/** The outputs of an answer as tables, one at a time. */
export function AnswerTable({ answer }: { readonly answer: AnswerView }) {
  const { strings } = useSession();
  const { outputs } = answer;
  const [kept, setOutput] = useKept('output', '');
  const shown = outputs.find(({ name }) => name === kept) ?? outputs[0];
  if (!answer.hasResults) return <Message kind="warning">{strings.answers.noResults}</Message>;
  if (!shown) return <p class="muted">{strings.noOutputs}</p>;
  if (outputs.length === 1) return <Output output={shown} answer={answer} />;
  return (
    <>
      <Tabs
        label={strings.outputs}
        panelId={panelId}
        selected={shown.name}
        onSelect={setOutput}
        tabs={outputs.map(({ name, rowCount, log }) => ({
          id: name,
          label: name,
          badge: log === undefined ? String(rowCount) : strings.answers.deviceLog,
        }))}
      />
      <div id={panelId} class="tab-panel" role="tabpanel" aria-labelledby={tabId(panelId, shown.name)}>
        <Output key={shown.name} output={shown} answer={answer} />
      </div>
    </>
  );
}

function Output({ output, answer }: { readonly output: OutputView; readonly answer: AnswerView }) {
  const { strings } = useSession();
  const { name, columns, rowCount, isTable, log } = output;
  if (log !== undefined) return <DeviceLog name={name} log={log} />;
  if (!isTable) return <Message kind="info">{strings.outputNoTable}</Message>;
  if (rowCount === 0 && columns.length === 0) return <p class="muted">{strings.outputNoRows}</p>;
  return <OutputTable output={output} inFile={answer.inFile} />;
}

function DeviceLog({ name, log }: { readonly name: string; readonly log: string }) {
  const { strings } = useSession();
  if (log.trim() === '') return <p class="muted">{strings.answers.emptyLog}</p>;
  return (
    <pre class="answer-text log" tabIndex={0} aria-label={`${name}: ${strings.answers.deviceLog}`}>
      {log}
    </pre>
  );
}

function OutputTable({ output, inFile }: { readonly output: OutputView; readonly inFile: boolean }) {
  const { strings, host } = useSession();
  const texts = strings.answers;
  const { name, rows, rowCount, sent } = output;
  const hasSent = (sent?.columns.length ?? 0) > 0;
  const [withSent, setWithSent] = useKept('withSent', true);
  const [words, setWords] = useState('');
  const [conditions, setConditions] = useState<readonly Condition[]>([]);
  const [sorting, setSorting] = useState<Sorting>();
  const [hasChart, setHasChart] = useKept('histogram', true);

  const table = useMemo(() => wideTable(output, withSent), [output, withSent]);
  const order = useMemo(
    () => arrange(table, words, conditions, sorting),
    [table, words, conditions, sorting],
  );
  const shown = useMemo(() => order.map((index) => table.rows[index] ?? []), [table, order]);
  const columns = useMemo(
    () => gridColumns(table, sorting, strings.column, texts.sentColumn),
    [table, sorting],
  );
  const isArranged = order.length < rows.length || sorting !== undefined;
  const hasNumbers = table.columns.some(({ kind }) => kind === 'number');
  const isCut = rows.length < rowCount;

  const forgetColumns = (): void => {
    setSorting(undefined);
    setConditions([]);
  };
  return (
    <>
      {isCut && (
        <Message
          kind="info"
          actions={
            <Button kind="link" label={strings.openAsDocument} onClick={() => void host.openAnswer()} />
          }
        >
          {fill(strings.rowsCut, rows.length.toLocaleString(), rowCount.toLocaleString())} {texts.cutRemark}
        </Message>
      )}
      <div class="table-bar">
        <input
          class="input table-filter"
          type="search"
          placeholder={texts.filterRows}
          aria-label={texts.filterRows}
          value={words}
          onInput={(event) => setWords(event.currentTarget.value)}
        />
        <IconButton
          label={texts.addCondition}
          icon="filter"
          onClick={() => setConditions([...conditions, firstCondition(table)])}
        />
        {hasSent && sent && (
          <label class="check table-check" title={fill(texts.showSentHint, sent.name)}>
            <input
              type="checkbox"
              checked={withSent}
              onChange={(event) => {
                forgetColumns();
                setWithSent(event.currentTarget.checked);
              }}
            />
            {texts.showSent}
          </label>
        )}
        <span role="status" class="table-rows muted">
          {order.length < rows.length
            ? fill(texts.rowsShown, order.length.toLocaleString(), rows.length.toLocaleString())
            : output.beginning
              ? fill(texts.beginningRows, rowCount.toLocaleString())
              : rowCount === 1
                ? strings.oneRow
                : fill(strings.rowCount, rowCount.toLocaleString())}
        </span>
        {hasNumbers && (
          <IconButton
            label={texts.histogram}
            icon="chart"
            pressed={hasChart}
            onClick={() => setHasChart(!hasChart)}
          />
        )}
        <IconButton
          label={texts.copyTable}
          icon="copy"
          onClick={() => void host.copy({ text: tableText(table, order, strings.column) })}
        />
        <IconButton
          label={inFile ? texts.saveWholeTable : texts.saveTable}
          icon="save"
          onClick={() =>
            void host.saveTable({
              output: name,
              withSent: hasSent && withSent,
              ...(isArranged ? { rows: order } : {}),
            })
          }
        />
      </div>
      <ConditionRows table={table} conditions={conditions} onChange={setConditions} />
      {hasChart && hasNumbers && <HistogramChart table={table} order={order} />}
      {order.length === 0 && rows.length > 0 ? (
        <p class="empty">{texts.noRowsMatch}</p>
      ) : (
        <DataGrid
          label={fill(strings.tableOf, name)}
          columns={columns}
          rows={shown}
          rowNumberTitle={strings.rowNumber}
          nullText={strings.nullValue}
          numberOf={(row) => (order[row] ?? row) + 1}
          sorting={{
            hint: texts.sortHint,
            sort: (column, direction) => setSorting(nextSorting(sorting, column, direction)),
          }}
        />
      )}
    </>
  );
}

function gridColumns(table: WideTable, sorting: Sorting | undefined, nameless: string, sentText: string) {
  return table.columns.map(({ name, type, kind, origin }, i) => {
    const isSent = origin === 'sent' || origin === 'repeated';
    const subtitle = [type, ...(isSent ? [sentText] : [])].filter((part) => part !== undefined).join(' · ');
    return {
      title: name ?? fill(nameless, i + 1),
      ...(subtitle === '' ? {} : { subtitle }),
      numeric: kind === 'number',
      ...(sorting?.column === i ? { sorted: sorting.direction } : {}),
      ...(isSent ? { tone: 'sent' } : origin === 'scored' ? { tone: 'scored' } : {}),
    };
  });
}

/** A comparison is most often with what came back. */
function firstCondition(table: WideTable): Condition {
  const column = scoreColumn(table) ?? Math.max(0, table.columns.length - 1);
  return { column, test: table.columns[column]?.kind === 'number' ? 'atLeast' : 'equal', value: '' };
}
