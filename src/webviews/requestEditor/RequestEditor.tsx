import { Button, Message } from '../controls/controls.tsx';
import { Answer } from './Answer.tsx';
import { Body } from './Body.tsx';
import { Headers } from './Headers.tsx';
import { Panes } from './Panes.tsx';
import { Parameters } from './Parameters.tsx';
import { RequestBar } from './RequestBar.tsx';
import { useSession, useSessionChanges } from './session.ts';
import { fill } from './text.ts';
import { problemText } from './JsonProblemText.ts';

/** The whole page: the request on one side, its answer on the other, or below where there is no room. */
export function RequestEditor() {
  const session = useSession();
  useSessionChanges(session);
  const { strings, document: state } = session;
  if (state.kind === 'broken') return <BrokenDocument problem={problemText(strings, state.problem)} />;
  return (
    <div class="editor">
      <RequestBar request={state.data} />
      <Panes
        isAnswered={session.call.kind !== 'idle'}
        request={
          <>
            {session.refusal !== undefined && (
              <Message kind="error">{fill(strings.editRefused, session.refusal)}</Message>
            )}
            {state.ignored.length > 0 && (
              <Message kind="warning">{fill(strings.ignoredMembers, state.ignored.join(', '))}</Message>
            )}
            <UnknownTarget />
            <Parameters request={state.data} />
            <Headers request={state.data} />
            <Body state={state} />
          </>
        }
        answer={<Answer />}
      />
    </div>
  );
}

function UnknownTarget() {
  const { strings, target, host } = useSession();
  if (target.kind !== 'unknown' || !target.canBeAdded) return null;
  return (
    <Message
      kind="warning"
      actions={<Button label={strings.addService} onClick={() => void host.addService()} />}
    >
      {target.sentence}
    </Message>
  );
}

function BrokenDocument({ problem }: { readonly problem: string }) {
  const { strings, host } = useSession();
  return (
    <div class="broken">
      <h1>{strings.broken}</h1>
      <Message kind="error">{problem}</Message>
      <p>{strings.brokenHint}</p>
      <Button
        kind="primary"
        label={strings.reopenAsText}
        icon="document"
        onClick={() => void host.openAsText()}
      />
    </div>
  );
}
