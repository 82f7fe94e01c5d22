import { useReducer, useRef } from 'preact/hooks';
import type { DocumentState } from '../../shared/requestEditorContract.ts';
import { Button, Message } from '../controls/controls.tsx';
import { problemText } from '../document/JsonProblemText.ts';
import { useSession } from './session.ts';

type RequestState = Extract<DocumentState, { kind: 'request' }>;

/** The body as it is sent. */
export function JsonBody({ state }: { readonly state: RequestState }) {
  return state.bodyCut ? <LongBody text={state.bodyText} /> : <BodyEditor state={state} />;
}

/** What is shown of a body that only a text editor takes, in characters. */
const shownOfLongBody = 20_000;

function LongBody({ text }: { readonly text: string }) {
  const { strings, host } = useSession();
  return (
    <>
      <Message
        kind="info"
        actions={<Button kind="primary" label={strings.openAsText} onClick={() => void host.openAsText()} />}
      >
        {strings.bodyTooLong}
      </Message>
      <pre class="answer-text" tabIndex={0} aria-label={strings.bodyJson}>
        {text.slice(0, shownOfLongBody)}
      </pre>
    </>
  );
}

/** What was typed, and what the document made of it once it has taken it. */
interface Typed {
  readonly text: string;
  readonly result?: string;
}

/** Nothing more once the document says something else than what was typed. */
function stillTyped(typed: Typed | undefined, bodyText: string): Typed | undefined {
  if (typed === undefined || typed.result === bodyText) return typed;
  return typed.result === undefined ? { ...typed, result: bodyText } : undefined;
}

/**
 * The body as text. What is typed stays as it was typed, though the document has it in its own layout; only a change
 * that comes from elsewhere replaces it.
 */
function BodyEditor({ state }: { readonly state: RequestState }) {
  const { strings, queue } = useSession();
  const field = useRef<HTMLTextAreaElement>(null);
  const typed = useRef<Typed | undefined>(undefined);
  const [, render] = useReducer((count: number) => count + 1, 0);
  const pending = queue.bodyText;
  // Not an effect, which would come one frame late: text and problem are shown of the same document.
  if (pending === undefined) typed.current = stillTyped(typed.current, state.bodyText);
  const text = typed.current?.text ?? state.bodyText;
  const lines = text.split('\n').length;
  const problem = pending === undefined ? state.bodyProblem : undefined;
  const goTo = (): void => {
    field.current?.focus();
    field.current?.setSelectionRange(problem?.offset ?? 0, (problem?.offset ?? 0) + 1);
  };
  return (
    <>
      <div class="code-editor">
        <div class="code-lines" aria-hidden="true">
          {Array.from({ length: lines }, (_, i) => i + 1).join('\n')}
        </div>
        <textarea
          ref={field}
          class="code"
          value={text}
          wrap="off"
          spellcheck={false}
          autocomplete="off"
          aria-label={strings.bodyJson}
          aria-invalid={problem !== undefined}
          aria-describedby="body-problem"
          onInput={({ currentTarget }) => {
            typed.current = { text: currentTarget.value };
            queue.setBody(currentTarget.value);
            render(undefined);
          }}
        />
      </div>
      <div id="body-problem" class="code-problem">
        {problem && (
          <Message kind="warning" actions={<Button label={strings.goTo} onClick={goTo} />}>
            {problemText(strings, problem)}
            <br />
            <span class="muted">{strings.bodyKept}</span>
          </Message>
        )}
      </div>
    </>
  );
}
