import type { ComponentChildren } from 'preact';
import type { ColumnFacts } from '../../shared/tableEditorContract.ts';
import type { TableEditorStrings } from '../../shared/tableEditorStrings.ts';
import { IconButton } from '../controls/controls.tsx';
import { fill } from '../controls/fill.ts';

interface SummaryProps {
  readonly strings: TableEditorStrings;
  readonly name: string;
  readonly facts: ColumnFacts;
  readonly onClose: () => void;
}

const chartHeight = 72;
const barWidth = 10;

/** What is known of the values of a column. */
export function Summary({ strings, name, facts, onClose }: SummaryProps) {
  const title = fill(strings.summaryOf, name);
  const { numbers, texts, distinct, top } = facts;
  const { facts: names } = strings;
  return (
    <aside class="summary" aria-label={title}>
      <div class="summary-head">
        <h2 title={name}>{name}</h2>
        <IconButton label={strings.closeSummary} icon="remove" onClick={onClose} />
      </div>
      <dl>
        <Fact name={names.type}>{strings.types[facts.type]}</Fact>
        <Fact name={names.rows}>{facts.rows.toLocaleString()}</Fact>
        <Fact name={names.empty}>{facts.empty.toLocaleString()}</Fact>
        <Fact name={names.distinct}>
          {distinct.exact
            ? distinct.count.toLocaleString()
            : fill(strings.moreThan, distinct.count.toLocaleString())}
        </Fact>
        {numbers && (
          <>
            <Fact name={names.min}>{figure(numbers.min)}</Fact>
            <Fact name={names.max}>{figure(numbers.max)}</Fact>
            <Fact name={names.mean}>{figure(numbers.mean)}</Fact>
            <Fact name={names.deviation}>{figure(numbers.standardDeviation)}</Fact>
          </>
        )}
        {texts && (
          <>
            <Fact name={names.firstText}>{texts.min}</Fact>
            <Fact name={names.lastText}>{texts.max}</Fact>
          </>
        )}
      </dl>
      {numbers && numbers.histogram.length > 1 && <Histogram strings={strings} name={name} range={numbers} />}
      {top && top.length > 0 && (
        <>
          <h3>{strings.mostFrequent}</h3>
          <ol>
            {top.map(({ value, count }) => (
              <li key={value}>
                <span title={value.slice(0, 2000)}>{value.slice(0, 200)}</span>
                <span class="muted">{count.toLocaleString()}</span>
              </li>
            ))}
          </ol>
        </>
      )}
    </aside>
  );
}

function Fact({ name, children }: { readonly name: string; readonly children: ComponentChildren }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

interface HistogramProps {
  readonly strings: TableEditorStrings;
  readonly name: string;
  readonly range: NonNullable<ColumnFacts['numbers']>;
}

function Histogram({ strings, name, range }: HistogramProps) {
  const { histogram: bins, min, max } = range;
  const most = Math.max(...bins.map(({ count }) => count));
  const bars = bins.map(({ from, to, count }) =>
    fill(strings.histogramBar, figure(from), figure(to), count.toLocaleString()),
  );
  return (
    <figure class="summary-chart">
      <svg
        role="img"
        aria-label={fill(strings.histogram, name, bars.join('; '))}
        viewBox={`0 0 ${bins.length * barWidth} ${chartHeight}`}
        preserveAspectRatio="none"
      >
        {bins.map(({ count }, i) => {
          const size = count === 0 ? 0 : Math.max(1.5, (count / most) * chartHeight);
          return (
            <rect key={i} x={i * barWidth + 1} y={chartHeight - size} width={barWidth - 2} height={size}>
              <title>{bars[i]}</title>
            </rect>
          );
        })}
      </svg>
      <figcaption class="muted" aria-hidden="true">
        <span>{figure(min)}</span>
        <span>{figure(max)}</span>
      </figcaption>
    </figure>
  );
}

function figure(value: number): string {
  return value.toLocaleString(undefined, { maximumSignificantDigits: 8 });
}
