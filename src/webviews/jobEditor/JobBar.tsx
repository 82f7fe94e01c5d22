import { jobsUrl } from '../../protocol/studio/urls.ts';
import { Button } from '../controls/controls.tsx';
import { fill } from '../controls/fill.ts';
import { sendKey } from '../document/sendKey.ts';
import { TargetUrl } from '../document/TargetUrl.tsx';
import { useKeptFocus } from '../document/useKeptFocus.ts';
import { useSession } from './session.ts';

/** The URL that the job is submitted to, and the button that runs it. */
export function JobBar({ hasProblems }: { readonly hasProblems: boolean }) {
  const session = useSession();
  const { strings, lastRun, host } = session;
  const actions = useKeptFocus(lastRun.preparing);
  return (
    <header class="request-bar">
      <TargetUrl urlOf={jobsUrl} />
      <div class="request-actions" ref={actions}>
        <Button
          kind="link"
          icon="document"
          label={strings.openAsText}
          onClick={() => void host.openAsText()}
        />
        <Button
          kind="primary"
          icon="send"
          label={lastRun.preparing ? strings.preparing : hasProblems ? strings.runAnyway : strings.run}
          title={fill(strings.runHint, sendKey())}
          disabled={lastRun.preparing}
          onClick={() => void session.run()}
        />
      </div>
      {(lastRun.preparing || lastRun.job?.open === true) && (
        <div class="progress" role="progressbar" aria-label={strings.job} />
      )}
    </header>
  );
}
