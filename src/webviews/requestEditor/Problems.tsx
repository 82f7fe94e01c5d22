import { useState } from 'preact/hooks';
import type { Problem, Problems as Found } from '../../shared/inputProblems.ts';
import type { RequestEditorStrings } from '../../shared/requestEditorStrings.ts';
import { Button, Message } from '../controls/controls.tsx';
import { useSession } from './session.ts';
import { fill } from './text.ts';

/** How many values do not fit the schema, and ways to them. Nothing keeps the request from being sent. */
export function Problems({
  found,
  onGoTo,
}: {
  readonly found: Found;
  readonly onGoTo: (problem: Problem) => void;
}) {
  const { strings } = useSession();
  const [isOpen, setOpen] = useState(false);
  const [next, setNext] = useState(0);
  const { count, first } = found;
  if (count === 0) return null;
  const goToNext = (): void => {
    const problem = first[next % first.length];
    setNext((next + 1) % first.length);
    if (problem) onGoTo(problem);
  };
  return (
    <div class="problems">
      <Message
        kind="warning"
        actions={
          <>
            <Button label={strings.goToProblem} onClick={goToNext} />
            <Button
              label={isOpen ? strings.hideProblems : strings.showProblems}
              expanded={isOpen}
              onClick={() => setOpen(!isOpen)}
            />
          </>
        }
      >
        {count === 1 ? strings.oneProblem : fill(strings.problemCount, count.toLocaleString())}
      </Message>
      {isOpen && (
        <ul class="problem-list">
          {first.map((problem, i) => (
            <li key={i}>
              <button type="button" class="problem-link" onClick={() => onGoTo(problem)}>
                {placeOf(problem, strings)}
              </button>{' '}
              {problemSentence(problem, strings)}
            </li>
          ))}
          {count > first.length && (
            <li class="muted">{fill(strings.moreProblems, (count - first.length).toLocaleString())}</li>
          )}
        </ul>
      )}
    </div>
  );
}

export function problemSentence({ problem, type }: Problem, strings: RequestEditorStrings): string {
  return problem === 'required' ? strings.parameterMissing : fill(strings.cellProblems[problem], type);
}

function placeOf(problem: Problem, strings: RequestEditorStrings): string {
  return problem.kind === 'cell'
    ? fill(strings.problemPlace, problem.input, problem.row + 1, problem.name)
    : problem.name;
}
