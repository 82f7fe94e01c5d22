import type { JobView } from '../../shared/jobEditorContract.ts';
import { Button, Message } from '../controls/controls.tsx';
import { fill } from '../controls/fill.ts';
import { GroupHead } from '../document/GroupHead.tsx';
import { useSession } from './session.ts';

/** What became of the document the last time that it was run, as it goes on. */
export function LastJob() {
  const { strings, lastRun } = useSession();
  return (
    <section class="input-group last-job" aria-label={strings.lastJob}>
      <GroupHead title={strings.lastJob} />
      {lastRun.job === undefined ? (
        <p class="muted">{lastRun.preparing ? strings.preparing : strings.noJob}</p>
      ) : (
        <Job job={lastRun.job} />
      )}
    </section>
  );
}

function Job({ job }: { readonly job: JobView }) {
  const { strings, host } = useSession();
  const known: Readonly<Record<string, string>> = strings.statuses;
  const status = Object.hasOwn(known, job.status) ? known[job.status] : job.status;
  const time = (template: string, iso: string | undefined): string[] =>
    iso === undefined ? [] : [fill(template, new Date(iso).toLocaleTimeString())];
  const times = [
    ...time(strings.submittedAt, job.submittedAt),
    ...time(strings.startedAt, job.startedAt),
    ...time(strings.endedAt, job.endedAt),
  ];
  return (
    <>
      <div class="job-line">
        <span class={`job-status job-${job.status.toLowerCase()}`} role="status">
          {[status, job.progress].filter((part) => part !== undefined).join(' · ')}
        </span>
        <span class="muted">{times.join(', ')}</span>
        <code class="id">{job.id}</code>
      </div>
      {job.note !== undefined && job.note !== '' && (
        <Message kind={job.status === 'Failed' ? 'error' : 'info'}>
          <span class="job-note">{job.note}</span>
        </Message>
      )}
      <div class="job-actions">
        {job.hasResults && (
          <Button kind="primary" label={strings.openResults} onClick={() => void host.openResults()} />
        )}
        <Button label={strings.showDetails} onClick={() => void host.showDetails()} />
        {job.canBeCancelled && (
          <Button icon="stop" label={strings.cancelJob} onClick={() => void host.cancelJob()} />
        )}
      </div>
    </>
  );
}
