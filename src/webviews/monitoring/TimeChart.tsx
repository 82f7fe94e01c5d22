import type { TimeSpan } from '../../protocol/apim/timeSpan.ts';
import { DataTable } from '../controls/DataTable.tsx';
import { Legend, LegendItem } from '../controls/Legend.tsx';
import { useSession } from './session.ts';
import { momentText } from './texts.ts';

export interface Bar extends TimeSpan {
  /** From the bottom to the top, in the order of the legend. */
  readonly values: readonly number[];
  /** What the table says of it, a text for each of its columns. */
  readonly cells: readonly string[];
}

interface TimeChartProps {
  readonly title: string;
  /** Read in place of the picture. */
  readonly label: string;
  readonly span: TimeSpan;
  /** What a bar is made of: its looks and, in the legend, what that means. */
  readonly legend: readonly { readonly mark: string; readonly text: string }[];
  readonly columns: readonly string[];
  readonly bars: readonly Bar[];
  /** The value of the highest bar, as a text. */
  readonly most: string;
}

const width = 1000;
const height = 80;

/** Bars over time, and the same as a table that unfolds. */
export function TimeChart({ title, label, span, legend, columns, bars, most }: TimeChartProps) {
  const { strings } = useSession();
  const highest = Math.max(...bars.map(sum), 0);
  const drawn = bars.filter((bar) => sum(bar) > 0);
  if (drawn.length === 0) return <p class="muted">{strings.nothing}</p>;
  return (
    <>
      <figure class="chart">
        <figcaption class="muted" aria-hidden="true">
          <span>{most}</span>
        </figcaption>
        <svg role="img" aria-label={label} viewBox={`0 0 ${width} ${height}`} preserveAspectRatio="none">
          {drawn.map((bar) => (
            <BarMarks key={bar.from} bar={bar} span={span} marks={legend} highest={highest} />
          ))}
        </svg>
        <div class="chart-ends muted" aria-hidden="true">
          <span>{momentText(span.from)}</span>
          <span>{momentText(span.to)}</span>
        </div>
      </figure>
      <Legend>
        {legend.map(({ mark, text }) => (
          <LegendItem key={mark} mark={mark}>
            {text}
          </LegendItem>
        ))}
      </Legend>
      <details>
        <summary>{strings.numbers}</summary>
        <DataTable label={title} titles={[strings.start, ...columns]}>
          {drawn.map(({ from, cells }) => (
            <tr key={from}>
              <td>{momentText(from)}</td>
              {cells.map((cell, column) => (
                <td key={column}>{cell}</td>
              ))}
            </tr>
          ))}
        </DataTable>
      </details>
    </>
  );
}

interface BarMarksProps {
  readonly bar: Bar;
  readonly span: TimeSpan;
  readonly marks: TimeChartProps['legend'];
  readonly highest: number;
}

function BarMarks({ bar, span, marks, highest }: BarMarksProps) {
  const scale = width / (span.to - span.from);
  const slot = (bar.to - bar.from) * scale;
  let top = height;
  return (
    <g>
      <title>{`${momentText(bar.from)}: ${bar.cells.join(', ')}`}</title>
      {bar.values.map((value, index) => {
        const mark = marks[index]?.mark ?? '';
        const size = value === 0 ? 0 : Math.max(2, (value / highest) * (height - 4));
        top -= size;
        if (size === 0) return null;
        const x = (bar.from - span.from) * scale + slot * 0.12;
        return (
          <rect key={mark} class={`mark mark-${mark}`} x={x} y={top} width={slot * 0.76} height={size} />
        );
      })}
    </g>
  );
}

function sum({ values }: Bar): number {
  return values.reduce((all, value) => all + value, 0);
}
