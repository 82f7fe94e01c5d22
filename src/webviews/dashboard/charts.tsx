import type { Run } from '../../shared/dashboardContract.ts';
import { fill } from '../controls/fill.ts';
import { Legend, LegendItem } from '../controls/Legend.tsx';
import { durationText } from '../controls/measures.ts';
import { outcomesOf, summaryOf } from './activityModel.ts';
import { useSession } from './session.ts';

/** How many ended how: a bar, and the same in words. */
export function OutcomeBar({ runs }: { readonly runs: readonly Run[] }) {
  const { strings } = useSession();
  const parts = outcomesOf(runs);
  let from = 0;
  return (
    <div class="outcomes">
      <svg viewBox={`0 0 ${runs.length} 1`} preserveAspectRatio="none" aria-hidden="true">
        {parts.map(({ outcome, count }) => {
          const x = from;
          from += count;
          return <rect key={outcome} class={`mark mark-${outcome}`} x={x} y={0} width={count} height={1} />;
        })}
      </svg>
      <Legend>
        {parts.map(({ outcome, count }) => (
          <LegendItem key={outcome} mark={outcome}>
            {count} {strings.outcomes[outcome]}
          </LegendItem>
        ))}
      </Legend>
    </div>
  );
}

const height = 56;
const slot = 10;
/** So that the bars of a few do not fill the whole chart. */
const fewestSlots = 25;

/** How long each took, from the oldest to the newest. The table of the same has the numbers. */
export function DurationChart({ runs, title }: { readonly runs: readonly Run[]; readonly title: string }) {
  const { strings } = useSession();
  const timed = runs.filter(({ durationMs }) => durationMs !== undefined).toReversed();
  if (timed.length === 0) return null;
  const times = timed.map(({ durationMs = 0 }) => durationMs);
  const longest = Math.max(...times, 1);
  const label = fill(
    strings.durationsChart,
    timed.length,
    durationText(Math.min(...times), strings),
    durationText(longest, strings),
    summaryOf(timed).failed,
  );
  const width = Math.max(timed.length, fewestSlots) * slot;
  return (
    <figure class="chart">
      <figcaption class="muted" aria-hidden="true">
        <span>{title}</span>
        <span>{durationText(longest, strings)}</span>
      </figcaption>
      <svg role="img" aria-label={label} viewBox={`0 0 ${width} ${height}`} preserveAspectRatio="none">
        {timed.map(({ id, outcome, outcomeText, durationMs = 0 }, i) => {
          const size = Math.max(2, (durationMs / longest) * (height - 2));
          return (
            <rect
              key={id}
              class={`mark mark-${outcome}`}
              x={i * slot + 1.5}
              y={height - size}
              width={slot - 3}
              height={size}
            >
              <title>{`${outcomeText}: ${durationText(durationMs, strings)}`}</title>
            </rect>
          );
        })}
      </svg>
    </figure>
  );
}
