import { useMemo, useState } from 'preact/hooks';
import { histogramOf, scoreColumn, shortNumber, type Histogram } from './histogramModel.ts';
import { Select } from '../controls/Select.tsx';
import { useSession } from './session.ts';
import type { WideTable } from './tableModel.ts';
import { fill } from './text.ts';

interface HistogramChartProps {
  readonly table: WideTable;
  /** Indices of the rows that count. */
  readonly order: readonly number[];
}

const height = 28;
const barWidth = 10;

/** How the numbers of a column are spread, of a score unless another column is chosen. Nothing for too few numbers. */
export function HistogramChart({ table, order }: HistogramChartProps) {
  const { strings } = useSession();
  const texts = strings.answers;
  const [chosen, setChosen] = useState<number>();
  const numeric = [...table.columns.keys()].filter((i) => table.columns[i]?.kind === 'number');
  const isThere = chosen !== undefined && numeric.includes(chosen);
  const column = isThere ? chosen : scoreColumn(table);
  const histogram = useMemo(
    () => (column === undefined ? undefined : histogramOf(table, order, column)),
    [table, order, column],
  );
  if (column === undefined || (!histogram && !isThere)) return null;
  const nameOf = (i: number): string => table.columns[i]?.name ?? fill(strings.column, i + 1);
  return (
    <figure class="histogram">
      <figcaption>
        {numeric.length > 1 ? (
          <Select
            label={texts.histogramColumn}
            value={String(column)}
            options={numeric.map((i) => ({ value: String(i), text: nameOf(i) }))}
            onChange={(value) => setChosen(Number(value))}
          />
        ) : (
          <span>{nameOf(column)}</span>
        )}
      </figcaption>
      {histogram && <Bars name={nameOf(column)} histogram={histogram} />}
    </figure>
  );
}

function Bars({ name, histogram }: { readonly name: string; readonly histogram: Histogram }) {
  const { strings } = useSession();
  const { bins, count, least, greatest, median } = histogram;
  const most = Math.max(...bins.map((bin) => bin.count));
  const bars = bins.map(({ from, to, count: n }) =>
    fill(strings.answers.histogramBar, shortNumber(from), shortNumber(to), n),
  );
  const label = fill(
    strings.answers.histogramText,
    name,
    count,
    shortNumber(least),
    shortNumber(greatest),
    shortNumber(median),
    bars.join('; '),
  );
  return (
    <div class="histogram-chart">
      <span class="muted" aria-hidden="true">
        {shortNumber(least)}
      </span>
      <svg
        role="img"
        aria-label={label}
        viewBox={`0 0 ${bins.length * barWidth} ${height}`}
        preserveAspectRatio="none"
      >
        {bins.map((bin, i) => {
          const size = bin.count === 0 ? 0 : Math.max(1.5, (bin.count / most) * height);
          return (
            <rect key={i} x={i * barWidth + 1} y={height - size} width={barWidth - 2} height={size}>
              <title>{bars[i]}</title>
            </rect>
          );
        })}
      </svg>
      <span class="muted" aria-hidden="true">
        {shortNumber(greatest)} · {fill(strings.answers.median, shortNumber(median))}
      </span>
    </div>
  );
}
