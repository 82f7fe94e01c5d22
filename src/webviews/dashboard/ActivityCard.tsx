import type { ComponentChildren } from 'preact';
import type { Activity, Run } from '../../shared/dashboardContract.ts';
import type { DashboardStrings } from '../../shared/dashboardStrings.ts';
import { fill } from '../controls/fill.ts';
import { Icon } from '../controls/Icon.tsx';
import { DataTable } from '../controls/DataTable.tsx';
import { Figure, Figures } from '../controls/Figures.tsx';
import { durationText } from '../controls/measures.ts';
import { summaryOf } from './activityModel.ts';
import { DurationChart, OutcomeBar } from './charts.tsx';
import { useSession } from './session.ts';

interface ActivityCardProps {
  readonly activity: Activity;
  readonly words: DashboardStrings['requests'] | DashboardStrings['jobs'];
  readonly onOpen: (run: Run) => void;
  /** What stands in the place of the numbers when there are none. */
  readonly empty: ComponentChildren;
  readonly actions?: ComponentChildren;
}

/** What was done with the endpoint lately: numbers, charts, and the list itself. */
export function ActivityCard({ activity, words, onOpen, empty, actions }: ActivityCardProps) {
  const { runs, total } = activity;
  return (
    <section class="card" aria-label={words.title}>
      <div class="card-head">
        <h2>{words.title}</h2>
        {actions}
      </div>
      {runs.length === 0 ? (
        empty
      ) : (
        <>
          <RunFigures runs={runs} countName={words.count} />
          <OutcomeBar runs={runs} />
          <DurationChart runs={runs} title={words.duration} />
          <RunTable runs={runs} words={words} onOpen={onOpen} />
          {total > runs.length && <p class="muted">{fill(words.recent, runs.length)}</p>}
        </>
      )}
    </section>
  );
}

function RunFigures({ runs, countName }: { readonly runs: readonly Run[]; readonly countName: string }) {
  const { strings } = useSession();
  const { count, failed, meanMs } = summaryOf(runs);
  return (
    <Figures>
      <Figure name={countName} value={String(count)} />
      <Figure name={strings.failed} value={String(failed)} />
      <Figure name={strings.meanTime} value={meanMs === undefined ? '–' : durationText(meanMs, strings)} />
    </Figures>
  );
}

function RunTable({
  runs,
  words,
  onOpen,
}: Pick<ActivityCardProps, 'words' | 'onOpen'> & Pick<Activity, 'runs'>) {
  const { strings } = useSession();
  return (
    <DataTable
      label={fill(strings.runsTable, words.title)}
      titles={[words.run, words.outcome, words.duration, words.when]}
    >
      {runs.map((run) => {
        const name = run.name === '' ? run.outcomeText : run.name;
        return (
          <tr key={run.id}>
            <td class="run-name">
              <button
                type="button"
                class="link"
                aria-label={fill(words.openRun, name)}
                title={name}
                onClick={() => onOpen(run)}
              >
                {name}
              </button>
            </td>
            <td class={`run-outcome outcome-${run.outcome}`}>
              {run.outcome === 'failed' && <Icon name="error" />}
              {run.outcomeText}
            </td>
            <td>{run.durationMs !== undefined && durationText(run.durationMs, strings)}</td>
            <td>{timeText(new Date(run.time))}</td>
          </tr>
        );
      })}
    </DataTable>
  );
}

/** Time of day, with the date when it was not today. */
function timeText(time: Date): string {
  const { lang } = document.documentElement;
  const isToday = time.toDateString() === new Date().toDateString();
  return isToday ? time.toLocaleTimeString(lang) : time.toLocaleString(lang);
}
