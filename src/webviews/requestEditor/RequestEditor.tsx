import { Message } from '../controls/controls.tsx';
import { BrokenDocument } from '../document/BrokenDocument.tsx';
import { useSessionChanges } from '../document/editedSession.ts';
import { UnknownTarget } from '../document/UnknownTarget.tsx';
import { Answer } from './Answer.tsx';
import { Body } from './Body.tsx';
import { Headers } from './Headers.tsx';
import { Panes } from './Panes.tsx';
import { Parameters } from './Parameters.tsx';
import { RequestBar } from './RequestBar.tsx';
import { useSession } from './session.ts';
import { fill } from './text.ts';

/** The whole page: the request on one side, its answer on the other, or below where there is no room. */
export function RequestEditor() {
  const session = useSession();
  useSessionChanges(session);
  const { strings, document: state } = session;
  if (state.kind === 'broken') return <BrokenDocument title={strings.broken} problem={state.problem} />;
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
