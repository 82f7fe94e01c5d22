import { jobsUrl } from '../../protocol/studio/urls.ts';
import { Button } from '../controls/controls.tsx';
import { fill } from '../controls/fill.ts';
import { sendKey } from '../document/sendKey.ts';
import { useKeptFocus } from '../document/useKeptFocus.ts';
import { useSession } from './session.ts';

/** The URL that the job is submitted to, and the button that runs it. */
export function JobBar({ hasProblems }: { readonly hasProblems: boolean }) {
  const session = useSession();
  const { strings, target, lastRun, host } = session;
  const url = target.kind === 'found' ? jobsUrl(target.address) : '';
  const actions = useKeptFocus(lastRun.preparing);
  return (
    <header class="request-bar">
      <div class="url-field">
        <span class="method">POST</span>
        {target.kind === 'found' ? (
          <input class="url" readOnly value={url} title={url} aria-label={strings.url} spellcheck={false} />
        ) : (
          <span class={target.kind === 'unknown' ? 'url problem' : 'url muted'} role="status">
            {target.kind === 'unknown' ? target.sentence : strings.findingService}
          </span>
        )}
      </div>
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
