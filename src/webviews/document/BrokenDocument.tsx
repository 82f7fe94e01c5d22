import type { JsonProblem } from '../../shared/requestEditorContract.ts';
import { Button, Message } from '../controls/controls.tsx';
import { useDocument } from './documentSession.ts';
import { problemText } from './JsonProblemText.ts';

/** In the place of the form: where the text is no JSON, and the way to mend it. */
export function BrokenDocument({
  title,
  problem,
}: {
  readonly title: string;
  readonly problem: JsonProblem;
}) {
  const { strings, host } = useDocument();
  return (
    <div class="broken">
      <h1>{title}</h1>
      <Message kind="error">{problemText(strings, problem)}</Message>
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
