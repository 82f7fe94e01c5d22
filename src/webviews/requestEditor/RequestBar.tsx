import { useEffect, useState } from 'preact/hooks';
import { executeUrl } from '../../protocol/studio/urls.ts';
import type { RequestData } from '../../shared/requestData.ts';
import { Button, IconButton } from '../controls/controls.tsx';
import { sendKey } from '../document/sendKey.ts';
import { TargetUrl } from '../document/TargetUrl.tsx';
import { useKeptFocus } from '../document/useKeptFocus.ts';
import { isUnderWay, useSession } from './session.ts';
import { elapsed, fill } from './text.ts';

/** The URL that the request goes to, and the button that sends it there. */
export function RequestBar({ request }: { readonly request: RequestData }) {
  const session = useSession();
  const { strings, target, call, host, problems } = session;
  const url = target.kind === 'found' ? executeUrl(target.address, request) : '';
  const isRunning = isUnderWay(call);
  const actions = useKeptFocus(isRunning);
  return (
    <header class="request-bar">
      <TargetUrl urlOf={(address) => executeUrl(address, request)}>
        <IconButton
          label={strings.copyUrl}
          icon="copy"
          disabled={url === ''}
          onClick={() => void host.copy({ text: url })}
        />
      </TargetUrl>
      <div class="request-actions" ref={actions}>
        {isRunning ? (
          <>
            {call.kind === 'running' ? (
              <Elapsed since={session.callStart} />
            ) : (
              <span class="elapsed">{strings.preparing}</span>
            )}
            <Button label={strings.cancel} icon="stop" onClick={() => void host.cancel()} />
          </>
        ) : (
          <Button
            kind="primary"
            label={problems.count > 0 ? strings.sendAnyway : strings.send}
            icon="send"
            title={
              problems.count > 0
                ? fill(strings.sendAnywayHint, problems.count.toLocaleString(), sendKey())
                : fill(strings.sendHint, sendKey())
            }
            onClick={() => void session.send()}
          />
        )}
      </div>
      {isRunning && <div class="progress" role="progressbar" aria-label={strings.answer} />}
    </header>
  );
}

function Elapsed({ since }: { readonly since: number }) {
  const { strings } = useSession();
  const [now, setNow] = useState(() => performance.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(performance.now()), 100);
    return () => clearInterval(timer);
  }, []);
  return <span class="elapsed">{fill(strings.running, elapsed(strings, Math.max(0, now - since)))}</span>;
}
