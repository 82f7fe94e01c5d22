import { useState } from 'preact/hooks';
import { callsIn } from '../../protocol/apim/callCounts.ts';
import {
  breakdownKinds,
  type Breakdown,
  type BreakdownKind,
  type BreakdownRow,
  type MonitoringParts,
  type MonitoringPlace,
} from '../../shared/monitoringContract.ts';
import { tabId, Tabs } from '../controls/controls.tsx';
import { DataTable } from '../controls/DataTable.tsx';
import { fill } from '../controls/fill.ts';
import { byteText } from '../controls/measures.ts';
import { measures, nextOrder, sorted, type Measure, type Order } from './breakdownModel.ts';
import { PartBody } from './PartCard.tsx';
import { useSession } from './session.ts';
import { countText, percentText, timeText } from './texts.ts';

const panelId = 'breakdown';

interface BreakdownsProps {
  readonly parts: MonitoringParts;
  readonly place: MonitoringPlace;
}

/** What was called, and on whose behalf. */
export function Breakdowns({ parts, place }: BreakdownsProps) {
  const { strings } = useSession();
  const [kind, choose] = useState<BreakdownKind>('api');
  return (
    <section class="card" aria-label={strings.breakdown}>
      <Tabs
        label={strings.breakdown}
        tabs={breakdownKinds.map((id) => ({ id, label: strings.kinds[id] }))}
        selected={kind}
        onSelect={(id) => choose(breakdownKinds.find((each) => each === id) ?? kind)}
        panelId={panelId}
      />
      <div class="breakdown" id={panelId} role="tabpanel" aria-labelledby={tabId(panelId, kind)}>
        <PartBody part={parts[kind]}>
          {(breakdown) => <BreakdownTable kind={kind} breakdown={breakdown} place={place} />}
        </PartBody>
      </div>
    </section>
  );
}

interface BreakdownTableProps {
  readonly kind: BreakdownKind;
  readonly breakdown: Breakdown;
  readonly place: MonitoringPlace;
}

function BreakdownTable({ kind, breakdown, place }: BreakdownTableProps) {
  const { strings } = useSession();
  const [order, setOrder] = useState<Order>({ by: 'calls', isDescending: true });
  const { rows, source, isCut } = breakdown;
  if (rows.length === 0) return <p class="muted">{strings.nothing}</p>;
  const all = rows.reduce((sum, { counts }) => sum + callsIn(counts), 0);
  const shown = measures.filter(
    (measure) => measure !== 'bytes' || rows.some(({ bytes }) => bytes !== undefined),
  );
  const titles: Readonly<Record<Measure, string>> = {
    name: strings.kinds[kind],
    calls: strings.calls,
    share: strings.ofAll,
    failed: strings.failed,
    blocked: strings.blocked,
    mean: strings.meanTime,
    backend: strings.backendTime,
    bytes: strings.bandwidth,
  };
  const isOfAll = place.apiId !== undefined && (kind === 'product' || kind === 'subscription');
  return (
    <>
      {isOfAll && <p class="muted">{strings.notNarrowed}</p>}
      {isCut === true && <p class="muted">{strings.cut}</p>}
      <DataTable
        label={strings.kinds[kind]}
        titles={shown.map((measure) => titles[measure])}
        sorting={{
          column: shown.indexOf(order.by),
          isDescending: order.isDescending,
          onSort: (column) => setOrder(nextOrder(order, shown[column] ?? 'calls')),
        }}
      >
        {sorted(rows, order).map((row) => (
          <tr key={row.id} aria-current={kind === 'api' && row.id === place.apiId ? 'true' : undefined}>
            {shown.map((measure) => (
              <Cell key={measure} measure={measure} row={row} all={all} kind={kind} place={place} />
            ))}
          </tr>
        ))}
      </DataTable>
      {source === 'reports' && <p class="muted">{strings.retirement}</p>}
    </>
  );
}

interface CellProps {
  readonly measure: Measure;
  readonly row: BreakdownRow;
  /** Calls of all rows. */
  readonly all: number;
  readonly kind: BreakdownKind;
  readonly place: MonitoringPlace;
}

function Cell({ measure, row, all, kind, place }: CellProps) {
  const { strings } = useSession();
  const { counts, mean, backend, bytes } = row;
  switch (measure) {
    case 'name':
      return (
        <th scope="row" class="name">
          <Name row={row} kind={kind} place={place} />
        </th>
      );
    case 'calls':
      return <td>{countText(callsIn(counts))}</td>;
    case 'share':
      return (
        <td>
          <Share share={callsIn(counts) / all} />
        </td>
      );
    case 'failed':
    case 'blocked':
      return <td>{countText(counts[measure])}</td>;
    case 'mean':
      return <td>{timeText(mean, strings)}</td>;
    case 'backend':
      return <td>{timeText(backend, strings)}</td>;
    case 'bytes':
      return <td>{bytes === undefined ? '–' : byteText(bytes, strings)}</td>;
  }
}

/** An API leads to its own numbers. */
function Name({ row: { id, name, of }, kind, place }: Omit<CellProps, 'measure' | 'all'>) {
  const { strings, host } = useSession();
  const text = name === '' ? strings.none[kind] : name;
  if (kind === 'api' && id !== '' && id !== place.apiId) {
    return (
      <button
        type="button"
        class="link"
        aria-label={fill(strings.narrow, text)}
        title={text}
        onClick={() => void host.show({ range: place.range, apiId: id })}
      >
        {text}
      </button>
    );
  }
  return (
    <>
      {text}
      {of !== undefined && <span class="muted"> {of}</span>}
    </>
  );
}

function Share({ share }: { readonly share: number }) {
  return (
    <span class="share">
      <svg viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">
        <rect class="mark mark-bandwidth" x="0" y="1" width={share * 100} height="8" />
      </svg>
      {percentText(share)}
    </span>
  );
}
